-- Submissions of website forms with their consents, and what guards the forms: limits, used solutions, the key of tokens.
-- Locks: creates new tables and functions only; nothing that exists is touched.

create table {schema}.submissions (
  -- Made in the browser: the same id again is the same submission.
  id          uuid primary key,
  form        text collate "C" not null,
  language    text not null,
  received_at timestamptz not null default clock_timestamp(),
  -- accepted: its event was recorded with it. quarantined: waits for a person, without an event. released: a person let it
  -- through, which recorded its event.
  state       text not null check (state in ('accepted', 'quarantined', 'released')),
  -- Normalised; whose submission it is.
  email       text collate "C",
  -- The form's fields as they were sent, less control characters, and as they were taken, with what was changed and what is odd.
  raw         jsonb not null,
  accepted    jsonb not null,
  changes     jsonb not null,
  flags       jsonb not null,
  -- SHA-256 of form and raw fields: other fields under the same id are refused.
  body_digest bytea not null,
  -- The page that the form stood on: url, title, referrer.
  page        jsonb,
  -- The visitor's address, hashed with the installation's key; the address itself is nowhere.
  client      text,
  -- 0 to 100, with the reasons that it is made of.
  score       smallint not null,
  reasons     text[] not null,
  event_id    bigint,
  -- SHA-256 of the token by which the visitor may ask what became of it.
  status_hash bytea not null,
  -- Who let it through, and when.
  released_by text,
  released_at timestamptz
) with (fillfactor = 90);
create index submissions_received on {schema}.submissions (received_at, id);
create index submissions_quarantined on {schema}.submissions (received_at, id) where state = 'quarantined';
create index submissions_email on {schema}.submissions (email) where email is not null;

-- What a person was asked and answered: kept as a proof, also when the submission is purged by age.
create table {schema}.consents (
  id            bigint generated always as identity primary key,
  submission_id uuid not null,
  email         text collate "C" not null,
  form          text collate "C" not null,
  field         text not null,
  -- The kind of e-mail at HubSpot; null where the consent is for none.
  purpose       text,
  -- As it was shown.
  text          text not null,
  version       text not null,
  language      text not null,
  given         boolean not null,
  at            timestamptz not null,
  -- Address of the page.
  source        text
);
create index consents_email on {schema}.consents (email, id);
create index consents_submission on {schema}.consents (submission_id);

-- Limits by address, e-mail address and form (GCRA). Not logged: a crash forgets them, and a commit need not wait for the disk.
create unlogged table {schema}.form_limits (
  -- Of a hash; no personal data.
  key text collate "C" primary key,
  -- Theoretical arrival time: when what was taken so far is earned back.
  tat timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Solutions of the self-hosted challenge that were used, until they would expire anyway.
create table {schema}.form_solutions (
  hash       bytea primary key,
  expires_at timestamptz not null
);

-- What the tokens of forms, statuses and uploads are signed with, and addresses are hashed with: 244 random bits.
create table {schema}.signing_key (
  singleton boolean primary key default true check (singleton),
  secret    bytea not null default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
);
insert into {schema}.signing_key default values;

-- Takes one submission's share of every limit; 0, or in how many ms to ask again. The first that is used up ends it, so what is
-- refused for an address takes nothing from the form. A submission that is there already is a repeat and takes nothing.
-- p_limits: [{"key": "...", "count": 20, "seconds": 60}], always in the same order of kinds, or two calls could wait for each other.
create function {schema}.take_form_limits(p_id uuid, p_limits jsonb) returns double precision language plpgsql as $$
declare
  l record;
  v_now timestamptz;
begin
  if exists (select from {schema}.submissions s where s.id = p_id) then return 0; end if;
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

-- Stores a submission with its consents and records its event, all or nothing, in one round trip:
--   {"status":"recorded","state":"accepted","eventId":1} . {"status":"repeated",...} . {"status":"conflict"}
-- A solution that was used before, and an event that the outbox refuses, put it into quarantine: nothing that came is lost.
create function {schema}.receive_submission(p jsonb) returns jsonb language plpgsql as $$
declare
  v_id uuid := (p->>'id')::uuid;
  v_state text := p->>'state';
  v_score smallint := (p->>'score')::smallint;
  v_reasons text[] := array(select jsonb_array_elements_text(p->'reasons'));
  v_event_id bigint;
  v_receipt jsonb;
  v_known record;
begin
  -- Twice, because the submission that has the id may be deleted between the two statements.
  for attempt in 1..2 loop
    insert into {schema}.submissions
      (id, form, language, state, email, raw, accepted, changes, flags, body_digest, page, client, score, reasons, status_hash)
    values (v_id, p->>'form', p->>'language', v_state, p->>'email', p->'raw', p->'accepted', p->'changes', p->'flags',
      decode(p->>'digest', 'hex'), nullif(p->'page', 'null'), p->>'client', v_score, v_reasons, decode(p->>'statusHash', 'hex'))
    on conflict (id) do nothing;
    if found then
      if p->>'solution' is not null then
        insert into {schema}.form_solutions (hash, expires_at)
        values (decode(p->>'solution', 'hex'), (p->>'solutionExpiresAt')::timestamptz) on conflict (hash) do nothing;
        if not found then
          v_state := 'quarantined';
          v_score := 100;
          v_reasons := array_append(v_reasons, 'challenge_reused');
        end if;
      end if;
      insert into {schema}.consents (submission_id, email, form, field, purpose, text, version, language, given, at, source)
      select v_id, p->>'email', p->>'form', c.field, c.purpose, c.text, c.version, c.language, c.given, c.at, p->'page'->>'url'
      from jsonb_to_recordset(p->'consents')
        c(field text, purpose text, text text, version text, language text, given boolean, at timestamptz)
      where p->>'email' is not null;
      if v_state = 'accepted' then
        v_receipt := {schema}.track_receipt(p->>'type', (p->'payload')::text, 'submission:' || v_id, null, 1::smallint, null, 1048576);
        if v_receipt->>'status' = 'refused' then
          v_state := 'quarantined';
          v_reasons := array_append(v_reasons, 'event_refused: ' || (v_receipt->>'code'));
        else
          v_event_id := (v_receipt->>'id')::bigint;
        end if;
      end if;
      if v_state <> p->>'state' or v_event_id is not null then
        update {schema}.submissions set state = v_state, score = v_score, reasons = v_reasons, event_id = v_event_id where id = v_id;
      end if;
      return jsonb_build_object('status', 'recorded', 'state', v_state, 'eventId', v_event_id);
    end if;
    select s.body_digest, s.state, s.event_id into v_known from {schema}.submissions s where s.id = v_id;
    exit when found;
  end loop;
  if v_known.body_digest is distinct from decode(p->>'digest', 'hex') then return jsonb_build_object('status', 'conflict'); end if;
  return jsonb_build_object('status', 'repeated', 'state', v_known.state, 'eventId', v_known.event_id);
end $$;
