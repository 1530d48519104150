-- The portal's budget shared by all processes: burst and search gates (GCRA), the daily budget, the circuit breaker.
-- Locks: creates new tables and functions only.

create table {schema}.gates (
  name         text primary key,
  -- Time between two calls and how many may come at once; worked out from the limit by the workers.
  step_ms      double precision not null,
  burst        integer not null,
  -- Theoretical arrival time: when the budget taken so far is earned back.
  tat          timestamptz not null default clock_timestamp(),
  paused_until timestamptz not null default '-infinity',
  -- Share of the rate left after the last 429; grows back to 1 within 30 s.
  cut          double precision not null default 1,
  cut_at       timestamptz not null default '-infinity',
  -- The portal's own limit as its headers last told it.
  observed     integer
) with (fillfactor = 20);

create table {schema}.daily_budget (
  singleton  boolean primary key default true check (singleton),
  -- Null until the portal has told its limit of this day.
  call_limit integer,
  used       integer not null default 0,
  resets_at  timestamptz not null default '-infinity'
) with (fillfactor = 20);
insert into {schema}.daily_budget default values;

create table {schema}.breaker (
  singleton   boolean primary key default true check (singleton),
  state       text not null default 'closed' check (state in ('closed', 'open', 'half-open')),
  -- Faults since the last success; they count only within 60 s of the first.
  failures    integer not null default 0,
  failing_at  timestamptz,
  opened_at   timestamptz,
  open_until  timestamptz not null default '-infinity',
  -- Successful probes while half-open, and until when a probe is under way.
  successes   integer not null default 0,
  probe_until timestamptz not null default '-infinity'
) with (fillfactor = 20);
insert into {schema}.breaker default values;

-- Asks for one call. `granted`: send it after wait_ms. Otherwise: ask again after wait_ms; `held_by` says what holds it back.
-- p_max_wait_ms is the priority: how long a call of this kind may queue (negative: only while that much of the burst is unused, at
-- most half of it, or a fast gate would never have as much to spare).
-- p_daily_share: the share of the daily budget that this kind may use up.
-- Time is read after the row is locked: an earlier reading could lie before the row's own time.
create function {schema}.gate_take(
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
  v_step := g.step_ms / least(1, g.cut + (1 - g.cut) * power(least(30, extract(epoch from v_now - greatest(g.cut_at, v_now - interval '1 minute'))) / 30, 3)) * interval '1 ms';
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

-- A 429 of a gate: everybody waits p_pause_ms, and the rate is cut by 30 %, once in 2 s however many report it.
create function {schema}.gate_refused(p_gate text, p_pause_ms double precision) returns void language sql as $$
  update {schema}.gates
  set paused_until = greatest(paused_until, clock_timestamp() + p_pause_ms * interval '1 ms'),
      cut = case when cut_at < clock_timestamp() - interval '2 seconds' then greatest(0.3, cut * 0.7) else cut end,
      cut_at = case when cut_at < clock_timestamp() - interval '2 seconds' then clock_timestamp() else cut_at end
  where name = p_gate
$$;

-- What the portal told of its daily budget: the count is corrected upward only. p_closed: it refused a call for the day.
-- In the first minutes of a day it may still be the day before's, and would close the new one: then only the limit is taken, and
-- a refusal pauses all calls for half a minute.
create function {schema}.daily_observed(p_limit integer, p_remaining integer, p_closed boolean) returns void language plpgsql as $$
begin
  if clock_timestamp() < (select resets_at from {schema}.daily_budget) - interval '23 hours 55 minutes' then
    update {schema}.daily_budget set call_limit = coalesce(p_limit, call_limit);
    if p_closed then perform {schema}.gate_refused('burst', 30000); end if;
    return;
  end if;
  update {schema}.daily_budget
  set call_limit = case when p_closed then coalesce(p_limit, call_limit, used) else coalesce(p_limit, call_limit) end,
      used = greatest(used, coalesce(p_limit - p_remaining, 0), case when p_closed then coalesce(p_limit, call_limit, used) else 0 end);
end $$;

-- One call's end as the breaker sees it. Returns the new state when it changed.
create function {schema}.breaker_report(p_ok boolean, p_threshold integer, p_open_ms double precision) returns text language plpgsql as $$
declare
  b {schema}.breaker;
  v_now timestamptz;
  v_before text;
begin
  select * into strict b from {schema}.breaker for update;
  v_now := clock_timestamp();
  v_before := b.state;
  if p_ok then
    b.failures := 0;
    b.failing_at := null;
    if b.state = 'half-open' then
      b.successes := b.successes + 1;
      b.probe_until := '-infinity';
      if b.successes >= 3 then b.state := 'closed'; b.successes := 0; end if;
    end if;
  else
    if b.failing_at is null or b.failing_at < v_now - interval '60 seconds' then
      b.failing_at := v_now;
      b.failures := 0;
    end if;
    b.failures := b.failures + 1;
    if b.state = 'half-open' or (b.state = 'closed' and b.failures >= p_threshold) then
      b.state := 'open';
      b.opened_at := v_now;
      b.open_until := v_now + p_open_ms * interval '1 ms';
      b.successes := 0;
      b.probe_until := '-infinity';
    end if;
  end if;
  update {schema}.breaker
  set state = b.state, failures = b.failures, failing_at = b.failing_at, opened_at = b.opened_at,
      open_until = b.open_until, successes = b.successes, probe_until = b.probe_until;
  return case when b.state <> v_before then b.state end;
end $$;
