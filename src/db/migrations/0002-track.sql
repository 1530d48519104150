-- The producers' side: spoke.track for SQL, spoke.track_receipt for the library.
-- Locks: creates functions only.

-- Records one event inside the caller's transaction and says what became of it, as JSON:
--   {"status":"recorded","id":1} · {"status":"repeated","id":1} · {"status":"refused","code":"...","message":"..."}
-- It never raises, except for a cancelled statement (statement_timeout is the caller's own wish): the work is done in a
-- sub-transaction, so a failure leaves the caller's transaction as it was.
-- No variable has the type of a table: such a function does not even compile where the table is missing, and that error
-- comes before anything here could catch it.
-- The payload comes as text because a jsonb parameter is parsed before the function can catch anything.
create function {schema}.track_receipt(
  p_type text, p_payload text, p_idempotency_key text default null, p_record_key text default null,
  p_priority smallint default 5, p_occurred_at timestamptz default null, p_max_bytes integer default 262144
) returns jsonb language plpgsql as $$
declare
  v_id bigint;
  v_payload jsonb;
  v_known record;
  v_state text;
  v_message text;
begin
  -- The length apart from the pattern: a bounded repetition makes the pattern several times slower.
  if p_type is null or length(p_type) > 100 or p_type !~ '^[A-Za-z][A-Za-z0-9_.-]*$' then
    return jsonb_build_object('status', 'refused', 'code', 'OUTBOX_TYPE_INVALID',
      'message', format('The event type %L is not a name: use 1 to 100 letters, digits, "_", "." or "-", a letter first.', left(p_type, 100)));
  end if;
  if octet_length(p_payload) > p_max_bytes then
    return jsonb_build_object('status', 'refused', 'code', 'OUTBOX_PAYLOAD_TOO_LARGE',
      'message', format('The payload of %s has %s bytes and the limit is %s: store large content elsewhere and send a reference.', p_type, octet_length(p_payload), p_max_bytes));
  end if;
  if length(p_idempotency_key) not between 1 and 255 or length(p_record_key) not between 1 and 512 then
    return jsonb_build_object('status', 'refused', 'code', 'OUTBOX_OPTION_INVALID',
      'message', format('A key of %s is empty or too long: an idempotency key has 1 to 255 characters and a record key 1 to 512.', p_type));
  end if;
  if p_priority not between 1 and 9 or not isfinite(p_occurred_at) then
    return jsonb_build_object('status', 'refused', 'code', 'OUTBOX_OPTION_INVALID',
      'message', format('The priority of %s is not between 1 and 9, or its occurred_at is infinite.', p_type));
  end if;
  v_payload := p_payload::jsonb;
  if jsonb_typeof(v_payload) is distinct from 'object' then
    return jsonb_build_object('status', 'refused', 'code', 'OUTBOX_PAYLOAD_INVALID',
      'message', format('The payload of %s is not a JSON object.', p_type));
  end if;
  -- Twice, because the event that has the key may be deleted (retention) between the two statements.
  for attempt in 1..2 loop
    insert into {schema}.outbox_events (type, payload, idempotency_key, given_key, priority, occurred_at)
    values (p_type, v_payload, p_idempotency_key, p_record_key, coalesce(p_priority, 5), coalesce(p_occurred_at, clock_timestamp()))
    on conflict (idempotency_key) where idempotency_key is not null do nothing
    returning id into v_id;
    if v_id is not null then
      return jsonb_build_object('status', 'recorded', 'id', v_id);
    end if;
    select e.id, e.type, e.payload into v_known from {schema}.outbox_events e where e.idempotency_key = p_idempotency_key;
    exit when v_known.id is not null;
  end loop;
  if v_known.id is null then
    return jsonb_build_object('status', 'refused', 'code', 'OUTBOX_BUSY',
      'message', format('The event with the idempotency key of this %s is being deleted: record it again.', p_type));
  end if;
  if v_known.type = p_type and v_known.payload = v_payload then
    return jsonb_build_object('status', 'repeated', 'id', v_known.id);
  end if;
  return jsonb_build_object('status', 'refused', 'code', 'OUTBOX_IDEMPOTENCY_CONFLICT', 'id', v_known.id,
    'message', format('The idempotency key of this %s already belongs to event %s (%s), whose content differs: use a new key for a new event.', p_type, v_known.id, v_known.type),
    'known', v_known.payload, 'given', v_payload);
exception when others then
  get stacked diagnostics v_state = returned_sqlstate, v_message = message_text;
  return jsonb_build_object('status', 'refused', 'sqlstate', v_state, 'message', v_message, 'code', case
    when left(v_state, 2) in ('22', '54') then 'OUTBOX_PAYLOAD_INVALID'
    when left(v_state, 2) in ('23', '44', 'P0') then 'OUTBOX_REJECTED'
    when v_state in ('40001', '40P01', '55P03') then 'OUTBOX_BUSY'
    when v_state = '25006' then 'OUTBOX_READ_ONLY'
    when v_state = '42501' then 'OUTBOX_FORBIDDEN'
    when left(v_state, 2) in ('42', '3F') then 'OUTBOX_NOT_INSTALLED'
    else 'OUTBOX_UNAVAILABLE' end);
end $$;

-- select spoke.track('lead_created', '{"email":"ada@example.com"}', idempotency_key => 'lead-1');
-- Returns the event's id, or null with a warning when the event was refused; strict => true raises instead.
create function {schema}.track(
  type text, payload jsonb, idempotency_key text default null, record_key text default null,
  priority smallint default 5, occurred_at timestamptz default null, strict boolean default false
) returns bigint language plpgsql as $$
declare
  v_receipt jsonb := {schema}.track_receipt(type, payload::text, idempotency_key, record_key, priority, occurred_at);
begin
  if v_receipt->>'status' <> 'refused' then
    return (v_receipt->>'id')::bigint;
  end if;
  if strict then
    raise exception using errcode = 'SPK01', message = format('%s: %s', v_receipt->>'code', v_receipt->>'message');
  end if;
  raise warning 'track refused an event: %: %', v_receipt->>'code', v_receipt->>'message';
  return null;
end $$;
