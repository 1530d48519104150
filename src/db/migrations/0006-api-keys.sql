-- Keys of the HTTP API.
-- Locks: creates a new table only.

create table {schema}.api_keys (
  -- The part of the key that is no secret.
  id           text collate "C" primary key,
  name         text not null,
  -- SHA-256 of the secret part: 256 random bits need no slow hash.
  hash         bytea not null,
  scopes       text[] not null,
  created_at   timestamptz not null default clock_timestamp(),
  -- Written at most once a minute.
  last_used_at timestamptz,
  revoked_at   timestamptz
);
