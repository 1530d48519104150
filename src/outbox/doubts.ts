import type { Queryable, Row } from '../db/database.ts';
import type { ClaimedEvent } from './claim.ts';

/** A lane leased for reading its record back, with the delivered events whose values the record must show. */
export interface DoubtedLane {
  readonly id: number;
  readonly recordKey: string;
  readonly epoch: number;
  readonly unfoldUntil: number | null;
  readonly failures: number;
  /** What is left of the lane's back-off: the read-back must not end it. */
  readonly backoffMs: number;
  readonly events: readonly ClaimedEvent[];
}

export interface DoubtOptions {
  readonly worker: string;
  readonly lanes: number;
  readonly leaseMs: number;
  readonly settleMs: number;
}

/** Most delivered events looked at for one lane: older ones cannot still be on their way. */
const EVENTS_PER_LANE = 500;

interface DoubtRow extends Row {
  lane_id: number;
  record_key: string;
  epoch: number;
  unfold_until: number | null;
  failures: number;
  backoff_ms: number;
  event_id: number | null;
  type: string;
  payload: unknown;
  occurred_at: Date;
  attempt_count: number;
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
       returning l.id, l.record_key, l.epoch, l.doubt_from, l.unfold_until, l.failures, due.backoff_ms
     )
     select l.id as lane_id, l.record_key, l.epoch, l.unfold_until, l.failures, l.backoff_ms, e.id as event_id, e.type, e.payload, e.occurred_at, e.attempt_count
     from leased l left join lateral (
       select e.id, e.type, e.payload, e.occurred_at, e.attempt_count from {schema}.outbox_events e
       where e.lane_id between l.id and l.id and e.processed_at is not null and e.id >= l.doubt_from and e.state = 'delivered'
       order by e.lane_id desc, e.id desc limit ${EVENTS_PER_LANE}
     ) e on true
     order by l.record_key collate "C", e.id`,
    [options.worker, options.lanes, options.leaseMs, options.settleMs],
  );
  const lanes: (DoubtedLane & { events: ClaimedEvent[] })[] = [];
  for (const row of rows) {
    let lane = lanes.at(-1);
    if (lane?.id !== row.lane_id) {
      lane = {
        id: row.lane_id,
        recordKey: row.record_key,
        epoch: row.epoch,
        unfoldUntil: row.unfold_until,
        failures: row.failures,
        backoffMs: row.backoff_ms,
        events: [],
      };
      lanes.push(lane);
    }
    if (row.event_id === null) continue;
    lane.events.push({
      id: row.event_id,
      type: row.type,
      payload: row.payload,
      occurredAt: row.occurred_at,
      attemptCount: row.attempt_count,
    });
  }
  return lanes;
}

/**
 * Events of a lane that were delivered after `afterId`, oldest first and a page at a time: an older event that is delivered late
 * must not undo them.
 */
export async function deliveredAfter(
  db: Queryable,
  laneId: number,
  afterId: number,
): Promise<ClaimedEvent[]> {
  const rows = await db.query<DoubtRow>(
    `select id as event_id, type, payload, occurred_at, attempt_count from {schema}.outbox_events
     where lane_id between $1 and $1 and processed_at is not null and id > $2 and state = 'delivered' order by lane_id, id limit ${EVENTS_PER_LANE}`,
    [laneId, afterId],
  );
  return rows.map((row) => ({
    id: row.event_id ?? 0,
    type: row.type,
    payload: row.payload,
    occurredAt: row.occurred_at,
    attemptCount: row.attempt_count,
  }));
}
