import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';

/** How long a lease lasts without being renewed, ms. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;

export interface LeaseOptions {
  readonly db: Database;
  readonly clock: Clock;
  /** Of this process, unlike any other's. */
  readonly holder: string;
  readonly signal: AbortSignal;
}

/**
 * Does `work` while no other process does what has the same name; undefined when one does, or has done it within `everyMs`.
 * `work` is told through its signal when the lease is lost. A lease saves double work and no more: what is written is guarded
 * by itself, because a process may sleep through the end of its lease.
 *
 * It counts as done when `work` returns true.
 */
export async function withLease<T>(
  name: string,
  { db, clock, holder, signal }: LeaseOptions,
  work: (signal: AbortSignal) => Promise<{ readonly done: boolean; readonly result: T }>,
  everyMs = 0,
): Promise<T | undefined> {
  const [taken] = await db.query(
    `insert into {schema}.pull_leases as l (name, holder, held_until)
     values ($1, $2, clock_timestamp() + $3 * interval '1 ms')
     on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
     where (l.held_until < clock_timestamp() or l.holder is null)
       and (l.done_at is null or l.done_at <= clock_timestamp() - $4 * interval '1 ms')
     returning name`,
    [name, holder, LEASE_MS, everyMs],
  );
  if (taken === undefined) return undefined;
  const ending = new AbortController();
  const lost = new AbortController();
  const renewing = renew();
  let done = false;
  try {
    const outcome = await work(AbortSignal.any([signal, lost.signal]));
    done = outcome.done;
    return outcome.result;
  } finally {
    ending.abort();
    await renewing;
    await db.query(
      `update {schema}.pull_leases set holder = null, held_until = '-infinity',
              done_at = case when $3::boolean then clock_timestamp() else done_at end
       where name = $1 and holder = $2`,
      [name, holder, done],
    );
  }

  async function renew(): Promise<void> {
    for (;;) {
      await clock.sleep(RENEW_MS, ending.signal);
      if (ending.signal.aborted) return;
      try {
        const [held] = await db.query(
          `update {schema}.pull_leases set held_until = clock_timestamp() + $3 * interval '1 ms'
           where name = $1 and holder = $2 returning name`,
          [name, holder, LEASE_MS],
        );
        if (held === undefined) return lost.abort(new Error(`another process has taken over ${name}`));
      } catch {
        // A lost database shows in the work itself; the lease may still be renewed in time.
      }
    }
  }
}
