-- Segments: rules over the mirror, who is in them, and when that changed; the functions that read values by their type.
-- Locks: creates new tables and functions only; nothing that exists is touched.

-- The text of a property as what it stands for, or null where it does not: never an error, whatever people have typed.

create function {schema}.as_number(v text) returns numeric language sql immutable parallel safe as $$
  select case when v ~ '^\s*[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?\s*$' then v::numeric end
$$;

-- Milliseconds since 1970, or ISO 8601; without an offset it is UTC. Days that a month does not have are no time.
create function {schema}.as_time(v text) returns timestamptz language sql immutable parallel safe as $$
  select case
    when v ~ '^-?[0-9]{1,14}$' then to_timestamp(v::float8 / 1000)
    when v ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-5]):?[0-5][0-9])?)?$'
      and extract(day from make_date(substr(v, 1, 4)::integer, substr(v, 6, 2)::integer, 1) + interval '1 month' - interval '1 day') >= substr(v, 9, 2)::integer
    then (make_date(substr(v, 1, 4)::integer, substr(v, 6, 2)::integer, substr(v, 9, 2)::integer)
      + make_interval(hours => coalesce(nullif(substr(v, 12, 2), ''), '0')::integer, mins => coalesce(nullif(substr(v, 15, 2), ''), '0')::integer,
          secs => coalesce(substring(v from '^.{16}:([0-9.]+)'), '0')::float8)
      - coalesce(make_interval(hours => substring(v from '^.{16}.*([+-][0-9]{2}):?[0-9]{2}$')::integer,
          mins => (substring(v from '^.{16}.*([+-])[0-9]{2}:?[0-9]{2}$') || substring(v from '^.{16}.*[+-][0-9]{2}:?([0-9]{2})$'))::integer), interval '0')
      ) at time zone 'UTC'
  end
$$;

create function {schema}.as_date(v text) returns date language sql immutable parallel safe as $$
  select ({schema}.as_time(v) at time zone 'UTC')::date
$$;

create function {schema}.as_boolean(v text) returns boolean language sql immutable parallel safe as $$
  select case lower(v) when 'true' then true when 'false' then false end
$$;

-- What a text search looks at.
create function {schema}.search_text(p jsonb) returns text language sql immutable parallel safe as $$
  select lower(coalesce(p ->> 'email', '')
    || ' ' || coalesce(p ->> 'firstname', '')
    || ' ' || coalesce(p ->> 'lastname', '')
    || ' ' || coalesce(p ->> 'hs_additional_emails', '')
    || ' ' || coalesce(p ->> 'company', '')
    || ' ' || coalesce(p ->> 'phone', '')
    || ' ' || coalesce(p ->> 'mobilephone', '')
    || ' ' || coalesce(p ->> 'name', '')
    || ' ' || coalesce(p ->> 'domain', '')
    || ' ' || coalesce(p ->> 'dealname', '')
    || ' ' || coalesce(p ->> 'subject', ''))
$$;

-- A rule of the config, and how it was last evaluated.
create table {schema}.segments (
  name         text collate "C" primary key,
  object_type  text collate "C" not null,
  rule         jsonb not null,
  -- Records in it, and up to when changes of records are in it.
  size         integer not null default 0,
  evaluated_at timestamptz,
  -- When every record was last looked at, not only those that had changed.
  full_at      timestamptz,
  -- Why it could not be evaluated the last time.
  error        text
);

create table {schema}.segment_members (
  segment   text collate "C" not null references {schema}.segments on delete cascade,
  record_id bigint not null,
  since     timestamptz not null default clock_timestamp(),
  primary key (segment, record_id)
);
create index segment_members_record on {schema}.segment_members (record_id);

create table {schema}.segment_changes (
  id        bigint generated always as identity primary key,
  segment   text collate "C" not null,
  record_id bigint not null,
  at        timestamptz not null default clock_timestamp(),
  -- False: it left.
  joined    boolean not null
);
create index segment_changes_of on {schema}.segment_changes (segment, id);
create index segment_changes_record on {schema}.segment_changes (record_id);

-- How far a segment has gone to a list of HubSpot: changes are recorded in the outbox in the same transaction.
create table {schema}.segment_pushes (
  segment    text collate "C" primary key references {schema}.segments on delete cascade,
  -- Its name or id, as the config gives it; another one starts anew.
  list       text not null,
  -- Those who were in it at the start are recorded in the order of their ids, up to this one; null when all are.
  members_to bigint default 0,
  -- Up to this one of segment_changes.
  changes_to bigint not null
);
