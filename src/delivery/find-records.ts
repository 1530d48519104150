import { parseBatchAnswer } from '../hubspot/batch-answer.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { parsePage } from '../hubspot/page.ts';
import { parseRecord } from '../hubspot/record.ts';
import { MAX_BATCH_INPUTS, type Records } from '../hubspot/records.ts';
import { MAX_SEARCH_RESULTS } from '../hubspot/search.ts';

/** A record as HubSpot holds it now. */
export interface FoundRecord {
  readonly hubspotId: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

export interface FoundRecords {
  /** By the id that was asked for; null where HubSpot certainly has no such record; no entry where it could not be read. */
  readonly found: ReadonlyMap<string, FoundRecord | null>;
  /** What stopped the reading. */
  readonly trouble?: Exchange;
}

export interface Sought {
  readonly objectType: string;
  readonly idProperty: string;
  readonly ids: readonly string[];
  readonly properties?: readonly string[];
}

/** HubSpot takes 3,000 characters of a search, of which this many may be values. */
const MAX_SEARCH_CHARACTERS = 2_000;

/** Reads records by a unique property, or by `hs_object_id`; not late, unlike a search. `mayRead` is asked before each call. */
export async function findRecords(
  records: Records,
  { objectType, idProperty, ids, properties = [] }: Sought,
  mayRead: () => Promise<boolean>,
): Promise<FoundRecords> {
  const found = new Map<string, FoundRecord | null>();
  let trouble: Exchange | undefined;
  for (let start = 0; start < ids.length; start += MAX_BATCH_INPUTS) {
    const part = ids.slice(start, start + MAX_BATCH_INPUTS);
    if (!(await mayRead())) break;
    const byId = idProperty === 'hs_object_id';
    const exchange = await records.batchRead(objectType, {
      ids: part,
      properties: [
        ...new Set([idProperty, ...(idProperty === 'email' ? ['hs_additional_emails'] : []), ...properties]),
      ],
      ...(byId ? {} : { idProperty }),
    });
    if (!isRead(exchange)) {
      trouble ??= exchange;
      continue;
    }
    const answer = parseBatchAnswer(exchange.body);
    const missing = new Set(answer.errors.flatMap((error) => error.ids));
    const byName = new Map(
      answer.results.flatMap((result) =>
        namesOf(result.id, result.properties, idProperty).map((name) => [name, result] as const),
      ),
    );
    for (const id of part) {
      const result = byName.get(id.toLowerCase());
      if (result) found.set(id, { hubspotId: result.id, properties: result.properties });
      else if (missing.has(id)) found.set(id, null);
    }
  }
  return { found, ...(trouble === undefined ? {} : { trouble }) };
}

/**
 * Searches companies by domain. Of several the one with the lowest id is taken, which is the oldest. The index lags: null says that
 * none is known yet.
 */
export async function findCompanies(
  records: Records,
  domains: readonly string[],
  properties: readonly string[],
  mayRead: () => Promise<boolean>,
): Promise<FoundRecords> {
  const found = new Map<string, FoundRecord | null>();
  const parts = searchParts(domains);
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (!(await mayRead())) return { found };
    const exchange = await records.search('companies', {
      filterGroups: [{ filters: [{ propertyName: 'domain', operator: 'IN', values: part }] }],
      properties: ['domain', ...properties],
      limit: MAX_SEARCH_RESULTS,
    });
    const page = isRead(exchange) ? parsePage(exchange.body, parseRecord) : undefined;
    if (!page?.ok) return { found, trouble: exchange };
    if (page.value.after !== undefined && part.length > 1) {
      // More companies than a page shows: a domain that is not on it may still have one.
      const half = Math.ceil(part.length / 2);
      parts.unshift(part.slice(0, half), part.slice(half));
      continue;
    }
    for (const domain of part) found.set(domain, null);
    for (const record of page.value.results) {
      const domain = record.properties.domain?.toLowerCase() ?? '';
      const known = found.get(domain);
      if (known === undefined || (known !== null && Number(known.hubspotId) < Number(record.id))) continue;
      found.set(domain, { hubspotId: record.id, properties: record.properties });
    }
  }
  return { found };
}

function isRead(exchange: Exchange): exchange is Exchange & { kind: 'reply' } {
  return exchange.kind === 'reply' && !exchange.flaw && (exchange.status === 200 || exchange.status === 207);
}

/** A contact answers to each of its addresses. */
function namesOf(
  hubspotId: string,
  properties: Readonly<Record<string, string | null>>,
  idProperty: string,
): string[] {
  if (idProperty === 'hs_object_id') return [hubspotId];
  const additional = idProperty === 'email' ? (properties.hs_additional_emails ?? '').split(';') : [];
  return [properties[idProperty] ?? '', ...additional].map((id) => id.trim().toLowerCase());
}

function searchParts(values: readonly string[]): string[][] {
  const parts: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const value of values) {
    if (size + value.length + 3 > MAX_SEARCH_CHARACTERS) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(value);
    size += value.length + 3;
  }
  return parts;
}
