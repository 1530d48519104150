import type { Pool } from 'pg';
import { type HeldLane, lanesHeldBy } from './database-evidence.ts';
import { patiently } from './patiently.ts';

const SAMPLE_MS = 250;

export interface ProbeFigures {
  /** Times in which more lanes were ready than `threshold`, ms since 1970. */
  readonly saturated: readonly { readonly from: number; readonly to: number }[];
  /** From the death of a worker to the next claim or settlement of a lane that it held, ms; one entry for each death. */
  readonly recoveriesMs: readonly number[];
  /** Most events that waited at once. */
  readonly mostWaiting: number;
  /** Longest that a lane was ready and nobody took it, ms: under overload it has to queue. */
  readonly longestQueueMs: number;
  /** Longest that a statement of a worker waited for a lock, ms: a process that stands still must not hold up the others. */
  readonly longestLockWaitMs: number;
  /** The beginning of that statement, and of the one that it waited for; null when nothing waited. */
  readonly longestLockWait: string | null;
}

/** Watches the database during a run. */
export interface Probe {
  /** To be called when a worker is dead: how long until its lanes are taken over is measured from now. */
  watchDeath(worker: { readonly name: string; readonly pid: number }): Promise<void>;
  /** Resolves with the figures when every watched lane was taken over, or `timeoutMs` later. */
  stop(timeoutMs: number): Promise<ProbeFigures>;
}

interface Death {
  readonly at: number;
  lanes: readonly HeldLane[];
  worstMs: number;
}

/** `threshold`: ready lanes from which on the portal's limit, not the work, is what holds delivery back. */
export function startProbe(pool: Pool, threshold: number): Probe {
  const saturated: { from: number; to: number }[] = [];
  const deaths: Death[] = [];
  let spanFrom: number | undefined;
  let mostWaiting = 0;
  let longestQueueMs = 0;
  let longestLockWaitMs = 0;
  let longestLockWait: string | null = null;
  let stopping = false;

  const sample = async (): Promise<void> => {
    const { rows } = await pool.query<{ ready: number; waiting: number; queue_ms: number }>(
      `select count(*) filter (where ready_at <= clock_timestamp())::int as ready, coalesce(sum(pending), 0)::int as waiting,
              coalesce(extract(epoch from clock_timestamp() - min(ready_at)) * 1000, 0)::float8 as queue_ms
       from spoke.lanes where pending > 0`,
    );
    const now = Date.now();
    const { ready, waiting, queue_ms: queueMs } = rows[0] ?? { ready: 0, waiting: 0, queue_ms: 0 };
    longestQueueMs = Math.max(longestQueueMs, queueMs);
    mostWaiting = Math.max(mostWaiting, waiting);
    if (ready >= threshold) spanFrom ??= now;
    else if (spanFrom !== undefined) {
      saturated.push({ from: spanFrom, to: now });
      spanFrom = undefined;
    }
    const [wait] = await lockWaits(pool);
    if (wait && wait.wait_ms > longestLockWaitMs) {
      longestLockWaitMs = wait.wait_ms;
      longestLockWait = `${wait.waits} | behind, ${wait.state} | ${wait.holds}`;
    }
    for (const death of deaths) await look(pool, death);
  };
  const running = (async () => {
    while (!stopping || deaths.some((death) => death.lanes.length > 0)) {
      await patiently(sample);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();

  return {
    async watchDeath(worker) {
      const at = Date.now();
      const lanes = await lanesHeldBy(pool, worker);
      if (lanes.length > 0) deaths.push({ at, lanes, worstMs: 0 });
    },
    async stop(timeoutMs) {
      stopping = true;
      const timer = setTimeout(() => {
        for (const death of deaths) {
          if (death.lanes.length > 0) death.worstMs = Number.POSITIVE_INFINITY;
          death.lanes = [];
        }
      }, timeoutMs);
      await running;
      clearTimeout(timer);
      if (spanFrom !== undefined) saturated.push({ from: spanFrom, to: Date.now() });
      return {
        saturated,
        recoveriesMs: deaths.map((death) => death.worstMs),
        mostWaiting,
        longestQueueMs,
        longestLockWaitMs,
        longestLockWait,
      };
    },
  };
}

interface LockWait {
  readonly wait_ms: number;
  readonly waits: string;
  readonly holds: string;
  readonly state: string;
}

/** Statements of workers that wait for a lock, longest first, with a session that they wait for. */
async function lockWaits(pool: Pool): Promise<LockWait[]> {
  const { rows } = await pool.query<LockWait>(
    `select (extract(epoch from clock_timestamp() - w.query_start) * 1000)::float8 as wait_ms, h.state,
            regexp_replace(left(w.query, 60), '\\s+', ' ', 'g') as waits, regexp_replace(left(h.query, 60), '\\s+', ' ', 'g') as holds
     from pg_stat_activity w cross join lateral unnest(pg_blocking_pids(w.pid)) b(pid) join pg_stat_activity h on h.pid = b.pid
     where w.datname = current_database() and w.wait_event_type = 'Lock' and w.query ~ 'spoke'
     order by wait_ms desc limit 1`,
  );
  return rows;
}

/** Lanes whose epoch moved on, or that nobody holds any more, have been recovered. */
async function look(pool: Pool, death: Death): Promise<void> {
  if (death.lanes.length === 0) return;
  const { rows } = await pool.query<HeldLane>(
    `select l.id, l.epoch from spoke.lanes l join unnest($1::bigint[], $2::bigint[]) t(id, epoch)
       on t.id = l.id and t.epoch = l.epoch and l.leased_by is not null`,
    [death.lanes.map((lane) => lane.id), death.lanes.map((lane) => lane.epoch)],
  );
  if (rows.length < death.lanes.length) death.worstMs = Date.now() - death.at;
  death.lanes = rows;
}
