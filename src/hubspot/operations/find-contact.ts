import { unexpected } from '../expect.ts';
import { expectTaken } from '../expect-taken.ts';
import { parsePage } from '../page.ts';
import { type HubspotRecord, parseRecord } from '../record.ts';
import type { CallOptions, Records } from '../records.ts';
import { type Lookup, queryOf } from './record-key.ts';
import { expectRecord } from './written-record.ts';

const ADDITIONAL = 'hs_additional_emails';
/** A search matches words of an address, so that several contacts may come up. */
const MAX_CANDIDATES = 20;

/** A contact and what it was found by. */
export interface FoundContact extends HubspotRecord {
  /** `secondary-email`: the address is one of its additional ones. */
  readonly matchedBy: 'id' | 'unique' | 'email' | 'secondary-email';
}

/**
 * Finds a contact; undefined when there is none. An address that is nobody's first one is looked for among the additional
 * ones as well, by a search, which sees the changes of the last seconds only later.
 */
export async function findByLookup(
  records: Records,
  lookup: Lookup,
  properties: readonly string[],
  call?: CallOptions,
): Promise<FoundContact | undefined> {
  const wanted = [...new Set([...properties, 'email', ADDITIONAL])];
  const meaning = { what: 'find a contact', effect: 'read' } as const;
  const query = { ...queryOf(lookup), properties: wanted };
  const exchange = await records.get('contacts', lookup.id, query, call);
  if (exchange.kind === 'reply' && exchange.status === 404 && !exchange.flaw)
    return lookup.by === 'email' ? await findBySecondary(records, lookup.id, wanted, call) : undefined;
  const record = expectRecord(exchange, meaning);
  const secondary = lookup.by === 'email' && record.properties.email?.toLowerCase() !== lookup.id;
  return { ...record, matchedBy: secondary ? 'secondary-email' : lookup.by };
}

/** Whether an address is one of the contact's own, first or additional: sent as `email` it would change the first one. */
export function ownsAddress({ properties }: HubspotRecord, email: string): boolean {
  const additional = (properties[ADDITIONAL] ?? '').split(';');
  return [properties.email ?? '', ...additional].some((each) => each.trim().toLowerCase() === email);
}

async function findBySecondary(
  records: Records,
  email: string,
  properties: readonly string[],
  call?: CallOptions,
): Promise<FoundContact | undefined> {
  const what = 'search for a contact by an additional address';
  const filters = [{ propertyName: ADDITIONAL, operator: 'CONTAINS_TOKEN', value: email }] as const;
  const request = { filterGroups: [{ filters }], properties, limit: MAX_CANDIDATES };
  const reply = expectTaken(await records.search('contacts', request, call), { what, effect: 'read' });
  const page = parsePage(reply.body, parseRecord);
  if (!page.ok) throw unexpected(reply, what, page.problem);
  const owner = page.value.results.find((record) => ownsAddress(record, email));
  return owner && { ...owner, matchedBy: 'secondary-email' };
}
