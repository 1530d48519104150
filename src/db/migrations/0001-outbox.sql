-- Outbox, lanes, links, effects, attempts, gates and breaker.
-- Locks: creates new tables only; nothing that exists is touched.

create table {schema}.outbox_events (
  id              bigint generated always as identity primary key,
  type            text not null,
  payload         jsonb not null,
  -- Same key and same content: the same event. Same key and other content: refused.
  idempotency_key text collate "C",
  -- The producer's own record key, where it gave one.
  given_key       text collate "C",
  -- The key of the event's lane, worked out by the router; anew when the event is redriven.
  record_key      text collate "C",
  -- Null until the router has put the event into its lane.
  lane_id         bigint,
  state           text not null default 'pending' check (state in ('pending', 'delivered', 'dead', 'cancelled')),
  -- 1 interactive, 5 normal, 9 bulk.
  priority        smallint not null default 5,
  attempt_count   integer not null default 0,
  -- Tries that HubSpot refused for now because of the event itself; the others do not end it.
  refusals        smallint not null default 0,
  last_error_code text,
  last_error      text,
  occurred_at     timestamptz not null default clock_timestamp(),
  created_at      timestamptz not null default clock_timestamp(),
  -- Null while the event waits; set when it is delivered, dead or cancelled.
  processed_at    timestamptz
) with (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000
);
create unique index outbox_events_idempotency on {schema}.outbox_events (idempotency_key) where idempotency_key is not null;
create index outbox_events_unrouted on {schema}.outbox_events (id) where lane_id is null and processed_at is null;
create index outbox_events_waiting on {schema}.outbox_events (lane_id, id) where processed_at is null;
-- A record's history, for reading back after a write whose end is unknown.
create index outbox_events_history on {schema}.outbox_events (lane_id, id) where processed_at is not null;
create index outbox_events_dead on {schema}.outbox_events (id) where state = 'dead';

create table {schema}.lanes (
  id           bigint generated always as identity primary key,
  record_key   text collate "C" not null unique,
  priority     smallint not null default 5,
  -- Waiting events, counted by the router and by settle.
  pending      integer not null default 0,
  -- Not claimable before: the end of the lease, or of a back-off.
  ready_at     timestamptz not null default clock_timestamp(),
  -- Fencing number: whoever holds an older one may not settle.
  epoch        bigint not null default 0,
  -- The worker that holds the lease; null when nobody does.
  leased_by    text,
  -- Leases in a row that ended without being settled.
  crashes      smallint not null default 0,
  -- Of these, how many with nothing else in hand and before anything was sent: what its events do to a worker, and no chance.
  plan_crashes smallint not null default 0,
  -- Claims in a row that ended without progress; sets the back-off.
  failures     smallint not null default 0,
  failing_since timestamptz,
  -- Highest event id delivered: an older event that comes later (redriven) must not undo it.
  delivered_to bigint not null default 0,
  -- Events up to this id are claimed one at a time, to find the one that HubSpot refuses.
  unfold_until bigint,
  -- A write whose end is unknown may still land after a newer one: the record is read back after verify_at,
  -- against every event from doubt_from on.
  doubt_from   bigint,
  verify_at    timestamptz
) with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 2000
);
create index lanes_ready on {schema}.lanes (priority, ready_at) where pending > 0;
-- Must name the same number as SUSPECT_AFTER_CRASHES.
create index lanes_suspect on {schema}.lanes (ready_at) where pending > 0 and crashes >= 3;
-- Locks and returns up to p_limit ready lanes, most urgent and longest ready first. A function for its settings alone: with stale
-- statistics (always, where no autovacuum runs) the planner takes the ready lanes for a handful and sorts all of them in each claim.
create function {schema}.ready_lanes(p_lowest_priority integer, p_min_crashes integer, p_max_crashes integer, p_limit integer)
returns bigint[] language plpgsql set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off as $$
declare
  v_ids bigint[] := '{}';
begin
  for v_priority in 1..p_lowest_priority loop
    v_ids := v_ids || array(
      select l.id from {schema}.lanes l
      where l.pending > 0 and l.priority = v_priority and l.ready_at <= (select clock_timestamp())
        and l.crashes between p_min_crashes and p_max_crashes
      order by l.priority, l.ready_at limit p_limit - cardinality(v_ids) for update skip locked);
    exit when cardinality(v_ids) >= p_limit;
  end loop;
  return v_ids;
end $$;
create index lanes_verify on {schema}.lanes (verify_at) where verify_at is not null;

-- The application's identity of a record and HubSpot's.
create table {schema}.links (
  record_key  text collate "C" primary key,
  object_type text not null,
  hubspot_id  text not null,
  linked_at   timestamptz not null default clock_timestamp()
);

-- Effects for which HubSpot has no key: written before they are sent, so that after any crash it is known which may exist.
create table {schema}.effects (
  event_id   bigint not null,
  ordinal    smallint not null,
  kind       text not null,
  -- The text by which the effect is recognised at HubSpot.
  mark       text not null,
  target_id  text not null,
  sent_at    timestamptz not null default clock_timestamp(),
  -- When a look for the mark last found nothing.
  absent_at  timestamptz,
  hubspot_id text,
  primary key (event_id, ordinal)
) with (fillfactor = 80);

-- One row for each HTTP try that wrote.
create table {schema}.attempts (
  id             bigint generated always as identity primary key,
  worker         text not null,
  call           text not null,
  event_ids      bigint[] not null,
  started_at     timestamptz not null default clock_timestamp(),
  duration_ms    integer,
  -- HTTP status; null when there was no answer.
  status         integer,
  -- How many inputs ended in each way.
  applied        integer not null default 0,
  not_applied    integer not null default 0,
  unknown        integer not null default 0,
  correlation_id text,
  error          text
);
create index attempts_started on {schema}.attempts using brin (started_at);

-- This installation: the key of its marks, and the portal it belongs to, pinned by the first live start.
create table {schema}.installation (
  singleton   boolean primary key default true check (singleton),
  mark_secret uuid not null default gen_random_uuid(),
  portal_id   bigint,
  time_zone   text,
  pinned_at   timestamptz
);
insert into {schema}.installation default values;
