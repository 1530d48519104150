-- The mirror: the portal's records as they were last read, and how far each reading has come.
-- Locks: creates new tables only; nothing that exists is touched.

create table {schema}.mirror_records (
  -- As HubSpot names it in paths: contacts, companies, 2-123456.
  object_type text collate "C" not null,
  id          bigint not null,
  -- Every property that has a value, as HubSpot's text. What is not there is empty, or is not read at all (mirror_objects.properties).
  properties  jsonb not null,
  created_at  timestamptz,
  -- HubSpot's last change. Archiving does not move it, nor do calculated properties.
  updated_at  timestamptz not null,
  -- archived: in the recycle bin. merged: taken up by another record. gone: erased, or out of the recycle bin; nothing is kept of it.
  state       text not null default 'live' check (state in ('live', 'archived', 'merged', 'gone')),
  -- When it was archived, where HubSpot says so, else when it was found to be.
  left_at     timestamptz check ((state = 'live') = (left_at is null)),
  merged_into bigint check ((state = 'merged') = (merged_into is not null)),
  -- When the request was sent whose answer this row holds, by this database's clock: of two answers for one state, the later holds.
  read_at     timestamptz not null,
  -- When anything of the row last changed here; what is derived from it follows from this.
  changed_at  timestamptz not null default clock_timestamp(),
  primary key (object_type, id)
) partition by list (object_type);

create table {schema}.mirror_contacts partition of {schema}.mirror_records for values in ('contacts')
  with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table {schema}.mirror_companies partition of {schema}.mirror_records for values in ('companies')
  with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table {schema}.mirror_deals partition of {schema}.mirror_records for values in ('deals')
  with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table {schema}.mirror_tickets partition of {schema}.mirror_records for values in ('tickets')
  with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table {schema}.mirror_others partition of {schema}.mirror_records default
  with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create index mirror_records_changed on {schema}.mirror_records (object_type, changed_at);

-- What the values of a record were before, for the object types that keep it.
create table {schema}.mirror_changes (
  id          bigint generated always as identity primary key,
  object_type text collate "C" not null,
  record_id   bigint not null,
  -- When it was found, and the record's own time of change.
  found_at    timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null,
  -- { property: [before, after] }, null for empty.
  changes     jsonb not null
);
create index mirror_changes_record on {schema}.mirror_changes (object_type, record_id, id);

create table {schema}.mirror_links (
  from_type text collate "C" not null,
  from_id   bigint not null,
  to_type   text collate "C" not null,
  to_id     bigint not null,
  -- [{ category, typeId, label }], as HubSpot gives them.
  types     jsonb not null,
  read_at   timestamptz not null,
  primary key (from_type, from_id, to_type, to_id)
);
create index mirror_links_to on {schema}.mirror_links (to_type, to_id);

create table {schema}.mirror_lists (
  id              bigint primary key,
  name            text not null,
  object_type     text collate "C" not null,
  processing_type text not null,
  -- What HubSpot says its size is; null where it does not.
  size            integer,
  -- Up to when its members are known. Null while they have never been read to the end.
  members_read_at timestamptz,
  -- When a reading of all its members began that was not through (yet): until one is, the latest joins do not tell what lacks.
  members_begun_at timestamptz,
  -- When it was found to be no more.
  deleted_at      timestamptz,
  read_at         timestamptz not null
);

-- One row for each time a record was on a list.
create table {schema}.mirror_memberships (
  list_id    bigint not null,
  record_id  bigint not null,
  -- HubSpot's own time where it gives one, else when it was found.
  joined_at  timestamptz not null,
  -- When it was found to have left; null while it is on the list.
  left_at    timestamptz,
  read_at    timestamptz not null,
  primary key (list_id, record_id, joined_at)
);
create unique index mirror_memberships_current on {schema}.mirror_memberships (list_id, record_id) where left_at is null;
create index mirror_memberships_record on {schema}.mirror_memberships (record_id) where left_at is null;

create table {schema}.mirror_owners (
  id         bigint primary key,
  email      text,
  first_name text,
  last_name  text,
  archived   boolean not null,
  read_at    timestamptz not null
);

create table {schema}.mirror_stages (
  object_type   text collate "C" not null,
  pipeline_id   text collate "C" not null,
  stage_id      text collate "C" not null,
  pipeline      text not null,
  stage         text not null,
  display_order integer not null,
  -- What HubSpot keeps beside it: probability, isClosed.
  metadata      jsonb not null,
  read_at       timestamptz not null,
  primary key (object_type, pipeline_id, stage_id)
);

create table {schema}.mirror_properties (
  object_type text collate "C" not null,
  name        text collate "C" not null,
  -- string, number, date, datetime, bool, enumeration, ...
  type        text not null,
  definition  jsonb not null,
  read_at     timestamptz not null,
  primary key (object_type, name)
);

-- How far the reading of one object type has come.
create table {schema}.mirror_objects (
  object_type      text collate "C" primary key,
  -- The properties that a complete reading brought; others need another one.
  properties       text[] not null default '{}',
  -- Ms since 1970; null before the first backfill has begun.
  live_watermark    bigint,
  settled_watermark bigint,
  -- When the first complete reading was through: until then rows are missing.
  complete_at      timestamptz,
  -- When a reading of all ids was last through: archived, merged and erased records are known up to its begin.
  swept_at         timestamptz,
  -- When the mirror was last compared with the portal, and what that said.
  proven_at        timestamptz,
  proof            jsonb
);

-- A reading of a whole object type, in one stream or several, each of which can be taken up where it stands.
create table {schema}.mirror_scans (
  id          bigint generated always as identity primary key,
  object_type text collate "C" not null,
  -- backfill: with all properties. sweep: ids only, for what has left. reconcile: compares and changes nothing.
  kind        text not null check (kind in ('backfill', 'sweep', 'reconcile')),
  properties  text[] not null,
  begun_at    timestamptz not null default clock_timestamp(),
  ended_at    timestamptz,
  -- Found so far: pages, records, inserted, changed, left, missing.
  counts      jsonb not null default '{}'
);
create unique index mirror_scans_current on {schema}.mirror_scans (object_type, kind) where ended_at is null;

create table {schema}.mirror_streams (
  scan_id   bigint not null references {schema}.mirror_scans on delete cascade,
  -- Ids from this one (included) up to that one (not included); null: to the end.
  from_id   bigint not null,
  to_id     bigint,
  -- Where the next page begins; moved in the transaction that writes the page.
  after_id  bigint not null,
  done      boolean not null default false,
  primary key (scan_id, from_id)
);

-- Where the mirror was found to differ from the portal, as long as it is not clear whether it still does.
create table {schema}.mirror_differences (
  scan_id    bigint not null references {schema}.mirror_scans on delete cascade,
  id         bigint not null,
  kind       text not null,
  properties text[] not null,
  updated_at timestamptz not null,
  primary key (scan_id, id)
);

-- Which process does a duty of the readers now; a process that died loses it when its time is over.
create table {schema}.pull_leases (
  name       text collate "C" primary key,
  holder     text,
  held_until timestamptz not null default '-infinity',
  -- When the duty was last done to its end.
  done_at    timestamptz
);

-- One run of a reader, for people: what it was asked for, what it did, what it could not read.
create table {schema}.pull_runs (
  id          bigint generated always as identity primary key,
  kind        text not null,
  request     jsonb not null default '{}',
  state       text not null default 'running' check (state in ('running', 'done', 'incomplete', 'failed', 'stopped')),
  requested_by text not null,
  begun_at    timestamptz not null default clock_timestamp(),
  -- Renewed while it runs: a run whose process has died is taken for stopped.
  alive_at    timestamptz not null default clock_timestamp(),
  ended_at    timestamptz,
  report      jsonb not null default '{}'
);
create unique index pull_runs_current on {schema}.pull_runs (kind) where state = 'running';
create index pull_runs_recent on {schema}.pull_runs (begun_at);

-- Records that are to be read anew: a webhook or a scan has hinted at them.
create table {schema}.pull_hints (
  object_type text collate "C" not null,
  id          bigint not null,
  -- Counted up with each hint: a reading that began before the last one does not take it away.
  hints       integer not null default 1,
  hinted_at   timestamptz not null default clock_timestamp(),
  -- Not before: a hint whose reading failed waits.
  ready_at    timestamptz not null default clock_timestamp(),
  failures    smallint not null default 0,
  primary key (object_type, id)
);
create index pull_hints_ready on {schema}.pull_hints (object_type, ready_at);
