-- Files that are removed whatever happens to the process that said so; equal posts told by the database's clock; lists of
-- submissions and files by what people ask for.
-- Locks: creates a table, functions and a trigger; submissions and uploads against writes while indexes are built (about 2 s for a
-- million submissions), uploads for a moment while one is dropped.

-- Files that belong to nobody any more, until they are gone from the store.
create table {schema}.upload_removals (
  -- Of an upload that is deleted or refused.
  id      uuid primary key,
  due_at  timestamptz not null default clock_timestamp(),
  -- Until then somebody may still be sending bytes, by a ticket that was good: once more after it.
  last_at timestamptz not null
);
create index upload_removals_due on {schema}.upload_removals (due_at);

-- Whoever deletes uploads, by whatever statement, leaves no file behind.
create function {schema}.remove_files() returns trigger language plpgsql as $$
begin
  insert into {schema}.upload_removals (id, last_at) select g.id, g.expires_at + interval '1 hour' from gone g
  on conflict (id) do update set due_at = clock_timestamp();
  return null;
end $$;
create trigger uploads_deleted after delete on {schema}.uploads referencing old table as gone
for each statement execute function {schema}.remove_files();

-- Newest first, and by age.
create index uploads_received on {schema}.uploads (created_at, id);
drop index {schema}.uploads_age;
create index uploads_submission on {schema}.uploads (submission_id) where submission_id is not null;

create index submissions_form on {schema}.submissions (form, received_at, id);
create index submissions_released on {schema}.submissions (received_at, id) where state = 'released';

-- Of equal posts that have no id the first one names the span of time by which all of them are known, for p_seconds: a count of
-- such spans since 1970. Kept beside the limits; where a crash forgot it, the span is that of the next post, most often the same.
create function {schema}.first_post(p_key text, p_seconds double precision) returns bigint language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_until timestamptz;
begin
  insert into {schema}.form_limits as f (key, tat) values (p_key, v_now + p_seconds * interval '1 second')
  on conflict (key) do update set tat = case when f.tat > v_now then f.tat else excluded.tat end
  returning f.tat into v_until;
  return floor(extract(epoch from v_until) / p_seconds) - 1;
end $$;

-- As before, but -1 for a submission that is there already: what it is can then be looked up instead of being checked once more.
create or replace function {schema}.take_form_limits(p_id uuid, p_limits jsonb) returns double precision language plpgsql as $$
declare
  l record;
  v_now timestamptz;
begin
  if exists (select from {schema}.submissions s where s.id = p_id) then return -1; end if;
  for l in
    select x.key, x.seconds * interval '1 second' as period, x.seconds / x.count * interval '1 second' as step
    from jsonb_array_elements(p_limits) with ordinality given(object, nr)
    cross join jsonb_to_record(given.object) x(key text, count double precision, seconds double precision) order by given.nr
  loop
    v_now := clock_timestamp();
    insert into {schema}.form_limits as f (key, tat) values (l.key, v_now + l.step)
    on conflict (key) do update set tat = greatest(f.tat, v_now) + l.step where greatest(f.tat, v_now) + l.step <= v_now + l.period;
    if not found then
      return (
        select greatest(1, extract(epoch from f.tat + l.step - l.period - v_now) * 1000) from {schema}.form_limits f where f.key = l.key);
    end if;
  end loop;
  return 0;
end $$;
