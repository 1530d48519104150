-- Files of visitors: tickets, what became of each file, what it holds.
-- Locks: creates a new table only; nothing that exists is touched.

create table {schema}.uploads (
  id            uuid primary key,
  -- waiting: for its bytes, until expires_at. stored: all bytes are there, as many as were announced. analysing: a process looks
  -- through it, until lease_until; then another takes it over. ready: profile says what it holds. refused: reason says why.
  state         text not null default 'waiting' check (state in ('waiting', 'stored', 'analysing', 'ready', 'refused')),
  -- SHA-256 of the visitor's token.
  token_hash    bytea not null,
  -- As it is shown; the place where the file is kept is named by the id alone.
  name          text not null,
  kind          text not null,
  size          bigint not null,
  created_at    timestamptz not null default clock_timestamp(),
  expires_at    timestamptz not null,
  -- One request at a time writes.
  writing_until timestamptz,
  stored_at     timestamptz,
  lease_until   timestamptz,
  -- Counts the processes that took it; what an earlier one says no longer counts.
  epoch         integer not null default 0,
  reason        text,
  profile       jsonb,
  -- Whose submission named it, once.
  submission_id uuid,
  -- Recorded once the file is ready and the submission was let through.
  event_id      bigint,
  check ((state = 'ready') = (profile is not null)),
  check ((state = 'refused') = (reason is not null))
) with (fillfactor = 80);
create index uploads_unfinished on {schema}.uploads (expires_at) where state = 'waiting';
create index uploads_to_look_through on {schema}.uploads (stored_at) where state in ('stored', 'analysing');
create index uploads_unreported on {schema}.uploads (submission_id) where state = 'ready' and submission_id is not null and event_id is null;
create index uploads_age on {schema}.uploads (created_at);
