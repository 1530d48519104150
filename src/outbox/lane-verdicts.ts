import type { Queryable } from '../db/database.ts';
import type { RunningStates } from '../mapping/running.ts';
import { storableText } from './storable-text.ts';

/** What became of one event of a claim. */
export interface EventVerdict {
  readonly id: number;
  /** `pending`: it waits for another try. */
  readonly state: 'delivered' | 'dead' | 'pending';
  /** Tries that this claim adds to the event's attempt count. */
  readonly tries: number;
  /** Whether one of them was a refusal for now, of which an event has a limited number. */
  readonly refused?: boolean;
  readonly code?: string;
  readonly message?: string;
  /** Whether the lane's running values hold its part from now on. */
  readonly counted?: boolean;
}

/** What became of one lane of a claim; written only while the lane is still held under `epoch`. */
export interface LaneVerdict {
  readonly id: number;
  readonly epoch: number;
  readonly events: readonly EventVerdict[];
  /** Not claimable again before this many ms. */
  readonly waitMs: number;
  /** Whether an event left the lane: its run of failures is over, whatever the next event met. */
  readonly progressed: boolean;
  /**
   * How the run of failures goes on: `failed` counts and keeps the time of its first, `waited` (the portal's trouble, not the
   * event's) counts for the back-off only, `kept` changes nothing because nothing was tried.
   */
  readonly failures: 'failed' | 'waited' | 'kept';
  /** Events up to this id are to be tried one by one; null for whole again. */
  readonly unfoldUntil: number | null;
  /** The oldest event whose write may still land, when the end of a write is unknown. */
  readonly doubtFrom?: number;
  /** Of a read-back only, which is no sign of health of what waits: whether it settled the lane's doubts. */
  readonly verified?: boolean;
  /** When a read-back that could not be finished is tried again, ms. */
  readonly verifyInMs?: number;
  /** The lane's running values from now on; absent when they stay as they are. */
  readonly running?: RunningStates;
}

/**
 * Events and lanes in one statement, so that a lane's count falls by exactly the events that left it now: a settle that is
 * repeated because the link died at its commit counts nothing twice.
 */
export async function writeVerdicts(
  tx: Queryable,
  lanes: readonly LaneVerdict[],
  settleMs: number,
): Promise<void> {
  const events = lanes.flatMap((lane) => lane.events);
  await tx.query(
    `with done as (
       update {schema}.outbox_events e
       set state = x.state, attempt_count = e.attempt_count + x.tries, refusals = e.refusals + x.refused::integer,
           -- An event that was only given back keeps the reason why it waits.
           last_error_code = case when x.state = 'pending' then coalesce(x.code, e.last_error_code) else x.code end,
           last_error = case when x.state = 'pending' and x.code is null then e.last_error else x.message end,
           processed_at = case when x.state = 'pending' then null else clock_timestamp() end,
           counted = e.counted or x.counted
       from unnest($9::bigint[], $10::text[], $11::integer[], $12::text[], $13::text[], $15::boolean[], $18::boolean[])
         x(id, state, tries, code, message, refused, counted)
       where e.id = x.id and e.processed_at is null
       returning e.lane_id, e.state
     ), gone as (
       select lane_id, count(*)::integer as events from done where state <> 'pending' group by lane_id
     )
     update {schema}.lanes l
     set pending = greatest(0, l.pending - coalesce(g.events, 0)), leased_by = null,
         crashes = case when x.survived then 0 else l.crashes end,
         plan_crashes = case when x.survived then 0 else l.plan_crashes end,
         ready_at = clock_timestamp() + x.wait_ms * interval '1 ms',
         failures = case when x.progressed then 0 else l.failures end
                    + case when x.failures = 'kept' or l.failures >= 1000 then 0 else 1 end,
         failing_since = case when x.failures = 'waited' then null
                         when x.failures = 'failed' then coalesce(case when not x.progressed then l.failing_since end, clock_timestamp())
                         when not x.progressed then l.failing_since end,
         unfold_until = x.unfold_until,
         -- Only with the events whose parts they hold: a settle that is repeated, or came too late for them, adds nothing.
         running = case when x.running is not null and coalesce(g.events, 0) = x.ended then x.running::jsonb else l.running end,
         delivered_to = greatest(l.delivered_to, x.delivered_to),
         doubt_from = case when x.verified then null else least(l.doubt_from, x.doubt_from) end,
         verify_at = case when x.verified then null
                     when x.verify_in_ms is not null then clock_timestamp() + x.verify_in_ms * interval '1 ms'
                     when x.doubt_from is null then l.verify_at
                     else clock_timestamp() + $8::float8 * interval '1 ms' end
     from unnest($1::bigint[], $2::float8[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $14::boolean[],
         $16::float8[], $17::boolean[], $19::text[], $20::integer[])
         x(id, wait_ms, failures, unfold_until, delivered_to, doubt_from, verified, progressed, verify_in_ms, survived, running, ended)
       left join gone g on g.lane_id = x.id
     where l.id = x.id`,
    [
      lanes.map((lane) => lane.id),
      lanes.map((lane) => lane.waitMs),
      lanes.map((lane) => lane.failures),
      lanes.map((lane) => lane.unfoldUntil),
      lanes.map((lane) =>
        Math.max(0, ...lane.events.map((event) => (event.state === 'delivered' ? event.id : 0))),
      ),
      lanes.map((lane) => lane.doubtFrom ?? null),
      lanes.map((lane) => lane.verified ?? null),
      settleMs,
      events.map((event) => event.id),
      events.map((event) => event.state),
      events.map((event) => event.tries),
      events.map((event) => event.code ?? null),
      events.map((event) => (event.message === undefined ? null : storableText(event.message))),
      lanes.map((lane) => lane.progressed),
      events.map((event) => event.refused ?? false),
      lanes.map((lane) => lane.verifyInMs ?? null),
      // A claim that came without events, and a read-back, say nothing about what the lane's events do to a worker.
      lanes.map((lane) => lane.events.length > 0),
      events.map((event) => event.counted ?? false),
      lanes.map((lane) => (lane.running === undefined ? null : JSON.stringify(lane.running))),
      lanes.map((lane) => lane.events.filter((event) => event.state !== 'pending').length),
    ],
  );
}

/** Locks the lanes that are still held under their claim's epoch, in byte order of their keys, and returns their ids. */
export async function lockHeld(
  tx: Queryable,
  lanes: readonly LaneVerdict[],
  fenced: boolean,
): Promise<Set<number>> {
  const rows = await tx.query<{ id: number }>(
    `select l.id from {schema}.lanes l join unnest($1::bigint[], $2::bigint[]) t(id, epoch) on t.id = l.id and (t.epoch = l.epoch or not $3)
     order by l.record_key for update of l`,
    [lanes.map((lane) => lane.id), lanes.map((lane) => lane.epoch), fenced],
  );
  return new Set(rows.map((row) => row.id));
}
