import type { Database, Row } from '../db/database.ts';
import {
  conditionsOf,
  EVENT_STATE,
  type EventFilter,
  type EventState,
  EVENTS_WITH_LANES as FROM,
} from './event-filter.ts';

/** One event as operators see it. */
export interface EventSummary {
  readonly id: number;
  readonly type: string;
  readonly state: EventState;
  readonly recordKey: string | null;
  readonly attemptCount: number;
  readonly lastErrorCode: string | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly processedAt: Date | null;
}

/** One event with all that is known of it. The payload is personal data. */
export interface EventDetail extends EventSummary {
  readonly payload: unknown;
  readonly idempotencyKey: string | null;
  readonly priority: number;
  readonly occurredAt: Date;
  /** The event's lane while the event waits. */
  readonly lane: {
    readonly waiting: number;
    readonly readyAt: Date;
    readonly leasedBy: string | null;
    readonly failures: number;
    readonly crashes: number;
  } | null;
  readonly hubspotId: string | null;
  readonly attempts: readonly AttemptSummary[];
  readonly effects: readonly {
    readonly kind: string;
    readonly mark: string;
    readonly hubspotId: string | null;
  }[];
}

export interface AttemptSummary {
  readonly startedAt: Date;
  readonly call: string;
  readonly worker: string;
  readonly status: number | null;
  readonly durationMs: number | null;
  readonly correlationId: string | null;
  readonly error: string | null;
}

interface EventRow extends Row {
  id: number;
  type: string;
  state: EventState;
  record_key: string | null;
  attempt_count: number;
  last_error_code: string | null;
  last_error: string | null;
  created_at: Date;
  processed_at: Date | null;
}

interface DetailRow extends EventRow {
  payload: unknown;
  idempotency_key: string | null;
  priority: number;
  occurred_at: Date;
  lane: {
    waiting: number;
    ready_at: string;
    leased_by: string | null;
    failures: number;
    crashes: number;
  } | null;
  hubspot_id: string | null;
}

interface AttemptRow extends Row {
  started_at: Date;
  call: string;
  worker: string;
  status: number | null;
  duration_ms: number | null;
  correlation_id: string | null;
  error: string | null;
}

const SUMMARY = `e.id, e.type, ${EVENT_STATE} as state, e.record_key, e.attempt_count, e.last_error_code, e.last_error, e.created_at, e.processed_at`;

/** Newest first. */
export async function listEvents(db: Database, filter: EventFilter, limit: number): Promise<EventSummary[]> {
  const { where, values } = conditionsOf(filter);
  const rows = await db.query<EventRow>(
    `select ${SUMMARY} ${FROM} where ${where} order by e.id desc limit ${Math.trunc(limit)}`,
    values,
  );
  return rows.map(summaryOf);
}

/** How many events are in each stored state; `pending` includes those under a lease. */
export async function countEvents(db: Database): Promise<Readonly<Record<string, number>>> {
  const rows = await db.query<{ state: string; events: number }>(
    `select state, count(*) as events from {schema}.outbox_events group by state`,
  );
  return Object.fromEntries(rows.map((row) => [row.state, row.events]));
}

/** Undefined when there is no such event. */
export async function showEvent(db: Database, id: number): Promise<EventDetail | undefined> {
  const [row] = await db.query<DetailRow>(
    `select ${SUMMARY}, e.payload, e.idempotency_key, e.priority, e.occurred_at, k.hubspot_id,
            case when l.id is not null then jsonb_build_object('waiting', l.pending, 'ready_at', l.ready_at, 'leased_by', l.leased_by,
              'failures', l.failures, 'crashes', l.crashes) end as lane
     ${FROM} left join {schema}.links k on k.record_key = e.record_key where e.id = $1`,
    [id],
  );
  if (!row) return undefined;
  const attempts = await db.query<AttemptRow>(
    `select started_at, call, worker, status, duration_ms, correlation_id, error from {schema}.attempts
     where started_at between $2 and coalesce($3, clock_timestamp()) + interval '1 minute' and $1 = any (event_ids) order by id`,
    [id, new Date(row.created_at.getTime() - 60_000), row.processed_at],
  );
  const effects = await db.query<{ kind: string; mark: string; hubspot_id: string | null }>(
    `select kind, mark, hubspot_id from {schema}.effects where event_id = $1 order by ordinal`,
    [id],
  );
  return {
    ...summaryOf(row),
    payload: row.payload,
    idempotencyKey: row.idempotency_key,
    priority: row.priority,
    occurredAt: row.occurred_at,
    hubspotId: row.hubspot_id,
    lane: row.lane && {
      waiting: row.lane.waiting,
      readyAt: new Date(row.lane.ready_at),
      leasedBy: row.lane.leased_by,
      failures: row.lane.failures,
      crashes: row.lane.crashes,
    },
    attempts: attempts.map((attempt) => ({
      startedAt: attempt.started_at,
      call: attempt.call,
      worker: attempt.worker,
      status: attempt.status,
      durationMs: attempt.duration_ms,
      correlationId: attempt.correlation_id,
      error: attempt.error,
    })),
    effects: effects.map((effect) => ({
      kind: effect.kind,
      mark: effect.mark,
      hubspotId: effect.hubspot_id,
    })),
  };
}

/** How many waiting events the filter fits. */
export async function countWaiting(db: Database, filter: EventFilter): Promise<number> {
  const { where, values } = conditionsOf(filter);
  const [row] = await db.query<{ events: number }>(
    `select count(*) as events ${FROM} where ${where} and e.processed_at is null`,
    values,
  );
  return row?.events ?? 0;
}

export interface CancelReport {
  readonly cancelled: number;
  /** Held by a worker at the moment: they may be sent, so they were left alone. */
  readonly inFlight: number;
}

/** Takes waiting events out of the outbox for good, less those that a worker holds. */
export async function cancelEvents(db: Database, filter: EventFilter): Promise<CancelReport> {
  const { where, values } = conditionsOf(filter);
  return db.transaction(async (tx) => {
    // The router locks events and then their lanes, the other way round: it has to stand still, or each could wait for the other.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('{schema}.router', 0))`);
    // Lanes first and in byte order of their keys, as everywhere; then the events cannot be claimed meanwhile.
    await tx.query(
      `select id from {schema}.lanes where id in (select e.lane_id ${FROM} where ${where} and e.processed_at is null)
       order by record_key for update`,
      values,
    );
    const [row] = await tx.query<{ cancelled: number; in_flight: number }>(
      `with chosen as (
         select e.id, e.lane_id, coalesce(l.leased_by is not null and l.ready_at > clock_timestamp(), false) as held
         ${FROM} where ${where} and e.processed_at is null
       ), gone as (
         update {schema}.outbox_events t
         -- Where the application has a row for it, the row is to show that.
         set state = 'cancelled', processed_at = clock_timestamp(), written_back = false
         from chosen c where t.id = c.id and not c.held and t.processed_at is null
           and t.lane_id is not distinct from c.lane_id
         returning t.lane_id
       ), counted as (
         update {schema}.lanes l set pending = greatest(0, l.pending - g.events)
         from (select lane_id, count(*)::integer as events from gone where lane_id is not null group by lane_id) g where l.id = g.lane_id
       )
       select (select count(*) from gone) as cancelled, (select count(*) from chosen where held) as in_flight`,
      values,
    );
    return { cancelled: row?.cancelled ?? 0, inFlight: row?.in_flight ?? 0 };
  });
}

function summaryOf(row: EventRow): EventSummary {
  return {
    id: row.id,
    type: row.type,
    state: row.state,
    recordKey: row.record_key,
    attemptCount: row.attempt_count,
    lastErrorCode: row.last_error_code,
    lastError: row.last_error,
    createdAt: row.created_at,
    processedAt: row.processed_at,
  };
}
