import type { Queryable } from '../src/db/database.ts';

const EVENTS_PER_LANE = 5;
/** One in so many events belongs to the blocked lane. */
const BLOCKED_ONE_IN = 5;
/** What the tables held when the planner's statistics were taken, for a backlog that came faster than they are renewed. */
const EVENTS_WHEN_ANALYSED = 100;

export interface Backlog {
  /** Waiting events, a multiple of 25. */
  readonly events: number;
  /** Of these, the events of one lane that may not be claimed for an hour; they stand in front of all others. */
  readonly blocked: number;
  /** Claimable lanes, with five events each, spread over the table as events of a record are. */
  readonly lanes: number;
}

export function backlogOf(events: number): Backlog {
  const whole = Math.round(events / (BLOCKED_ONE_IN * EVENTS_PER_LANE)) * BLOCKED_ONE_IN * EVENTS_PER_LANE;
  const blocked = whole / BLOCKED_ONE_IN;
  return { events: whole, blocked, lanes: (whole - blocked) / EVENTS_PER_LANE };
}

/** Fills outbox and lanes as the router leaves them. With `stale`, the planner goes on believing that the tables are almost empty. */
export async function loadBacklog(db: Queryable, backlog: Backlog, stale: boolean): Promise<void> {
  if (!stale) {
    await insertLanes(db, backlog, 1, backlog.lanes + 1);
    await insertEvents(db, backlog, 1, backlog.events);
    return;
  }
  const firstLanes = EVENTS_WHEN_ANALYSED / EVENTS_PER_LANE;
  await db.query('alter table {schema}.lanes set (autovacuum_enabled = false)');
  await db.query('alter table {schema}.outbox_events set (autovacuum_enabled = false)');
  await insertLanes(db, backlog, 1, firstLanes);
  await insertEvents(db, backlog, 1, EVENTS_WHEN_ANALYSED);
  await db.query('analyze {schema}.lanes');
  await db.query('analyze {schema}.outbox_events');
  await insertLanes(db, backlog, firstLanes + 1, backlog.lanes + 1);
  await insertEvents(db, backlog, EVENTS_WHEN_ANALYSED + 1, backlog.events);
}

/** Lane 1 is the blocked one. */
async function insertLanes(db: Queryable, backlog: Backlog, from: number, to: number): Promise<void> {
  await db.query(
    `insert into {schema}.lanes (id, record_key, pending, ready_at, failures) overriding system value
     select n, format('contacts:email:contact-%s@example.com', n),
            case when n = 1 then $3::integer else $4::integer end,
            clock_timestamp() + case when n = 1 then interval '1 hour' else interval '-1 hour' + n * interval '1 ms' end,
            case when n = 1 then 5 else 0 end
     from generate_series($1::bigint, $2::bigint) n`,
    [from, to, backlog.blocked, EVENTS_PER_LANE],
  );
}

async function insertEvents(db: Queryable, backlog: Backlog, from: number, to: number): Promise<void> {
  await db.query(
    `insert into {schema}.outbox_events (type, payload, record_key, lane_id)
     select 'contact_changed',
            jsonb_build_object('email', format('contact-%s@example.com', lane), 'firstname', 'Ada',
              'lastname', format('Example %s', lane), 'company', 'Example Ltd', 'city', 'Berlin', 'change', n),
            format('contacts:email:contact-%s@example.com', lane), lane
     from (select n, case when n <= $3 then 1 else 2 + n % $4::bigint end as lane
           from generate_series($1::bigint, $2::bigint) n) placed`,
    [from, to, backlog.blocked, backlog.lanes],
  );
}
