import type { Database } from '../db/database.ts';
import { countRecords, findRecords } from '../mirror/find-records.ts';
import { compileQuery } from '../mirror/record-query.ts';
import type { MirrorRecord } from '../mirror/record-row.ts';
import { estimateOf, type RedriveEstimate, readPace } from '../outbox/redrive-preview.ts';
import { type BulkRequest, checkBulkValues, readBulkRequest } from './bulk-request.ts';

/** What a bulk change would do, and what it would cost. */
export interface BulkPreview {
  readonly total: number;
  /** Whether `total` is the planner's guess: beyond 100,000 records. */
  readonly isEstimate: boolean;
  /** The first few records: what tells them apart, then the present values of what is to be changed. */
  readonly sample: readonly Pick<MirrorRecord, 'id' | 'properties'>[];
  /** One call for 100 records, and for 1,000 of a list; by the records. */
  readonly estimate: RedriveEstimate;
}

const SAMPLE = 5;
const RECORDS_PER_CALL = 100;
const MEMBERS_PER_CALL = 1_000;
/** Shown of each record of the sample, beside what is to be changed. */
const TELLING = ['email', 'firstname', 'lastname', 'name', 'domain', 'dealname', 'subject'];

/** Counts the records and estimates the cost; nothing is changed. Raises BULK_INVALID, MIRROR_QUERY_INVALID. */
export async function previewBulkChange(db: Database, request: BulkRequest): Promise<BulkPreview> {
  const read = readBulkRequest(request);
  await checkBulkValues(db, read);
  const { limit = Number.POSITIVE_INFINITY, action, query } = read;
  const counted = await countRecords(db, await compileQuery(db, query));
  const total = Math.min(counted.total, limit);
  const wanted = [...new Set([...TELLING, ...(action.kind === 'update' ? Object.keys(action.set) : [])])];
  const { records } = await findRecords(db, { ...query, limit: Math.min(SAMPLE, limit) });
  const calls = Math.ceil(total / (action.kind === 'add-to-list' ? MEMBERS_PER_CALL : RECORDS_PER_CALL));
  return {
    total,
    isEstimate: counted.isEstimate && total < limit,
    sample: records.map(({ id, properties }) => ({
      id,
      properties: Object.fromEntries(
        wanted.flatMap((name) => {
          const value = properties[name];
          return value === undefined ? [] : [[name, value] as const];
        }),
      ),
    })),
    estimate: estimateOf(await readPace(db), { total, calls, basis: 'records' }),
  };
}
