import type { Clock } from '../clock.ts';
import type { RedriveRule } from '../config/redrive-rules.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { startJobLoop } from './job-loop.ts';
import { moveRedriveChunk } from './move-redrive.ts';
import { startDueRedrives } from './redrive-rules.ts';

export interface RedriveLoopOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the config; none where nothing is delivered. */
  readonly rules: readonly RedriveRule[];
}

/** Between two looks for a redrive that somebody has asked for. */
const LOOK_MS = 1_000;
const RULES_MS = 60_000;
/**
 * Carries out redrives and asks for those of the rules, beside the same loops of other processes. `stop` resolves when the chunk under way is written.
 */
export function startRedriveLoop(options: RedriveLoopOptions): { stop(): Promise<void> } {
  const { db, clock, log, rules } = options;
  let rulesAt = clock.monotonic();

  async function step(): Promise<number> {
    if (rules.length > 0 && clock.monotonic() >= rulesAt) {
      rulesAt = clock.monotonic() + RULES_MS;
      for (const { rule, redrive } of await startDueRedrives(db, rules))
        log.info({ rule, redrive }, 'long dead events are put back by a rule');
    }
    const chunk = await moveRedriveChunk(db);
    if (chunk) log.info(chunk, chunk.ended ? 'a redrive has put its last events back' : 'events put back');
    return chunk ? 0 : LOOK_MS;
  }

  return startJobLoop({ clock, log, what: 'redrives', step });
}
