import type { Clock } from '../clock.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { startJobLoop } from '../outbox/job-loop.ts';
import type { UploadStore } from './store.ts';

export interface UploadUpkeepOptions {
  readonly db: Database;
  readonly store: UploadStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keepDays: number;
}

const LOOK_MS = 10_000;
/** Rows and files of one step. As in the upkeep of submissions, the time stands in a query of its own. */
const CHUNK = 200;
/** A file that could not be removed is tried again after this; so is one whose process died over it. */
const AGAIN_SECONDS = 300;

interface CountRow extends Row {
  count: number;
}

interface RemovalRow extends Row {
  id: string;
  is_last: boolean;
}

/** Deletes uploads by age, and tickets that were never used, and removes the files of all that are deleted, beside the same loops of other processes. */
export function startUploadUpkeep(options: UploadUpkeepOptions): { stop(): Promise<void> } {
  const { clock, log, keepDays } = options;
  return startJobLoop({
    clock,
    log,
    what: 'upkeep of uploads',
    async step() {
      const purged = await purgeUploads(options.db, keepDays);
      if (purged > 0) log.info({ purged, keepDays }, 'old uploads are removed');
      const removed = await removeFiles(options);
      return purged >= CHUNK || removed === CHUNK ? 0 : LOOK_MS;
    },
  });
}

/** Deletes at most 200 by age and 200 that were never used, the oldest first, which leaves their files to `removeFiles`; returns how many. */
export async function purgeUploads(db: Queryable, keepDays: number): Promise<number> {
  const [row] = await db.query<CountRow>(
    `with aged as (
       delete from {schema}.uploads where id in (
         select id from {schema}.uploads where created_at < (select clock_timestamp()) - $1::float8 * interval '1 day'
         order by created_at limit ${CHUNK} for update skip locked)
       returning 1),
     unused as (
       delete from {schema}.uploads where id in (
         select id from {schema}.uploads where state = 'waiting' and expires_at < (select clock_timestamp())
         order by expires_at limit ${CHUNK} for update skip locked)
       returning 1)
     select (select count(*) from aged) + (select count(*) from unused) as count`,
    [keepDays],
  );
  return row?.count ?? 0;
}

/**
 * Removes at most 200 files of uploads that are deleted or refused; returns how many it took. A crash leaves the rest to the next, and a
 * file that cannot be removed keeps none of the others.
 */
export async function removeFiles({
  db,
  store,
  log,
}: Pick<UploadUpkeepOptions, 'db' | 'store' | 'log'>): Promise<number> {
  const rows = await db.query<RemovalRow>(
    `update {schema}.upload_removals set due_at = clock_timestamp() + ${AGAIN_SECONDS} * interval '1 second'
     where id in (
       select id from {schema}.upload_removals where due_at <= (select clock_timestamp())
       order by due_at limit ${CHUNK} for update skip locked)
     returning id, last_at <= clock_timestamp() as is_last`,
  );
  const failed: unknown[] = [];
  const done: string[] = [];
  const once: string[] = [];
  for (const { id, is_last } of rows) {
    try {
      await store.remove(id);
      (is_last ? done : once).push(id);
    } catch (error) {
      failed.push(error);
    }
  }
  if (rows.length > failed.length)
    await db.query(
      `with gone as (delete from {schema}.upload_removals where id = any($1::text[]::uuid[]))
       update {schema}.upload_removals set due_at = last_at where id = any($2::text[]::uuid[])`,
      [done, once],
    );
  const [error] = failed;
  if (failed.length > 0)
    log.warn(
      { failed: failed.length, err: error instanceof Error ? error.message : String(error) },
      'files of deleted uploads could not be removed; they are tried again',
    );
  return rows.length;
}
