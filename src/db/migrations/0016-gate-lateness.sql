-- Calls that may have arrived late slow the others down for as long as they count.
-- Locks: gates, for a moment.

alter table {schema}.gates
  -- By how much calls go slower, until then.
  add column late_factor double precision not null default 1,
  add column late_until  timestamptz not null default '-infinity';

-- Some of the calls of the last window were late: for p_for_ms all calls go slower by p_factor.
create function {schema}.gate_late(p_gate text, p_factor double precision, p_for_ms double precision) returns void language sql as $$
  update {schema}.gates
  set late_factor = case when late_until > clock_timestamp() then greatest(late_factor, p_factor) else p_factor end,
      late_until = greatest(late_until, clock_timestamp() + p_for_ms * interval '1 ms')
  where name = p_gate
$$;

-- Asks for one call. `granted`: send it after wait_ms. Otherwise: ask again after wait_ms; `held_by` says what holds it back.
-- p_max_wait_ms is the priority: how long a call of this kind may queue (negative: only while that much of the burst is unused, at
-- most half of it, or a fast gate would never have as much to spare).
-- p_daily_share: the share of the daily budget that this kind may use up.
-- Time is read after the row is locked: an earlier reading could lie before the row's own time.
create or replace function {schema}.gate_take(
  p_gate text, p_max_wait_ms double precision, p_daily_share double precision,
  out granted boolean, out wait_ms double precision, out held_by text, out watched boolean
) language plpgsql as $$
declare
  g {schema}.gates;
  b {schema}.breaker;
  d {schema}.daily_budget;
  v_now timestamptz;
  v_base timestamptz;
  v_step interval;
  v_wait double precision;
  v_max_wait double precision;
begin
  select * into strict g from {schema}.gates where name = p_gate for update;
  select * into strict d from {schema}.daily_budget;
  select * into strict b from {schema}.breaker;
  v_now := clock_timestamp();
  watched := b.failures > 0 or b.state <> 'closed';
  if b.state <> 'closed' then
    select * into strict b from {schema}.breaker for update;
    if b.state = 'open' and v_now < b.open_until then
      granted := false; held_by := 'breaker'; wait_ms := extract(epoch from b.open_until - v_now) * 1000; return;
    end if;
    if b.state <> 'closed' and v_now < b.probe_until then
      granted := false; held_by := 'breaker'; wait_ms := 250; return;
    end if;
  end if;
  if v_now >= d.resets_at then
    update {schema}.daily_budget
    set used = 0, call_limit = null, resets_at = (date_trunc('day', v_now at time zone z.zone) + interval '1 day') at time zone z.zone
    from (select coalesce((select time_zone from {schema}.installation), 'UTC') as zone) z
    returning daily_budget.used, daily_budget.call_limit, daily_budget.resets_at into d.used, d.call_limit, d.resets_at;
  end if;
  if d.call_limit is not null and d.used >= d.call_limit * p_daily_share then
    granted := false; held_by := 'daily'; wait_ms := extract(epoch from d.resets_at - v_now) * 1000; return;
  end if;
  v_step := g.step_ms * case when v_now < g.late_until then g.late_factor else 1 end
    / least(1, g.cut + (1 - g.cut) * power(least(30, extract(epoch from v_now - greatest(g.cut_at, v_now - interval '1 minute'))) / 30, 3)) * interval '1 ms';
  v_base := greatest(g.tat, v_now - (g.burst - 1) * v_step, g.paused_until);
  v_wait := extract(epoch from v_base - v_now) * 1000;
  v_max_wait := greatest(p_max_wait_ms, extract(epoch from v_step) * -500 * (g.burst - 1));
  if v_wait > v_max_wait then
    granted := false; held_by := case when g.paused_until > v_now then 'paused' else p_gate end; wait_ms := v_wait - v_max_wait; return;
  end if;
  update {schema}.gates set tat = v_base + v_step where name = p_gate;
  update {schema}.daily_budget set used = used + 1;
  if b.state <> 'closed' then
    update {schema}.breaker
    set state = 'half-open', successes = case when state = 'open' then 0 else successes end, probe_until = v_now + interval '15 seconds';
  end if;
  granted := true; wait_ms := greatest(0, v_wait);
end $$;
