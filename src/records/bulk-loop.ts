import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { startJobLoop } from '../outbox/job-loop.ts';
import { recordBulkChunk } from './record-bulk.ts';

/** Between two looks for a bulk change that somebody has asked for. */
const LOOK_MS = 1_000;

/** Records the events of bulk changes, beside the same loops of other processes; `stop` resolves when the chunk under way is written. */
export function startBulkLoop(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
}): { stop(): Promise<void> } {
  const { db, clock, log } = options;
  return startJobLoop({
    clock,
    log,
    what: 'bulk changes',
    async step() {
      const chunk = await recordBulkChunk(db);
      if (chunk)
        log.info(chunk, chunk.ended ? 'a bulk change has recorded its last events' : 'events recorded');
      return chunk ? 0 : LOOK_MS;
    },
  });
}
