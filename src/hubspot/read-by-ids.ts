import { parseBatchAnswer } from './batch-answer.ts';
import { misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import { type HubspotRecord, parseRecord } from './record.ts';
import { MAX_BATCH_INPUTS, type Records } from './records.ts';

export interface RecordsById {
  readonly found: ReadonlyMap<string, HubspotRecord>;
  /** Ids that HubSpot does not know (any more): archived, merged or erased since they were learned. */
  readonly missing: readonly string[];
  /** Those of them that HubSpot does not call unknown: it answers under another id, that of the record which took them up. */
  readonly moved: readonly string[];
}

/** Records by their ids, in batches of 100: every id is found or missing, or an error is raised. */
export async function readByIds(
  records: Pick<Records, 'batchRead'>,
  objectType: string,
  request: {
    readonly ids: readonly string[];
    readonly properties: readonly string[];
    readonly archived?: boolean;
  },
  options: ReadOptions,
): Promise<RecordsById> {
  const found = new Map<string, HubspotRecord>();
  const missing: string[] = [];
  const moved: string[] = [];
  const all = [...new Set(request.ids)];
  for (let start = 0; start < all.length; start += MAX_BATCH_INPUTS) {
    const ids = all.slice(start, start + MAX_BATCH_INPUTS);
    const part = await readAnswer(
      {
        what: `read ${ids.length} ${objectType} by id`,
        send: () => records.batchRead(objectType, { ...request, ids }, options),
        parse: (body) => parseById(body, ids),
      },
      options,
    );
    for (const [id, record] of part.found) found.set(id, record);
    missing.push(...part.missing);
    moved.push(...part.moved);
  }
  return { found, missing, moved };
}

function parseById(body: unknown, ids: readonly string[]): Parsed<RecordsById> {
  const results = parseEntries(body, 'results', parseRecord);
  if (!results.ok) return results;
  const asked = new Set(ids);
  const found = new Map<string, HubspotRecord>();
  for (const record of results.value) if (asked.has(record.id)) found.set(record.id, record);
  /** A merged record answers under its new id, where a scan meets it too; that one may have been asked for as well. */
  const underNewId = results.value.length - found.size;
  const unknown = parseBatchAnswer(body).errors.filter((error) => error.category === 'OBJECT_NOT_FOUND');
  const named = new Set(unknown.flatMap((error) => error.ids));
  const missing = ids.filter((id) => !found.has(id));
  const moved = missing.filter((id) => !named.has(id));
  if (moved.length > underNewId) return misfit(`it says nothing about ${moved.length} of ${ids.length} ids`);
  return parsedAs({ found, missing, moved });
}
