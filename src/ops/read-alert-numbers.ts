import type { Queryable, Row } from '../db/database.ts';
import type { AlertReading } from './alert-rules.ts';
import { readDeliveryState } from './delivery-state.ts';

interface CallsRow extends Row {
  now: number;
  calls: number;
  failed: number;
  mean_ms: number;
  inputs: number;
  applied: number;
  unauthorized: number;
  forbidden: number;
}

/** Dead letters at the looks of the last window: time in ms, count. */
export type DeadCounts = readonly (readonly [at: number, count: number])[];

export interface AlertNumbers {
  readonly reading: AlertReading;
  /** By the database's clock, ms since 1970. */
  readonly now: number;
  /** With this look. */
  readonly deadCounts: DeadCounts;
}

/** Reads what the rules look at, inside a transaction. */
export async function readAlertNumbers(
  tx: Queryable,
  windowMs: number,
  earlier: DeadCounts,
): Promise<AlertNumbers> {
  const state = await readDeliveryState(tx);
  const [calls] = await tx.query<CallsRow>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now, count(*) as calls,
            count(*) filter (where status is null or status in (401, 403, 408, 429) or status >= 500) as failed,
            coalesce(avg(duration_ms), 0)::float8 as mean_ms,
            coalesce(sum(applied + not_applied + unknown - resent), 0) as inputs, coalesce(sum(applied), 0) as applied,
            count(*) filter (where status = 401) as unauthorized, count(*) filter (where status = 403) as forbidden
     from {schema}.attempts where applied + not_applied + unknown > 0 and started_at > (select clock_timestamp() - $1::float8 * interval '1 ms')`,
    [windowMs],
  );
  if (!calls) throw new Error('The count of the calls returned no row.');
  const drifted = await tx.query<{ name: string }>(
    `select object_type || '.' || property as name from {schema}.schema_drift order by 1`,
  );
  const { now } = calls;
  const kept = earlier.filter(([at]) => at > now - windowMs);
  const { dead, waiting } = state.events;
  return {
    now,
    deadCounts: [...kept, [now, dead]],
    reading: {
      calls: {
        count: calls.calls,
        failed: calls.failed,
        meanMs: calls.mean_ms,
        inputs: calls.inputs,
        applied: calls.applied,
        refused: { '401': calls.unauthorized, '403': calls.forbidden },
      },
      breaker: state.breaker,
      waiting,
      daily: state.daily,
      drifted: drifted.map(({ name }) => name),
      deadGrowth: Math.max(0, dead - Math.min(dead, ...kept.map(([, count]) => count))),
    },
  };
}
