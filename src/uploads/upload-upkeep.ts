import type { Clock } from '../clock.ts';
import type { Database, Row } from '../db/database.ts';
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

const LOOK_MS = 60_000;
/** Files of one step. */
const CHUNK = 200;

interface IdRow extends Row {
  id: string;
}

/** Removes files by age, and tickets that were never used, beside the same loops of other processes. */
export function startUploadUpkeep(options: UploadUpkeepOptions): { stop(): Promise<void> } {
  const { clock, log, keepDays } = options;
  return startJobLoop({
    clock,
    log,
    what: 'upkeep of uploads',
    async step() {
      const purged = await purgeUploads(options);
      if (purged > 0) log.info({ purged, keepDays }, 'old uploads are removed');
      return purged === CHUNK ? 0 : LOOK_MS;
    },
  });
}

/** At most 200; returns how many. The file goes first, so that a crash leaves a row that is found again and never a file without one. */
export async function purgeUploads({
  db,
  store,
  keepDays,
}: Pick<UploadUpkeepOptions, 'db' | 'store' | 'keepDays'>): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await tx.query<IdRow>(
      `select id from {schema}.uploads
       where created_at < clock_timestamp() - $1::float8 * interval '1 day' or (state = 'waiting' and expires_at < clock_timestamp())
       limit ${CHUNK} for update skip locked`,
      [keepDays],
    );
    if (rows.length === 0) return 0;
    for (const { id } of rows) await store.remove(id);
    await tx.query('delete from {schema}.uploads where id = any($1::text[]::uuid[])', [
      rows.map(({ id }) => id),
    ]);
    return rows.length;
  });
}
