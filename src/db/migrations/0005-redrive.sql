-- no-transaction
-- Redrives: jobs that put dead and cancelled events back, and which of them an event belongs to.
-- Locks: outbox_events for a moment (access exclusive, two columns without a rewrite). Its indexes are built beside the writers
-- (concurrently), for which open transactions are waited for. Each statement may be repeated after a fault.

create table if not exists {schema}.redrives (
  id           bigint generated always as identity primary key,
  -- Which events, as `redriveFilterSchema` reads it.
  filter       jsonb not null,
  -- anew: routed again, the record key is worked out by the config as it is now. as-sent: back to its place in the lane it had.
  mode         text not null check (mode in ('anew', 'as-sent')),
  -- Given to the events; null: each keeps its own.
  priority     smallint check (priority between 1 and 9),
  -- Only so many, the oldest.
  max_events   integer check (max_events > 0),
  requested_by text not null,
  -- The rule of the config that asked for it.
  rule         text,
  -- Of the request: the same again is the same redrive.
  idempotency_key text collate "C" unique,
  request_hash text,
  state        text not null default 'running' check (state in ('running', 'done', 'aborted')),
  -- Why it was aborted, when nobody asked for that.
  error        text,
  -- How many events it is for; null until it has been begun. Events that ended after `created_at` are not among them.
  total        integer,
  up_to_id     bigint,
  moved        integer not null default 0,
  -- The place it has reached, in the order of record keys and ids.
  cursor_key   text collate "C" not null default '',
  cursor_id    bigint not null default 0,
  created_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz
);
create index if not exists redrives_running on {schema}.redrives (id) where state = 'running';
create index if not exists redrives_rule on {schema}.redrives (rule, created_at) where rule is not null;

-- The last redrive that moved the event, and how many have.
alter table {schema}.outbox_events add column if not exists redrive_id bigint;
alter table {schema}.outbox_events add column if not exists redrive_count smallint not null default 0;

-- An index that a fault left half built is not valid, and `if not exists` would keep it.
drop index concurrently if exists {schema}.outbox_events_ended;
create index concurrently outbox_events_ended on {schema}.outbox_events (coalesce(record_key, ''), id) where state in ('dead', 'cancelled');
drop index concurrently if exists {schema}.outbox_events_redriven;
create index concurrently outbox_events_redriven on {schema}.outbox_events (redrive_id, state) where redrive_id is not null;
