import type { Clock } from '../clock.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { EFFECTS_EVENT } from '../mapping/effects.ts';
import { compileQuery } from '../mirror/record-query.ts';
import { PRIORITIES } from '../outbox/track-event.ts';
import { wakeChannel } from '../outbox/wake.ts';
import { bulkKey } from './bulk-changes.ts';
import { type BulkRequest, readBulkRequest } from './bulk-request.ts';

/** Records of one transaction: it stays short, and an abort is heard soon. */
const CHUNK = 2_000;
/** Longest time that a process may leave a chunk's transaction alone; then the server ends it and another process goes on. */
const MAX_STALL_MS = 5_000;
/** While another process is at the same bulk change. */
const ASK_AGAIN_MS = 100;

export interface RecordedChunk {
  readonly bulkChange: number;
  readonly recorded: number;
  /** Whether the bulk change has ended with it. */
  readonly ended: boolean;
}

interface JobRow extends Row {
  id: number;
  query: BulkRequest['query'];
  change: BulkRequest['action'];
  max_records: number | null;
  requested_by: string;
  total: number | null;
  looked: number;
  up_to_id: number | null;
  cursor_id: number;
}

/**
 * Records the events of a running bulk change for its next records, at most 2,000, in one short transaction; undefined when there
 * is nothing to do or another process is at it. `id`: of this one only; default: of the oldest that nobody is at.
 *
 * Any process may call it at any time. The lock on the job's row is the lease: it ends with the transaction, whatever ends the
 * process. Events and the place that is reached are written together, and the events' idempotency keys name job and record.
 */
export async function recordBulkChunk(
  db: Database,
  { id, chunk = CHUNK }: { id?: number | undefined; chunk?: number } = {},
): Promise<RecordedChunk | undefined> {
  const report = await db.transaction(async (tx) => {
    await tx.query(`select set_config('idle_in_transaction_session_timeout', '${MAX_STALL_MS}', true)`);
    const [job] = await tx.query<JobRow>(
      `select id, query, change, max_records, requested_by, total, looked, up_to_id, cursor_id from {schema}.bulk_changes
       where state = 'running' and ($1::bigint is null or id = $1) order by id limit 1 for update skip locked`,
      [id ?? null],
    );
    return job && recordChunk(tx, job, chunk);
  });
  if (report && report.recorded > 0) await db.notify(wakeChannel(db.schema));
  return report;
}

/** Records one bulk change to its end, together with whoever else does; resolves early when `stopping` aborts. */
export async function finishBulkChange(
  db: Database,
  id: number,
  options: { clock: Clock; stopping: AbortSignal; onChunk?: (recorded: number) => void },
): Promise<void> {
  while (!options.stopping.aborted) {
    const report = await recordBulkChunk(db, { id });
    if (report) options.onChunk?.(report.recorded);
    else {
      const [running] = await db.query(
        `select 1 from {schema}.bulk_changes where id = $1 and state = 'running'`,
        [id],
      );
      if (running === undefined) return;
      await options.clock.sleep(ASK_AGAIN_MS, options.stopping);
    }
  }
}

async function recordChunk(tx: Queryable, job: JobRow, chunk: number): Promise<RecordedChunk> {
  const { id, query, change: action, max_records, requested_by: requestedBy } = job;
  const limit = max_records ?? undefined;
  try {
    const read = readBulkRequest({ query, action, limit, requestedBy });
    const { condition, values, bind, objectType } = await compileQuery(tx, read.query);
    const upTo = job.total === null ? await begin(tx, job, { where: condition, values }) : job.up_to_id;
    const size = Math.min(chunk, max_records === null ? chunk : Math.max(0, max_records - job.looked));
    if (upTo === null || size === 0) return await end(tx, id, 0);
    const [counts] = await tx.query<{ looked: number; recorded: number }>(
      `with part as materialized (
         select m.id from {schema}.mirror_records m
         where ${condition} and m.id > ${bind(job.cursor_id)}::bigint and m.id <= ${bind(upTo)}::bigint
         order by m.id limit ${bind(size)}::integer
       ), sent as (
         insert into {schema}.outbox_events (type, payload, idempotency_key, priority)
         select '${EFFECTS_EVENT}',
           jsonb_build_object('record', r.ref, 'effects', jsonb_build_array(${bind(JSON.stringify(read.effect))}::jsonb || jsonb_build_object('record', r.ref))),
           ${bulkKey(`${bind(String(id))}::text`)} || p.id, ${PRIORITIES.bulk}
         from part p,
         lateral (select jsonb_build_object('objectType', ${bind(objectType)}::text, 'idProperty', 'hs_object_id', 'id', p.id::text) as ref) r
         order by p.id
         on conflict (idempotency_key) where idempotency_key is not null do nothing
         returning 1
       )
       update {schema}.bulk_changes b
       set looked = b.looked + c.looked, recorded = b.recorded + c.recorded, cursor_id = coalesce(c.last, b.cursor_id),
           total = greatest(b.total, b.looked + c.looked)
       from (select (select count(*)::integer from part) as looked, (select max(id) from part) as last,
               (select count(*)::integer from sent) as recorded) c
       where b.id = ${bind(id)} returning c.looked, c.recorded`,
      values,
    );
    const { looked = 0, recorded = 0 } = counts ?? {};
    if (looked < size || job.looked + looked === max_records) return await end(tx, id, recorded);
    return { bulkChange: id, recorded, ended: false };
  } catch (error) {
    if (!(error instanceof SpokeError) || !LASTING.has(error.code)) throw error;
    return await end(tx, id, 0, error.message);
  }
}

/** What waiting does not mend: a segment or a property of the query is there no more. */
const LASTING: ReadonlySet<string> = new Set(['BULK_INVALID', 'MIRROR_QUERY_INVALID']);

/** Counts the records and finds the last of them: those that come while the bulk change runs are not for it. */
async function begin(
  tx: Queryable,
  { id, max_records }: JobRow,
  { where, values }: { readonly where: string; readonly values: readonly unknown[] },
): Promise<number | null> {
  const [begun] = await tx.query<{ up_to_id: number | null }>(
    `with chosen as (
       select m.id from {schema}.mirror_records m where ${where} order by m.id limit $${values.length + 2}::bigint
     )
     update {schema}.bulk_changes b set total = c.records, up_to_id = c.up_to_id
     from (select count(*)::integer as records, max(id) as up_to_id from chosen) c where b.id = $${values.length + 1}
     returning b.up_to_id`,
    [...values, id, max_records],
  );
  return begun?.up_to_id ?? null;
}

async function end(tx: Queryable, id: number, recorded: number, error?: string): Promise<RecordedChunk> {
  await tx.query(
    `update {schema}.bulk_changes set state = $2, error = $3, total = coalesce(total, 0), finished_at = clock_timestamp() where id = $1`,
    [id, error === undefined ? 'done' : 'aborted', error ?? null],
  );
  return { bulkChange: id, recorded, ended: true };
}
