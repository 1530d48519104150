-- Effects on several records of one event: records that more than one lane writes, events that wait for a record, running values,
-- write-back to the application's tables, and properties that have gone from the portal.
-- Locks: outbox_events and lanes for a moment (columns with constant defaults, nothing is rewritten), outbox_events against writes
-- while the small partial index is built.

-- Values over all events of the lane's record, by name.
alter table {schema}.lanes add column running jsonb not null default '{}';

-- Whether the lane's running values hold the event's part.
alter table {schema}.outbox_events add column counted boolean not null default false;
-- Whether the application's row shows how the event ended; null when it has no such row.
alter table {schema}.outbox_events add column written_back boolean;
create index outbox_events_unwritten on {schema}.outbox_events (id) where written_back = false;

-- Records that events of other lanes write: a company of many contacts, a deal. One claim at a time holds such a record.
create table {schema}.shared_records (
  record_key text collate "C" primary key,
  -- The claim that holds it, until then.
  held_by    text,
  held_until timestamptz not null default '-infinity',
  -- By property: the event that has set it last. An older one that comes later leaves it alone.
  written    jsonb not null default '{}'
) with (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000
);

-- Lanes whose next event waits for a record that HubSpot does not have yet, or for a property to come back (`schema:` and its name).
create table {schema}.lane_waits (
  record_key text collate "C" not null,
  lane_id    bigint not null,
  primary key (record_key, lane_id)
);

-- Properties that the config writes and the portal refuses: what would set them waits.
create table {schema}.schema_drift (
  object_type text not null,
  property    text not null,
  -- What HubSpot said.
  reason      text not null,
  since       timestamptz not null default clock_timestamp(),
  checked_at  timestamptz not null default clock_timestamp(),
  primary key (object_type, property)
);
