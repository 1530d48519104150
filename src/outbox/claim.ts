import type { Database, Queryable, Row } from '../db/database.ts';
import type { RunningStates } from '../mapping/running.ts';

/** A lane whose lease was lost this often in a row is claimed apart from the others: its content may be what kills workers. */
export const SUSPECT_AFTER_CRASHES = 3;
/** ... in so small a company that whatever kills the worker again is one of few. */
const SUSPECTS_TOGETHER = 10;
/** ... this often in a row, it is claimed alone, one event at a time. */
export const ALONE_AFTER_CRASHES = 5;
/** When so many workers in a row have died over a lane alone before they sent anything, its first event goes to the dead letters. */
export const DEAD_AFTER_PLAN_CRASHES = 3;
/** ... as it does after so many in a row wherever they died: by then it is no chance, however often workers are killed here. */
export const DEAD_AFTER_CRASHES = 30;
/** Before the name of a worker that only reads a lane's record back: its death says nothing about the lane's events. */
export const READ_BACK_HOLDER = 'read-back ';
/** Before the name of a worker that has a lane alone, has planned its event and is sending: its death is likely chance. */
const SENDING_HOLDER = 'sending ';
/** Priorities up to this one are answered as fast as the budget allows. */
export const INTERACTIVE_PRIORITY = 1;
/** From this one on, only what others leave of the budget is used. */
export const BULK_PRIORITY = 9;
const LOWEST_PRIORITY = 9;

/** `interactive`: lanes with an urgent event only. `plain`: any. Both share claims and batches; `suspect` lanes run apart, `alone` ones each by itself. */
export type ClaimKind = 'interactive' | 'plain' | 'suspect' | 'alone';

interface ClaimRule {
  readonly minCrashes: number;
  readonly maxCrashes: number;
  readonly lowestPriority: number;
  /** Most lanes, and most events of a lane, whatever the caller would take. */
  readonly lanes: number;
  readonly eventsPerLane: number;
}

const MAX_SMALLINT = 32_767;
const UNSUSPECTED = {
  minCrashes: 0,
  maxCrashes: SUSPECT_AFTER_CRASHES - 1,
  lanes: Number.POSITIVE_INFINITY,
  eventsPerLane: Number.POSITIVE_INFINITY,
};
const CLAIM_RULES: Readonly<Record<ClaimKind, ClaimRule>> = {
  interactive: { ...UNSUSPECTED, lowestPriority: INTERACTIVE_PRIORITY },
  plain: { ...UNSUSPECTED, lowestPriority: LOWEST_PRIORITY },
  suspect: {
    minCrashes: SUSPECT_AFTER_CRASHES,
    maxCrashes: ALONE_AFTER_CRASHES - 1,
    lowestPriority: LOWEST_PRIORITY,
    lanes: SUSPECTS_TOGETHER,
    eventsPerLane: Number.POSITIVE_INFINITY,
  },
  alone: {
    minCrashes: ALONE_AFTER_CRASHES,
    maxCrashes: MAX_SMALLINT,
    lowestPriority: LOWEST_PRIORITY,
    lanes: 1,
    eventsPerLane: 1,
  },
};

export interface ClaimOptions {
  /** Shown to operators; need not be unique. */
  readonly worker: string;
  readonly kind: ClaimKind;
  readonly lanes: number;
  /** Most events of one lane in one claim. */
  readonly eventsPerLane: number;
  readonly leaseMs: number;
  /** How long a write whose end is unknown may still land. */
  readonly settleMs: number;
}

/** A lane under lease, with its oldest waiting events. */
export interface ClaimedLane {
  readonly id: number;
  readonly recordKey: string;
  /** Fencing number: every later statement about the lane names it. */
  readonly epoch: number;
  readonly crashes: number;
  readonly planCrashes: number;
  readonly failures: number;
  /** How long its writes have been failing without progress, ms, by the database's clock; null when they are not. */
  readonly failingMs: number | null;
  readonly unfoldUntil: number | null;
  /** How long a write of it whose end is unknown may still land, ms; 0 without one. */
  readonly doubtMs: number;
  readonly deliveredTo: number;
  readonly priority: number;
  /** Running values of its record, by name; read by the mapping. */
  readonly running: RunningStates;
  readonly events: readonly ClaimedEvent[];
}

export interface ClaimedEvent {
  readonly id: number;
  readonly type: string;
  readonly payload: unknown;
  readonly occurredAt: Date;
  /** Since it was recorded, ms, by the database's clock. */
  readonly ageMs: number;
  readonly attemptCount: number;
  /** Tries that HubSpot refused for now because of this event. */
  readonly refusals: number;
  /** Whether the lane's running values hold its part already. */
  readonly counted: boolean;
}

interface LaneRow extends Row {
  lane_id: number;
  record_key: string;
  epoch: number;
  crashes: number;
  plan_crashes: number;
  failures: number;
  failing_ms: number | null;
  unfold_until: number | null;
  doubt_ms: number;
  delivered_to: number;
  priority: number;
  running: RunningStates;
}

interface ClaimRow extends Row {
  lane_id: number;
  event_id: number;
  type: string;
  payload: unknown;
  occurred_at: Date;
  attempt_count: number;
  refusals: number;
  counted: boolean;
  age_ms: number;
}

/**
 * Takes up to `lanes` ready lanes under a lease, most urgent and longest ready first, with their oldest waiting events.
 *
 * A lane is ready when it has waiting events and its `ready_at` has passed: the end of a back-off, or of a lease whose holder
 * never settled. Taking over such a lease counts a crash and asks for the record to be read back, because the former holder's
 * write may still land. Empty when nothing is ready.
 *
 * The events are read by a statement of their own, behind the lease: a statement that takes a lane sees its row as the last holder
 * has left it a moment ago, but its events as they were before, and what has been delivered would be delivered and counted again.
 *
 * A lane can come without events: the one that made it ready is gone. It is to be settled like any other, or it would stay leased.
 *
 * A lane's events are asked for by a range of one lane: with `=`, a planner with stale statistics takes the lane for most of the
 * table and walks the primary key, once per lane (`npm run bench -- claim`).
 */
export async function claimLanes(db: Queryable, options: ClaimOptions): Promise<ClaimedLane[]> {
  const rule = CLAIM_RULES[options.kind];
  const leased = await db.query<LaneRow>(
    `update {schema}.lanes l
     set ready_at = clock_timestamp() + $5::float8 * interval '1 ms',
         epoch = l.epoch + 1,
         leased_by = $1,
         crashes = l.crashes + coalesce(l.leased_by not like '${READ_BACK_HOLDER}%', false)::integer,
         plan_crashes = l.plan_crashes + coalesce(l.crashes > ${ALONE_AFTER_CRASHES} and l.leased_by not like '${READ_BACK_HOLDER}%'
           and l.leased_by not like '${SENDING_HOLDER}%', false)::integer,
         doubt_from = case when l.leased_by is null then l.doubt_from else least(l.doubt_from, (
           select e.id from {schema}.outbox_events e where e.lane_id between l.id and l.id and e.processed_at is null
           order by e.lane_id, e.id limit 1)) end,
         verify_at = case when l.leased_by is null then l.verify_at else clock_timestamp() + $6::float8 * interval '1 ms' end
     where l.id = any ((select {schema}.ready_lanes($7::integer, $2::integer, $3::integer, $4::integer))::bigint[])
     returning l.id as lane_id, l.record_key, l.epoch, l.crashes, l.plan_crashes, l.failures, l.unfold_until, l.delivered_to, l.priority,
       l.running, (extract(epoch from clock_timestamp() - l.failing_since) * 1000)::float8 as failing_ms,
       coalesce(greatest(0, extract(epoch from l.verify_at - clock_timestamp()) * 1000), 0)::float8 as doubt_ms`,
    [
      options.worker,
      rule.minCrashes,
      rule.maxCrashes,
      Math.min(rule.lanes, options.lanes),
      options.leaseMs,
      options.settleMs,
      rule.lowestPriority,
    ],
  );
  if (leased.length === 0) return [];
  const events = await db.query<ClaimRow>(
    `select l.lane_id, e.id as event_id, e.type, e.payload, e.occurred_at, e.attempt_count, e.refusals, e.counted,
            (extract(epoch from clock_timestamp() - e.created_at) * 1000)::float8 as age_ms
     from unnest($1::bigint[], $2::boolean[]) l(lane_id, one_by_one) cross join lateral (
       select e.id, e.type, e.payload, e.occurred_at, e.created_at, e.attempt_count, e.refusals, e.counted from {schema}.outbox_events e
       where e.lane_id between l.lane_id and l.lane_id and e.processed_at is null
       order by e.lane_id, e.id limit case when l.one_by_one then 1 else $3 end
     ) e
     order by e.id`,
    [
      leased.map((lane) => lane.lane_id),
      leased.map((lane) => lane.unfold_until !== null),
      Math.min(rule.eventsPerLane, options.eventsPerLane),
    ],
  );
  return lanesOf(leased, events);
}

/** Notes that the event of a lane claimed alone has been planned: a worker that dies from now on was not killed by its mapping. */
export async function markSending(
  db: Queryable,
  lane: { readonly id: number; readonly epoch: number },
  worker: string,
): Promise<void> {
  await db.query(`update {schema}.lanes set leased_by = $3 where id = $1 and epoch = $2`, [
    lane.id,
    lane.epoch,
    SENDING_HOLDER + worker,
  ]);
}

/** Whether any lane has waiting events, ready or not: then it is worth asking again soon. */
export async function hasWaitingLanes(db: Database): Promise<boolean> {
  const [row] = await db.query<{ waiting: boolean }>(
    `select exists (select 1 from {schema}.lanes where pending > 0)
         or exists (select 1 from {schema}.lanes where verify_at is not null) as waiting`,
  );
  return row?.waiting ?? false;
}

/** Whether a suspect lane is ready; asked before the others are made to wait for it. */
export async function hasSuspects(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ suspects: boolean }>(
    `select exists (select 1 from {schema}.lanes
       where pending > 0 and crashes >= ${SUSPECT_AFTER_CRASHES} and ready_at <= (select clock_timestamp())) as suspects`,
  );
  return row?.suspects ?? false;
}

/**
 * Extends the leases of lanes that are still held under these epochs, and the holds of the claim's shared records; returns how many
 * lanes were. Fewer than asked for means that somebody took over: the rest of the claim must not be sent.
 */
export async function renewLeases(
  db: Queryable,
  lanes: readonly { readonly id: number; readonly epoch: number }[],
  leaseMs: number,
  shared: { readonly holder: string; readonly keys: readonly string[] } = { holder: '', keys: [] },
): Promise<number> {
  if (shared.keys.length > 0) {
    const renewed = await db.query(
      `with held as (
         select record_key from {schema}.shared_records where record_key = any ($1::text[]) and held_by = $2
         order by record_key for update
       )
       update {schema}.shared_records s set held_until = clock_timestamp() + $3::float8 * interval '1 ms'
       from held where s.record_key = held.record_key returning s.record_key`,
      [shared.keys, shared.holder, leaseMs],
    );
    if (renewed.length < shared.keys.length) return 0;
  }
  const rows = await db.query(
    `with held as (
       select l.id from {schema}.lanes l join unnest($1::bigint[], $2::bigint[]) t(id, epoch) on t.id = l.id and t.epoch = l.epoch
       order by l.record_key for update of l
     )
     update {schema}.lanes l set ready_at = clock_timestamp() + $3::float8 * interval '1 ms' from held where l.id = held.id returning l.id`,
    [lanes.map((lane) => lane.id), lanes.map((lane) => lane.epoch), leaseMs],
  );
  return rows.length;
}

/** In byte order of their keys. */
function lanesOf(leased: readonly LaneRow[], rows: readonly ClaimRow[]): ClaimedLane[] {
  const events = new Map<number, ClaimedEvent[]>(leased.map((lane) => [lane.lane_id, []]));
  for (const row of rows)
    events.get(row.lane_id)?.push({
      id: row.event_id,
      type: row.type,
      payload: row.payload,
      occurredAt: row.occurred_at,
      attemptCount: row.attempt_count,
      refusals: row.refusals,
      counted: row.counted,
      ageMs: row.age_ms,
    });
  return leased
    .map((row) => ({
      id: row.lane_id,
      recordKey: row.record_key,
      epoch: row.epoch,
      crashes: row.crashes,
      planCrashes: row.plan_crashes,
      failures: row.failures,
      failingMs: row.failing_ms,
      unfoldUntil: row.unfold_until,
      doubtMs: row.doubt_ms,
      deliveredTo: row.delivered_to,
      priority: row.priority,
      running: row.running,
      events: events.get(row.lane_id) ?? [],
    }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.recordKey), Buffer.from(b.recordKey)));
}
