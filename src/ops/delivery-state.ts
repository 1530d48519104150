import type { Queryable, Row } from '../db/database.ts';
import { SUSPECT_AFTER_CRASHES } from '../outbox/claim.ts';

export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** What stands in the database at one moment: of the whole installation, whichever process asks. */
export interface DeliveryState {
  readonly events: {
    readonly waiting: number;
    readonly dead: number;
    /** Of the waiting one with the lowest id, seconds; 0 when none waits. */
    readonly oldestAge: number;
  };
  readonly lanes: {
    readonly waiting: number;
    readonly leased: number;
    readonly suspect: number;
    readonly inDoubt: number;
  };
  /** An open breaker whose time is over, with nothing that waits to try it, counts as closed. */
  readonly breaker: BreakerState;
  /** By gate: the share that is taken of what it lets through at once. */
  readonly gateUse: Readonly<Record<string, number>>;
  readonly daily: { readonly used: number; readonly limit: number | null };
  /** By object type of the mirror: time since the moment before which every change is there, seconds. */
  readonly mirrorAge: Readonly<Record<string, number>>;
  readonly drifted: number;
  readonly recordsHeld: number;
}

interface QueueRow extends Row {
  waiting: number;
  dead: number;
  oldest_age: number | null;
  lanes_waiting: number;
  lanes_leased: number;
  lanes_suspect: number;
  lanes_in_doubt: number;
}

interface LimitsRow extends Row {
  breaker: BreakerState;
  breaker_due: boolean;
  used: number;
  call_limit: number | null;
  drifted: number;
  held: number;
}

/**
 * Reads the state inside a transaction. What waits and what is dead is counted in indexes that hold nothing else, so that it takes as long as there is
 * of it, however many events have been delivered.
 */
export async function readDeliveryState(tx: Queryable): Promise<DeliveryState> {
  // With stale statistics the planner would read the whole table for the few events that wait; and the price that forbids it
  // would have it compile the statement.
  await tx.query(`select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`);
  const queue = await readQueue(tx);
  const [limits] = await tx.query<LimitsRow>(
    `select b.state as breaker, b.open_until <= clock_timestamp() as breaker_due,
              case when d.resets_at > clock_timestamp() then d.used else 0 end as used,
              case when d.resets_at > clock_timestamp() then d.call_limit end as call_limit,
              (select count(*) from {schema}.schema_drift) as drifted,
              (select count(*) from {schema}.shared_records where held_until > (select clock_timestamp())) as held
       from {schema}.breaker b, {schema}.daily_budget d`,
  );
  const gates = await tx.query<{ name: string; use: number }>(
    `select name, greatest(0, (extract(epoch from tat - clock_timestamp()) * 1000 / step_ms + burst - 1) / burst)::float8 as use
       from {schema}.gates`,
  );
  const mirror = await tx.query<{ object_type: string; age: number }>(
    // A round of changes that goes on and on has its place, too: all before it is there.
    `select object_type, greatest(0, extract(epoch from clock_timestamp()
       - greatest(caught_up_at, to_timestamp(live_watermark / 1000.0))))::float8 as age
     from {schema}.mirror_objects where complete_at is not null`,
  );
  if (!limits) throw new Error('The breaker or the daily budget has no row.');
  const idle = queue.events.waiting === 0 && limits.breaker_due;
  return {
    ...queue,
    breaker: idle ? 'closed' : limits.breaker,
    gateUse: Object.fromEntries(gates.map(({ name, use }) => [name, use])),
    daily: { used: limits.used, limit: limits.call_limit },
    mirrorAge: Object.fromEntries(mirror.map(({ object_type, age }) => [object_type, age])),
    drifted: limits.drifted,
    recordsHeld: limits.held,
  };
}

async function readQueue(tx: Queryable): Promise<Pick<DeliveryState, 'events' | 'lanes'>> {
  const [row] = await tx.query<QueueRow>(
    `with waiting as materialized (
       select count(*) as events, min(id) as oldest from {schema}.outbox_events where processed_at is null
     ), lanes as materialized (
       select count(*) filter (where leased_by is null or ready_at <= t.now) as waiting,
              count(*) filter (where leased_by is not null and ready_at > t.now) as leased,
              count(*) filter (where crashes >= ${SUSPECT_AFTER_CRASHES}) as suspect
       from {schema}.lanes, (select clock_timestamp() as now) t where pending > 0
     )
     select w.events as waiting, l.waiting as lanes_waiting, l.leased as lanes_leased, l.suspect as lanes_suspect,
            (select count(*) from {schema}.outbox_events where state = 'dead') as dead,
            (select count(*) from {schema}.lanes where verify_at is not null) as lanes_in_doubt,
            (select extract(epoch from clock_timestamp() - e.created_at) from {schema}.outbox_events e where e.id = w.oldest)::float8
              as oldest_age
     from waiting w, lanes l`,
  );
  if (!row) throw new Error('The count of the queue returned no row.');
  return {
    events: { waiting: row.waiting, dead: row.dead, oldestAge: Math.max(0, row.oldest_age ?? 0) },
    lanes: {
      waiting: row.lanes_waiting,
      leased: row.lanes_leased,
      suspect: row.lanes_suspect,
      inDoubt: row.lanes_in_doubt,
    },
  };
}
