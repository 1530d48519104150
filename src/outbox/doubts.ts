import type { Queryable, Row } from '../db/database.ts';
import type { RunningStates } from '../mapping/running.ts';
import { type ClaimedEvent, READ_BACK_HOLDER } from './claim.ts';

/** A lane leased for reading its record back, with every event since the doubtful one, whatever became of it. */
export interface DoubtedLane {
  readonly id: number;
  readonly recordKey: string;
  readonly epoch: number;
  readonly unfoldUntil: number | null;
  readonly failures: number;
  /** What is left of the lane's back-off: the read-back must not end it. */
  readonly backoffMs: number;
  readonly running: RunningStates;
  readonly events: readonly DoubtedEvent[];
}

export interface DoubtedEvent extends Omit<ClaimedEvent, 'ageMs'> {
  /** Only a delivered event says what the record must show; any other may have left its values there. */
  readonly delivered: boolean;
}

export interface DoubtOptions {
  readonly worker: string;
  readonly lanes: number;
  readonly leaseMs: number;
  readonly settleMs: number;
}

const PAGE = 500;
const EVENT = `id, type, payload, occurred_at, attempt_count, refusals, counted, state = 'delivered' as delivered`;

interface DoubtRow extends Row {
  lane_id: number;
  record_key: string;
  epoch: number;
  unfold_until: number | null;
  failures: number;
  backoff_ms: number;
  doubt_from: number;
  running: RunningStates;
}

interface EventRow extends Row {
  id: number;
  type: string;
  payload: unknown;
  occurred_at: Date;
  attempt_count: number;
  refusals: number;
  counted: boolean;
  delivered: boolean;
}

/**
 * Leases lanes whose doubtful write has had its time to land, so that nothing else is sent for them during the read-back.
 * A lease lost here is taken over like any other, which asks for another read-back. A lane with waiting events whose holder died is
 * left to the next claim, which counts the crash and knows what that holder may have sent.
 */
export async function claimDoubts(db: Queryable, options: DoubtOptions): Promise<DoubtedLane[]> {
  const rows = await db.query<DoubtRow>(
    `with due as materialized (
       select id, greatest(0, extract(epoch from ready_at - clock_timestamp()) * 1000)::float8 as backoff_ms from {schema}.lanes
       where verify_at <= (select clock_timestamp()) and (leased_by is null or (pending = 0 and ready_at <= clock_timestamp()))
       order by verify_at limit $2 for update skip locked
     ), leased as (
       update {schema}.lanes l
       set ready_at = clock_timestamp() + $3::float8 * interval '1 ms', epoch = l.epoch + 1, leased_by = $1,
           verify_at = clock_timestamp() + ($3::float8 + $4::float8) * interval '1 ms'
       from due where l.id = due.id
       returning l.id, l.record_key, l.epoch, coalesce(l.doubt_from, 0) as doubt_from, l.running, l.unfold_until, l.failures, due.backoff_ms
     )
     select l.id as lane_id, l.record_key, l.epoch, l.unfold_until, l.failures, l.backoff_ms, l.doubt_from, l.running
     from leased l order by l.record_key collate "C"`,
    [READ_BACK_HOLDER + options.worker, options.lanes, options.leaseMs, options.settleMs],
  );
  const lanes: DoubtedLane[] = [];
  for (const row of rows) {
    const events: DoubtedEvent[] = [];
    for await (const page of eventsSince(db, row.lane_id, row.doubt_from)) events.push(...page);
    lanes.push({
      id: row.lane_id,
      recordKey: row.record_key,
      epoch: row.epoch,
      unfoldUntil: row.unfold_until,
      failures: row.failures,
      backoffMs: row.backoff_ms,
      running: row.running,
      events,
    });
  }
  return lanes;
}

/** All routed events of a lane from an id on, oldest first, a page at a time. */
export async function* eventsSince(
  db: Queryable,
  laneId: number,
  fromId: number,
): AsyncGenerator<DoubtedEvent[]> {
  for (let from = fromId; ; ) {
    const rows = await db.query<EventRow>(
      `select ${EVENT} from (
         (select * from {schema}.outbox_events where lane_id between $1 and $1 and processed_at is not null and id >= $2
          order by lane_id, id limit ${PAGE})
         union all
         (select * from {schema}.outbox_events where lane_id between $1 and $1 and processed_at is null and id >= $2
          order by lane_id, id limit ${PAGE})
       ) e order by id limit ${PAGE}`,
      [laneId, from],
    );
    yield rows.map(eventOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    from = last.id + 1;
  }
}

/** Events by their ids. */
export async function eventsById(
  db: Queryable,
  ids: readonly number[],
): Promise<ReadonlyMap<number, DoubtedEvent>> {
  if (ids.length === 0) return new Map();
  const rows = await db.query<EventRow>(
    `select ${EVENT} from {schema}.outbox_events where id = any ($1::bigint[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, eventOf(row)]));
}

function eventOf(row: EventRow): DoubtedEvent {
  return {
    id: row.id,
    type: row.type,
    payload: row.payload,
    occurredAt: row.occurred_at,
    attemptCount: row.attempt_count,
    refusals: row.refusals,
    counted: row.counted,
    delivered: row.delivered,
  };
}
