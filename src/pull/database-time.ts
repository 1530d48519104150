import type { Clock } from '../clock.ts';
import type { Queryable } from '../db/database.ts';

/** How long an answer of the database is counted on from; clocks drift. */
const ASK_AGAIN_MS = 60_000;

/** Tells the database's time without asking it each time; never ahead of it, and behind it by no more than a round trip. */
export interface DatabaseTime {
  now(): Promise<Date>;
}

export function createDatabaseTime(db: Queryable, clock: Clock): DatabaseTime {
  let known: { readonly at: number; readonly answeredAt: number } | undefined;
  return {
    async now() {
      if (known === undefined || clock.monotonic() - known.answeredAt > ASK_AGAIN_MS) {
        const [row] = await db.query<{ now: Date }>('select clock_timestamp() as now');
        if (row === undefined) throw new Error('clock_timestamp() returned no row');
        // Counted from the arrival: the answer is older than that, so what is told is never ahead.
        known = { at: row.now.getTime(), answeredAt: clock.monotonic() };
      }
      return new Date(Math.floor(known.at + (clock.monotonic() - known.answeredAt)));
    },
  };
}
