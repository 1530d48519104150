import type { Queryable } from '../db/database.ts';
import { storableText } from './storable-text.ts';

const MAX_ATTEMPT_ERROR = 500;

/** One HTTP try that wrote. */
export interface AttemptRecord {
  readonly call: string;
  readonly eventIds: readonly number[];
  /** How long before the settling it began, ms; the database works out the time. */
  readonly startedMsAgo: number;
  readonly durationMs: number;
  readonly status: number | null;
  readonly applied: number;
  readonly notApplied: number;
  /** Of those not applied: how many went out again in a smaller batch. */
  readonly resent: number;
  readonly unknown: number;
  readonly correlationId?: string;
  readonly error?: string;
}

export async function writeAttempts(
  tx: Queryable,
  worker: string,
  attempts: readonly AttemptRecord[],
): Promise<void> {
  await tx.query(
    `insert into {schema}.attempts (worker, call, event_ids, started_at, duration_ms, status, applied, not_applied, resent, unknown, correlation_id, error)
     select $1, x.call, x.event_ids, clock_timestamp() - x.ms_ago * interval '1 ms', x.duration_ms, x.status, x.applied, x.not_applied, x.resent, x.unknown, x.correlation_id, x.error
     from jsonb_to_recordset($2::jsonb) x(call text, event_ids bigint[], ms_ago float8, duration_ms integer, status integer,
       applied integer, not_applied integer, resent integer, unknown integer, correlation_id text, error text)`,
    [
      worker,
      JSON.stringify(
        attempts.map((attempt) => ({
          call: attempt.call,
          event_ids: attempt.eventIds,
          ms_ago: attempt.startedMsAgo,
          duration_ms: Math.round(attempt.durationMs),
          status: attempt.status,
          applied: attempt.applied,
          not_applied: attempt.notApplied,
          resent: attempt.resent,
          unknown: attempt.unknown,
          correlation_id:
            attempt.correlationId === undefined ? undefined : storableText(attempt.correlationId),
          error: attempt.error === undefined ? undefined : storableText(attempt.error, MAX_ATTEMPT_ERROR),
        })),
      ),
    ],
  );
}
