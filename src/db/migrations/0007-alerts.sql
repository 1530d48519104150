-- Alerts, and what their rules need to know of attempts.
-- Locks: attempts for a moment (a column with a constant default, nothing is rewritten); creates new tables.

-- How many of the inputs that were not applied went out again in a smaller batch: they have not ended in this attempt.
alter table {schema}.attempts add column resent integer not null default 0;

create table {schema}.alerts (
  id           bigint generated always as identity primary key,
  rule         text not null,
  -- What it is about where a rule watches several things: a property, a status.
  subject      text not null default '',
  -- pending: seen, not yet for long enough.
  state        text not null check (state in ('pending', 'open', 'resolved')),
  -- One sentence without personal data: as of the last look that saw the trouble.
  summary      text not null,
  since        timestamptz not null default clock_timestamp(),
  opened_at    timestamptz,
  -- Since when an open alert's trouble has not been seen any more.
  clear_since  timestamptz,
  resolved_at  timestamptz,
  -- What is still to be told, and not before when: while one process tells it, the others leave it alone.
  notice       text check (notice in ('opened', 'reminder', 'resolved')),
  notice_after timestamptz not null default '-infinity',
  notified_at  timestamptz
);
create unique index alerts_current on {schema}.alerts (rule, subject) where state <> 'resolved';
create index alerts_untold on {schema}.alerts (notice_after) where notice is not null;

-- When the rules were last looked at, by whichever process, and how many dead letters there were at each look of the last window:
-- [[milliseconds since 1970, count], ...].
create table {schema}.alert_watch (
  singleton  boolean primary key default true check (singleton),
  looked_at  timestamptz not null default '-infinity',
  dead       jsonb not null default '[]'
) with (fillfactor = 20);
insert into {schema}.alert_watch default values;
