-- Calls that may have arrived late slow the others down for as long as they count.
-- Locks: gates, for a moment.

alter table {schema}.gates
  -- By how much calls go slower, until then.
  add column late_factor double precision not null default 1,
  add column late_until  timestamptz not null default '-infinity';

-- Some of the calls of the last window were late: for p_for_ms all calls go slower by p_factor (`gate_take` of the next migration).
create function {schema}.gate_late(p_gate text, p_factor double precision, p_for_ms double precision) returns void language sql as $$
  update {schema}.gates
  set late_factor = case when late_until > clock_timestamp() then greatest(late_factor, p_factor) else p_factor end,
      late_until = greatest(late_until, clock_timestamp() + p_for_ms * interval '1 ms')
  where name = p_gate
$$;
