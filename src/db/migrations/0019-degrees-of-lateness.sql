-- Of several latenesses each counts for its own time: the pace is that of the greatest that is not over.
-- Locks: drops two columns of gates, without rewriting rows; calls wait for that for a moment.

-- For how long calls of a gate go slower, and by how much.
create table {schema}.gate_lateness (
  gate   text not null references {schema}.gates on delete cascade,
  factor double precision not null check (factor >= 1),
  until  timestamptz not null,
  primary key (gate, factor)
);

-- Some of the calls of the last window were late: for p_for_ms all calls go slower by p_factor, unless they go slower still.
create or replace function {schema}.gate_late(p_gate text, p_factor double precision, p_for_ms double precision) returns void language plpgsql as $$
declare
  v_now timestamptz;
  v_until timestamptz;
begin
  -- Two that write at once write one after the other.
  perform from {schema}.gates where name = p_gate for no key update;
  v_now := clock_timestamp();
  v_until := v_now + p_for_ms * interval '1 ms';
  delete from {schema}.gate_lateness where gate = p_gate and (until <= v_now or (factor <= p_factor and until <= v_until));
  insert into {schema}.gate_lateness (gate, factor, until) values (p_gate, p_factor, v_until)
  on conflict (gate, factor) do nothing;
end $$;

-- Asks for one call. `granted`: send it after wait_ms. Otherwise: ask again after wait_ms; `held_by` says what holds it back.
-- p_max_wait_ms is the priority: how long a call of this kind may queue (negative: only while that much of the burst is unused, at
-- most half of it, or a fast gate would never have as much to spare).
-- p_daily_share: the share of the daily budget that this kind may use up.
-- p_floor_share: the share of the gate that this kind gets when it waits and nothing is left over for it; 0: none. Such a call queues
-- one step behind p_floor_wait_ms, where calls that may queue so long would take every place before it; what has booked
-- further ahead than that, it waits for. It takes its place from the same row as every other call, so all together are no more.
-- Time is read after the row is locked: an earlier reading could lie before the row's own time.
create or replace function {schema}.gate_take(
  p_gate text, p_max_wait_ms double precision, p_daily_share double precision,
  p_floor_share double precision, p_floor_wait_ms double precision,
  out granted boolean, out wait_ms double precision, out held_by text, out watched boolean
) language plpgsql as $$
declare
  g {schema}.gates;
  b {schema}.breaker;
  d {schema}.daily_budget;
  v_now timestamptz;
  v_base timestamptz;
  v_step interval;
  v_step_ms double precision;
  v_wait double precision;
  v_excess double precision;
  v_every interval;
  v_slower double precision;
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
  select coalesce(max(l.factor), 1) into v_slower from {schema}.gate_lateness l where l.gate = p_gate and l.until > v_now;
  v_step := g.step_ms * v_slower
    / least(1, g.cut + (1 - g.cut) * power(least(30, extract(epoch from v_now - greatest(g.cut_at, v_now - interval '1 minute'))) / 30, 3)) * interval '1 ms';
  v_step_ms := extract(epoch from v_step) * 1000;
  v_base := greatest(g.tat, v_now - (g.burst - 1) * v_step, g.paused_until);
  v_wait := extract(epoch from v_base - v_now) * 1000;
  v_excess := v_wait - greatest(p_max_wait_ms, -0.5 * v_step_ms * (g.burst - 1));
  if p_floor_share > 0 then
    v_every := v_step / p_floor_share;
    v_excess := least(v_excess, greatest(
      extract(epoch from greatest(g.floor_tat, v_now) - v_now) * 1000,
      v_wait - p_floor_wait_ms - v_step_ms));
  end if;
  if v_excess > 0 then
    granted := false; held_by := case when g.paused_until > v_now then 'paused' else p_gate end; wait_ms := v_excess; return;
  end if;
  update {schema}.gates
  set tat = v_base + v_step,
      -- One that comes late for its turn may make up for it, by one call; what was left over for readers counts as theirs, once.
      floor_tat = case when p_floor_share > 0 then least(greatest(g.floor_tat, v_now - v_every), v_now) + v_every else g.floor_tat end
  where name = p_gate;
  update {schema}.daily_budget set used = used + 1;
  if b.state <> 'closed' then
    update {schema}.breaker
    set state = 'half-open', successes = case when state = 'open' then 0 else successes end, probe_until = v_now + interval '15 seconds';
  end if;
  granted := true; wait_ms := greatest(0, v_wait);
end $$;

alter table {schema}.gates drop column late_factor, drop column late_until;
