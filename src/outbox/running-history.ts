import type { Queryable, Row } from '../db/database.ts';
import type { PlannedEvent } from '../mapping/mapper.ts';
import type { RunningStates } from '../mapping/running.ts';

/** A lane as far as its running values go. */
export interface RunningLane {
  readonly id: number;
  readonly recordKey: string;
  readonly running: RunningStates;
  readonly deliveredTo: number;
}

export interface CountableEvent extends PlannedEvent {
  readonly id: number;
  readonly counted: boolean;
  readonly delivered: boolean;
}

const PAGE = 500;

interface LaneRow extends Row {
  id: number;
  record_key: string;
  running: RunningStates;
  delivered_to: number;
}

interface EventRow extends Row {
  id: number;
  type: string;
  payload: unknown;
  occurred_at: Date;
  counted: boolean;
  delivered: boolean;
}

const LANE = 'id, record_key, running, delivered_to';

/** Lanes in the order of their ids, from one on. */
export async function lanesAfter(db: Queryable, id: number, limit: number): Promise<RunningLane[]> {
  const rows = await db.query<LaneRow>(
    `select ${LANE} from {schema}.lanes where id > $1 order by id limit $2`,
    [id, limit],
  );
  return rows.map(laneOf);
}

/** The lane of a record; undefined when no event of it has been routed. */
export async function laneByKey(db: Queryable, recordKey: string): Promise<RunningLane | undefined> {
  const [row] = await db.query<LaneRow>(`select ${LANE} from {schema}.lanes where record_key = $1`, [
    recordKey,
  ]);
  return row && laneOf(row);
}

/** Locks a lane that nobody holds: until the transaction ends, it is not claimed and no event comes into it. */
export async function lockIdleLane(tx: Queryable, id: number): Promise<RunningLane | undefined> {
  const [row] = await tx.query<LaneRow>(
    `select ${LANE} from {schema}.lanes where id = $1 and leased_by is null for update skip locked`,
    [id],
  );
  return row && laneOf(row);
}

/**
 * The events of a lane that count, oldest first, a page at a time: all that were counted, and all that were delivered. One that is
 * being redriven is in no lane for a moment, and still counted: `moving` looks for such ones as well.
 */
export async function* countableEvents(
  db: Queryable,
  lane: RunningLane,
  { moving }: { readonly moving: boolean },
): AsyncGenerator<CountableEvent[]> {
  for (let from = 0; ; ) {
    const rows = await db.query<EventRow>(
      `select id, type, payload, occurred_at, counted, state = 'delivered' as delivered from (
         (select * from {schema}.outbox_events
          where lane_id between $1 and $1 and processed_at is not null and id > $2 and (counted or state = 'delivered')
          order by lane_id, id limit ${PAGE})
         union all
         (select * from {schema}.outbox_events where lane_id between $1 and $1 and processed_at is null and id > $2 and counted
          order by lane_id, id limit ${PAGE})
         union all
         (select * from {schema}.outbox_events
          where $4 and lane_id is null and processed_at is null and id > $2 and counted and record_key = $3
          order by id limit ${PAGE})
       ) e order by id limit ${PAGE}`,
      [lane.id, from, lane.recordKey, moving],
    );
    yield rows.map((row) => ({
      id: row.id,
      type: row.type,
      payload: row.payload,
      occurredAt: row.occurred_at,
      counted: row.counted,
      delivered: row.delivered,
    }));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    from = last.id;
  }
}

/** Which of these events are still there. */
export async function existingEvents(db: Queryable, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await db.query<{ id: number }>(
    'select id from {schema}.outbox_events where id = any ($1::bigint[])',
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

/**
 * Notes that the running values of a locked lane hold these delivered events from now on; false when one of them is in somebody's
 * hands. Not waited for: a redrive and the router take an event before its lane.
 */
export async function markCounted(tx: Queryable, laneId: number, ids: readonly number[]): Promise<boolean> {
  const rows = await tx.query(
    `with free as (
       select id from {schema}.outbox_events
       where id = any ($2::bigint[]) and lane_id = $1 and state = 'delivered' order by id for update skip locked
     )
     update {schema}.outbox_events e set counted = true from free where e.id = free.id returning e.id`,
    [laneId, ids],
  );
  return rows.length === ids.length;
}

/** Sets the values of a locked lane. With `doubtFrom` its records are read back against all events from that one on, as soon as a worker looks. */
export async function writeRunning(
  tx: Queryable,
  laneId: number,
  running: RunningStates,
  doubtFrom: number | undefined,
): Promise<void> {
  await tx.query(
    `update {schema}.lanes set running = $2::text::jsonb, doubt_from = least(doubt_from, $3::bigint),
       verify_at = case when $3::bigint is null then verify_at else coalesce(greatest(verify_at, clock_timestamp()), clock_timestamp()) end
     where id = $1`,
    [laneId, JSON.stringify(running), doubtFrom ?? null],
  );
}

function laneOf(row: LaneRow): RunningLane {
  return { id: row.id, recordKey: row.record_key, running: row.running, deliveredTo: row.delivered_to };
}
