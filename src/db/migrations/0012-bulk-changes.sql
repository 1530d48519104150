-- Bulk changes: jobs that record one change for every record of the mirror that a query finds.
-- Locks: creates a new table only; nothing that exists is touched.

create table {schema}.bulk_changes (
  id           bigint generated always as identity primary key,
  -- Which records and what is to be done with each, as `readBulkRequest` reads it.
  query        jsonb not null,
  change       jsonb not null,
  -- Only so many, those with the lowest ids.
  max_records  integer check (max_records > 0),
  requested_by text not null,
  -- Of the request: the same again is the same bulk change.
  idempotency_key text collate "C" unique,
  request_hash text,
  state        text not null default 'running' check (state in ('running', 'done', 'aborted')),
  -- Why it was aborted, when nobody asked for that.
  error        text,
  -- How many records it is for; null until it has been begun. Records that come later are not among them.
  total        integer,
  up_to_id     bigint,
  -- Records that it has gone through, the last of them, and the events recorded.
  looked       integer not null default 0,
  cursor_id    bigint not null default 0,
  recorded     integer not null default 0,
  created_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz
);
create index bulk_changes_running on {schema}.bulk_changes (id) where state = 'running';
