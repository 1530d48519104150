-- The whole schema after all migrations, written by `npm run schema`. Not run by anything: read it, review its changes.


set check_function_bodies = off;

create schema spoke;

create table spoke.alert_watch (
  singleton boolean default true not null,
  looked_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  dead jsonb default '[]'::jsonb not null,
  constraint alert_watch_singleton_check CHECK (singleton),
  constraint alert_watch_pkey PRIMARY KEY (singleton)
) with (fillfactor=20);

create table spoke.alerts (
  id bigint generated always as identity not null,
  rule text not null,
  subject text default ''::text not null,
  state text not null,
  summary text not null,
  since timestamp with time zone default clock_timestamp() not null,
  opened_at timestamp with time zone,
  clear_since timestamp with time zone,
  resolved_at timestamp with time zone,
  notice text,
  notice_after timestamp with time zone default '-infinity'::timestamp with time zone not null,
  notified_at timestamp with time zone,
  constraint alerts_notice_check CHECK ((notice = ANY (ARRAY['opened'::text, 'reminder'::text, 'resolved'::text]))),
  constraint alerts_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'open'::text, 'resolved'::text]))),
  constraint alerts_pkey PRIMARY KEY (id)
);

create table spoke.api_keys (
  id text collate "C" not null,
  name text not null,
  hash bytea not null,
  scopes text[] not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (id)
);

create table spoke.attempts (
  id bigint generated always as identity not null,
  worker text not null,
  call text not null,
  event_ids bigint[] not null,
  started_at timestamp with time zone default clock_timestamp() not null,
  duration_ms integer,
  status integer,
  applied integer default 0 not null,
  not_applied integer default 0 not null,
  unknown integer default 0 not null,
  correlation_id text,
  error text,
  resent integer default 0 not null,
  constraint attempts_pkey PRIMARY KEY (id)
);

create table spoke.breaker (
  singleton boolean default true not null,
  state text default 'closed'::text not null,
  failures integer default 0 not null,
  failing_at timestamp with time zone,
  opened_at timestamp with time zone,
  open_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  successes integer default 0 not null,
  probe_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint breaker_singleton_check CHECK (singleton),
  constraint breaker_state_check CHECK ((state = ANY (ARRAY['closed'::text, 'open'::text, 'half-open'::text]))),
  constraint breaker_pkey PRIMARY KEY (singleton)
) with (fillfactor=20);

create table spoke.bulk_changes (
  id bigint generated always as identity not null,
  query jsonb not null,
  change jsonb not null,
  max_records integer,
  requested_by text not null,
  idempotency_key text collate "C",
  request_hash text,
  state text default 'running'::text not null,
  error text,
  total integer,
  up_to_id bigint,
  looked integer default 0 not null,
  cursor_id bigint default 0 not null,
  recorded integer default 0 not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  finished_at timestamp with time zone,
  constraint bulk_changes_max_records_check CHECK ((max_records > 0)),
  constraint bulk_changes_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'aborted'::text]))),
  constraint bulk_changes_pkey PRIMARY KEY (id),
  constraint bulk_changes_idempotency_key_key UNIQUE (idempotency_key)
);

create table spoke.consents (
  id bigint generated always as identity not null,
  submission_id uuid not null,
  email text collate "C" not null,
  form text collate "C" not null,
  field text not null,
  purpose text,
  text text not null,
  version text not null,
  language text not null,
  given boolean not null,
  at timestamp with time zone not null,
  source text,
  constraint consents_pkey PRIMARY KEY (id)
);

create table spoke.daily_budget (
  singleton boolean default true not null,
  call_limit integer,
  used integer default 0 not null,
  resets_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint daily_budget_singleton_check CHECK (singleton),
  constraint daily_budget_pkey PRIMARY KEY (singleton)
) with (fillfactor=20);

create table spoke.effects (
  event_id bigint not null,
  ordinal smallint not null,
  kind text not null,
  mark text not null,
  target_id text not null,
  sent_at timestamp with time zone default clock_timestamp() not null,
  absent_at timestamp with time zone,
  hubspot_id text,
  constraint effects_pkey PRIMARY KEY (event_id, ordinal)
) with (fillfactor=80);

create unlogged table spoke.form_limits (
  key text collate "C" not null,
  tat timestamp with time zone not null,
  constraint form_limits_pkey PRIMARY KEY (key)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=2000);

create table spoke.form_solutions (
  hash bytea not null,
  expires_at timestamp with time zone not null,
  constraint form_solutions_pkey PRIMARY KEY (hash)
);

create table spoke.gate_lateness (
  gate text not null,
  factor double precision not null,
  until timestamp with time zone not null,
  constraint gate_lateness_factor_check CHECK ((factor >= (1)::double precision)),
  constraint gate_lateness_pkey PRIMARY KEY (gate, factor)
);

create table spoke.gates (
  name text not null,
  step_ms double precision not null,
  burst integer not null,
  tat timestamp with time zone default clock_timestamp() not null,
  paused_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  cut double precision default 1 not null,
  cut_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  observed integer,
  floor_tat timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint gates_pkey PRIMARY KEY (name)
) with (fillfactor=20);

create table spoke.installation (
  singleton boolean default true not null,
  mark_secret uuid default gen_random_uuid() not null,
  portal_id bigint,
  time_zone text,
  pinned_at timestamp with time zone,
  constraint installation_singleton_check CHECK (singleton),
  constraint installation_pkey PRIMARY KEY (singleton)
);

create table spoke.lane_waits (
  record_key text collate "C" not null,
  lane_id bigint not null,
  constraint lane_waits_pkey PRIMARY KEY (record_key, lane_id)
);

create table spoke.lanes (
  id bigint generated always as identity not null,
  record_key text collate "C" not null,
  priority smallint default 5 not null,
  pending integer default 0 not null,
  ready_at timestamp with time zone default clock_timestamp() not null,
  epoch bigint default 0 not null,
  leased_by text,
  crashes smallint default 0 not null,
  plan_crashes smallint default 0 not null,
  failures smallint default 0 not null,
  failing_since timestamp with time zone,
  delivered_to bigint default 0 not null,
  unfold_until bigint,
  doubt_from bigint,
  verify_at timestamp with time zone,
  running jsonb default '{}'::jsonb not null,
  constraint lanes_pkey PRIMARY KEY (id),
  constraint lanes_record_key_key UNIQUE (record_key)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000, autovacuum_analyze_scale_factor=0, autovacuum_analyze_threshold=2000);

create table spoke.links (
  record_key text collate "C" not null,
  object_type text not null,
  hubspot_id text not null,
  linked_at timestamp with time zone default clock_timestamp() not null,
  followed boolean default false not null,
  constraint links_pkey PRIMARY KEY (record_key)
);

create table spoke.migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default clock_timestamp() not null,
  constraint migrations_pkey PRIMARY KEY (version)
);

create table spoke.mirror_changes (
  id bigint generated always as identity not null,
  object_type text collate "C" not null,
  record_id bigint not null,
  found_at timestamp with time zone default clock_timestamp() not null,
  updated_at timestamp with time zone not null,
  changes jsonb not null,
  constraint mirror_changes_pkey PRIMARY KEY (id)
);

create table spoke.mirror_differences (
  scan_id bigint not null,
  id bigint not null,
  kind text not null,
  properties text[] not null,
  updated_at timestamp with time zone not null,
  constraint mirror_differences_pkey PRIMARY KEY (scan_id, id)
);

create table spoke.mirror_links (
  from_type text collate "C" not null,
  from_id bigint not null,
  to_type text collate "C" not null,
  to_id bigint not null,
  types jsonb not null,
  read_at timestamp with time zone not null,
  constraint mirror_links_pkey PRIMARY KEY (from_type, from_id, to_type, to_id)
);

create table spoke.mirror_lists (
  id bigint not null,
  name text not null,
  object_type text collate "C" not null,
  processing_type text not null,
  size integer,
  members_read_at timestamp with time zone,
  members_begun_at timestamp with time zone,
  deleted_at timestamp with time zone,
  read_at timestamp with time zone not null,
  constraint mirror_lists_pkey PRIMARY KEY (id)
);

create table spoke.mirror_memberships (
  list_id bigint not null,
  record_id bigint not null,
  joined_at timestamp with time zone not null,
  left_at timestamp with time zone,
  read_at timestamp with time zone not null,
  constraint mirror_memberships_pkey PRIMARY KEY (list_id, record_id, joined_at)
);

create table spoke.mirror_objects (
  object_type text collate "C" not null,
  properties text[] default '{}'::text[] not null,
  live_watermark bigint,
  settled_watermark bigint,
  complete_at timestamp with time zone,
  swept_at timestamp with time zone,
  proven_at timestamp with time zone,
  proof jsonb,
  caught_up_at timestamp with time zone,
  constraint mirror_objects_pkey PRIMARY KEY (object_type)
);

create table spoke.mirror_owners (
  id bigint not null,
  email text,
  first_name text,
  last_name text,
  archived boolean not null,
  read_at timestamp with time zone not null,
  constraint mirror_owners_pkey PRIMARY KEY (id)
);

create table spoke.mirror_properties (
  object_type text collate "C" not null,
  name text collate "C" not null,
  type text not null,
  definition jsonb not null,
  read_at timestamp with time zone not null,
  constraint mirror_properties_pkey PRIMARY KEY (object_type, name)
);

create table spoke.mirror_records (
  object_type text collate "C" not null,
  id bigint not null,
  properties jsonb not null,
  created_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  state text default 'live'::text not null,
  left_at timestamp with time zone,
  merged_into bigint,
  read_at timestamp with time zone not null,
  changed_at timestamp with time zone default clock_timestamp() not null,
  constraint mirror_records_check CHECK (((state = 'live'::text) = (left_at IS NULL))),
  constraint mirror_records_check1 CHECK (((state = 'merged'::text) = (merged_into IS NOT NULL))),
  constraint mirror_records_state_check CHECK ((state = ANY (ARRAY['live'::text, 'archived'::text, 'merged'::text, 'gone'::text]))),
  constraint mirror_records_pkey PRIMARY KEY (object_type, id)
) partition by LIST (object_type);

create table spoke.mirror_scans (
  id bigint generated always as identity not null,
  object_type text collate "C" not null,
  kind text not null,
  properties text[] not null,
  begun_at timestamp with time zone default clock_timestamp() not null,
  ended_at timestamp with time zone,
  counts jsonb default '{}'::jsonb not null,
  constraint mirror_scans_kind_check CHECK ((kind = ANY (ARRAY['backfill'::text, 'sweep'::text, 'reconcile'::text]))),
  constraint mirror_scans_pkey PRIMARY KEY (id)
);

create table spoke.mirror_stages (
  object_type text collate "C" not null,
  pipeline_id text collate "C" not null,
  stage_id text collate "C" not null,
  pipeline text not null,
  stage text not null,
  display_order integer not null,
  metadata jsonb not null,
  read_at timestamp with time zone not null,
  constraint mirror_stages_pkey PRIMARY KEY (object_type, pipeline_id, stage_id)
);

create table spoke.mirror_streams (
  scan_id bigint not null,
  from_id bigint not null,
  to_id bigint,
  after_id bigint not null,
  done boolean default false not null,
  constraint mirror_streams_pkey PRIMARY KEY (scan_id, from_id)
);

create table spoke.outbox_events (
  id bigint generated always as identity not null,
  type text not null,
  payload jsonb not null,
  idempotency_key text collate "C",
  given_key text collate "C",
  record_key text collate "C",
  lane_id bigint,
  state text default 'pending'::text not null,
  priority smallint default 5 not null,
  attempt_count integer default 0 not null,
  refusals smallint default 0 not null,
  last_error_code text,
  last_error text,
  occurred_at timestamp with time zone default clock_timestamp() not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  processed_at timestamp with time zone,
  counted boolean default false not null,
  written_back boolean,
  redrive_id bigint,
  redrive_count smallint default 0 not null,
  constraint outbox_events_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text, 'cancelled'::text]))),
  constraint outbox_events_pkey PRIMARY KEY (id)
) with (fillfactor=80, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_analyze_scale_factor=0, autovacuum_analyze_threshold=5000, autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=20000);

create table spoke.pull_hints (
  object_type text collate "C" not null,
  id bigint not null,
  hints integer default 1 not null,
  hinted_at timestamp with time zone default clock_timestamp() not null,
  ready_at timestamp with time zone default clock_timestamp() not null,
  failures smallint default 0 not null,
  constraint pull_hints_pkey PRIMARY KEY (object_type, id)
);

create table spoke.pull_leases (
  name text collate "C" not null,
  holder text,
  held_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  done_at timestamp with time zone,
  constraint pull_leases_pkey PRIMARY KEY (name)
);

create table spoke.pull_runs (
  id bigint generated always as identity not null,
  kind text not null,
  request jsonb default '{}'::jsonb not null,
  state text default 'running'::text not null,
  requested_by text not null,
  begun_at timestamp with time zone default clock_timestamp() not null,
  alive_at timestamp with time zone default clock_timestamp() not null,
  ended_at timestamp with time zone,
  report jsonb default '{}'::jsonb not null,
  constraint pull_runs_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'incomplete'::text, 'failed'::text, 'stopped'::text]))),
  constraint pull_runs_pkey PRIMARY KEY (id)
);

create table spoke.redrives (
  id bigint generated always as identity not null,
  filter jsonb not null,
  mode text not null,
  priority smallint,
  max_events integer,
  requested_by text not null,
  rule text,
  idempotency_key text collate "C",
  request_hash text,
  state text default 'running'::text not null,
  error text,
  total integer,
  up_to_id bigint,
  moved integer default 0 not null,
  cursor_key text collate "C" default ''::text not null,
  cursor_id bigint default 0 not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  finished_at timestamp with time zone,
  constraint redrives_max_events_check CHECK ((max_events > 0)),
  constraint redrives_mode_check CHECK ((mode = ANY (ARRAY['anew'::text, 'as-sent'::text]))),
  constraint redrives_priority_check CHECK (((priority >= 1) AND (priority <= 9))),
  constraint redrives_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'aborted'::text]))),
  constraint redrives_pkey PRIMARY KEY (id),
  constraint redrives_idempotency_key_key UNIQUE (idempotency_key)
);

create table spoke.schema_drift (
  object_type text not null,
  property text not null,
  reason text not null,
  since timestamp with time zone default clock_timestamp() not null,
  checked_at timestamp with time zone default clock_timestamp() not null,
  constraint schema_drift_pkey PRIMARY KEY (object_type, property)
);

create table spoke.segment_changes (
  id bigint generated always as identity not null,
  segment text collate "C" not null,
  record_id bigint not null,
  at timestamp with time zone default clock_timestamp() not null,
  joined boolean not null,
  constraint segment_changes_pkey PRIMARY KEY (id)
);

create table spoke.segment_members (
  segment text collate "C" not null,
  record_id bigint not null,
  since timestamp with time zone default clock_timestamp() not null,
  constraint segment_members_pkey PRIMARY KEY (segment, record_id)
);

create table spoke.segment_pushes (
  segment text collate "C" not null,
  list text not null,
  members_to bigint default 0,
  changes_to bigint not null,
  constraint segment_pushes_pkey PRIMARY KEY (segment)
);

create table spoke.segments (
  name text collate "C" not null,
  object_type text collate "C" not null,
  rule jsonb not null,
  size integer default 0 not null,
  evaluated_at timestamp with time zone,
  full_at timestamp with time zone,
  error text,
  constraint segments_pkey PRIMARY KEY (name)
);

create table spoke.shared_records (
  record_key text collate "C" not null,
  held_by text,
  held_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  written jsonb default '{}'::jsonb not null,
  constraint shared_records_pkey PRIMARY KEY (record_key)
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_analyze_scale_factor=0, autovacuum_analyze_threshold=5000);

create table spoke.signing_key (
  singleton boolean default true not null,
  secret bytea default decode(replace(((gen_random_uuid())::text || (gen_random_uuid())::text), '-'::text, ''::text), 'hex'::text) not null,
  constraint signing_key_singleton_check CHECK (singleton),
  constraint signing_key_pkey PRIMARY KEY (singleton)
);

create table spoke.submissions (
  id uuid not null,
  form text collate "C" not null,
  language text not null,
  received_at timestamp with time zone default clock_timestamp() not null,
  state text not null,
  email text collate "C",
  raw jsonb not null,
  accepted jsonb not null,
  changes jsonb not null,
  flags jsonb not null,
  body_digest bytea not null,
  page jsonb,
  client text,
  score smallint not null,
  reasons text[] not null,
  event_id bigint,
  status_hash bytea not null,
  released_by text,
  released_at timestamp with time zone,
  constraint submissions_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'quarantined'::text, 'released'::text]))),
  constraint submissions_pkey PRIMARY KEY (id)
) with (fillfactor=90);

create table spoke.upload_removals (
  id uuid not null,
  due_at timestamp with time zone default clock_timestamp() not null,
  last_at timestamp with time zone not null,
  constraint upload_removals_pkey PRIMARY KEY (id)
);

create table spoke.uploads (
  id uuid not null,
  state text default 'waiting'::text not null,
  token_hash bytea not null,
  name text not null,
  kind text not null,
  size bigint not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  expires_at timestamp with time zone not null,
  writing_until timestamp with time zone,
  stored_at timestamp with time zone,
  lease_until timestamp with time zone,
  epoch integer default 0 not null,
  reason text,
  profile jsonb,
  submission_id uuid,
  event_id bigint,
  constraint uploads_check CHECK (((state = 'ready'::text) = (profile IS NOT NULL))),
  constraint uploads_check1 CHECK (((state = 'refused'::text) = (reason IS NOT NULL))),
  constraint uploads_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'stored'::text, 'analysing'::text, 'ready'::text, 'refused'::text]))),
  constraint uploads_pkey PRIMARY KEY (id)
) with (fillfactor=80);

create table spoke.mirror_companies partition of spoke.mirror_records FOR VALUES IN ('companies') with (autovacuum_vacuum_scale_factor=0.05, autovacuum_analyze_scale_factor=0.05);

create table spoke.mirror_contacts partition of spoke.mirror_records FOR VALUES IN ('contacts') with (autovacuum_vacuum_scale_factor=0.05, autovacuum_analyze_scale_factor=0.05);

create table spoke.mirror_deals partition of spoke.mirror_records FOR VALUES IN ('deals') with (autovacuum_vacuum_scale_factor=0.05, autovacuum_analyze_scale_factor=0.05);

create table spoke.mirror_others partition of spoke.mirror_records DEFAULT with (autovacuum_vacuum_scale_factor=0.05, autovacuum_analyze_scale_factor=0.05);

create table spoke.mirror_tickets partition of spoke.mirror_records FOR VALUES IN ('tickets') with (autovacuum_vacuum_scale_factor=0.05, autovacuum_analyze_scale_factor=0.05);

alter table spoke.gate_lateness add constraint gate_lateness_gate_fkey FOREIGN KEY (gate) REFERENCES spoke.gates(name) ON DELETE CASCADE;

alter table spoke.mirror_differences add constraint mirror_differences_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES spoke.mirror_scans(id) ON DELETE CASCADE;

alter table spoke.mirror_streams add constraint mirror_streams_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES spoke.mirror_scans(id) ON DELETE CASCADE;

alter table spoke.segment_pushes add constraint segment_pushes_segment_fkey FOREIGN KEY (segment) REFERENCES spoke.segments(name) ON DELETE CASCADE;

CREATE UNIQUE INDEX alerts_current ON spoke.alerts USING btree (rule, subject) WHERE (state <> 'resolved'::text);

CREATE INDEX alerts_untold ON spoke.alerts USING btree (notice_after) WHERE (notice IS NOT NULL);

CREATE INDEX attempts_started ON spoke.attempts USING brin (started_at);

CREATE INDEX bulk_changes_running ON spoke.bulk_changes USING btree (id) WHERE (state = 'running'::text);

CREATE INDEX consents_email ON spoke.consents USING btree (email, id);

CREATE INDEX consents_submission ON spoke.consents USING btree (submission_id);

CREATE INDEX lanes_ready ON spoke.lanes USING btree (priority, ready_at) WHERE (pending > 0);

CREATE INDEX lanes_suspect ON spoke.lanes USING btree (ready_at) WHERE ((pending > 0) AND (crashes >= 3));

CREATE INDEX lanes_verify ON spoke.lanes USING btree (verify_at) WHERE (verify_at IS NOT NULL);

CREATE INDEX mirror_changes_record ON spoke.mirror_changes USING btree (object_type, record_id, id);

CREATE INDEX mirror_contacts_email ON spoke.mirror_contacts USING btree (lower((properties ->> 'email'::text)) text_pattern_ops);

CREATE INDEX mirror_links_to ON spoke.mirror_links USING btree (to_type, to_id);

CREATE UNIQUE INDEX mirror_memberships_current ON spoke.mirror_memberships USING btree (list_id, record_id) WHERE (left_at IS NULL);

CREATE INDEX mirror_memberships_record ON spoke.mirror_memberships USING btree (record_id) WHERE (left_at IS NULL);

CREATE INDEX mirror_records_changed ON ONLY spoke.mirror_records USING btree (changed_at);

CREATE INDEX mirror_records_updated ON ONLY spoke.mirror_records USING btree (updated_at, id);

CREATE UNIQUE INDEX mirror_scans_current ON spoke.mirror_scans USING btree (object_type, kind) WHERE (ended_at IS NULL);

CREATE INDEX outbox_events_dead ON spoke.outbox_events USING btree (id) WHERE (state = 'dead'::text);

CREATE INDEX outbox_events_ended ON spoke.outbox_events USING btree (COALESCE(record_key, ''::text), id) WHERE (state = ANY (ARRAY['dead'::text, 'cancelled'::text]));

CREATE INDEX outbox_events_history ON spoke.outbox_events USING btree (lane_id, id) WHERE (processed_at IS NOT NULL);

CREATE UNIQUE INDEX outbox_events_idempotency ON spoke.outbox_events USING btree (idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX outbox_events_redriven ON spoke.outbox_events USING btree (redrive_id, state) WHERE (redrive_id IS NOT NULL);

CREATE INDEX outbox_events_unrouted ON spoke.outbox_events USING btree (id) WHERE ((lane_id IS NULL) AND (processed_at IS NULL));

CREATE INDEX outbox_events_unwritten ON spoke.outbox_events USING btree (id) WHERE (written_back = false);

CREATE INDEX outbox_events_waiting ON spoke.outbox_events USING btree (lane_id, id) WHERE (processed_at IS NULL);

CREATE INDEX pull_hints_next ON spoke.pull_hints USING btree (object_type, failures, ready_at);

CREATE UNIQUE INDEX pull_runs_current ON spoke.pull_runs USING btree (kind) WHERE (state = 'running'::text);

CREATE INDEX pull_runs_recent ON spoke.pull_runs USING btree (begun_at);

CREATE INDEX redrives_rule ON spoke.redrives USING btree (rule, created_at) WHERE (rule IS NOT NULL);

CREATE INDEX redrives_running ON spoke.redrives USING btree (id) WHERE (state = 'running'::text);

CREATE INDEX segment_changes_of ON spoke.segment_changes USING btree (segment, id);

CREATE INDEX segment_members_record ON spoke.segment_members USING btree (record_id);

CREATE INDEX submissions_email ON spoke.submissions USING btree (email) WHERE (email IS NOT NULL);

CREATE INDEX submissions_form ON spoke.submissions USING btree (form, received_at, id);

CREATE INDEX submissions_quarantined ON spoke.submissions USING btree (received_at, id) WHERE (state = 'quarantined'::text);

CREATE INDEX submissions_received ON spoke.submissions USING btree (received_at, id);

CREATE INDEX submissions_released ON spoke.submissions USING btree (received_at, id) WHERE (state = 'released'::text);

CREATE INDEX upload_removals_due ON spoke.upload_removals USING btree (due_at);

CREATE INDEX uploads_received ON spoke.uploads USING btree (created_at, id);

CREATE INDEX uploads_submission ON spoke.uploads USING btree (submission_id) WHERE (submission_id IS NOT NULL);

CREATE INDEX uploads_to_look_through ON spoke.uploads USING btree (stored_at) WHERE (state = ANY (ARRAY['stored'::text, 'analysing'::text]));

CREATE INDEX uploads_unfinished ON spoke.uploads USING btree (expires_at) WHERE (state = 'waiting'::text);

CREATE INDEX uploads_unreported ON spoke.uploads USING btree (submission_id) WHERE ((state = 'ready'::text) AND (submission_id IS NOT NULL) AND (event_id IS NULL));

CREATE OR REPLACE FUNCTION spoke.as_boolean(v text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case lower(v) when 'true' then true when 'false' then false end
$function$
;

CREATE OR REPLACE FUNCTION spoke.as_date(v text)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select ("spoke".as_time(v) at time zone 'UTC')::date
$function$
;

CREATE OR REPLACE FUNCTION spoke.as_number(v text)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when v ~ '^\s*[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?\s*$' then v::numeric end
$function$
;

CREATE OR REPLACE FUNCTION spoke.as_time(v text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION spoke.breaker_report(p_ok boolean, p_threshold integer, p_open_ms double precision)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  b "spoke".breaker;
  v_now timestamptz;
  v_before text;
begin
  select * into strict b from "spoke".breaker for update;
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
  update "spoke".breaker
  set state = b.state, failures = b.failures, failing_at = b.failing_at, opened_at = b.opened_at,
      open_until = b.open_until, successes = b.successes, probe_until = b.probe_until;
  return case when b.state <> v_before then b.state end;
end $function$
;

CREATE OR REPLACE FUNCTION spoke.daily_observed(p_limit integer, p_remaining integer, p_closed boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if clock_timestamp() < (select resets_at from "spoke".daily_budget) - interval '23 hours 55 minutes' then
    update "spoke".daily_budget set call_limit = coalesce(p_limit, call_limit);
    if p_closed then perform "spoke".gate_refused('burst', 30000); end if;
    return;
  end if;
  update "spoke".daily_budget
  set call_limit = case when p_closed then coalesce(p_limit, call_limit, used) else coalesce(p_limit, call_limit) end,
      used = greatest(used, coalesce(p_limit - p_remaining, 0), case when p_closed then coalesce(p_limit, call_limit, used) else 0 end);
end $function$
;

CREATE OR REPLACE FUNCTION spoke.first_post(p_key text, p_seconds double precision)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_until timestamptz;
begin
  insert into "spoke".form_limits as f (key, tat) values (p_key, v_now + p_seconds * interval '1 second')
  on conflict (key) do update set tat = case when f.tat > v_now then f.tat else excluded.tat end
  returning f.tat into v_until;
  return floor(extract(epoch from v_until) / p_seconds) - 1;
end $function$
;

CREATE OR REPLACE FUNCTION spoke.gate_late(p_gate text, p_factor double precision, p_for_ms double precision)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
  v_until timestamptz;
begin
  -- Two that write at once write one after the other.
  perform from "spoke".gates where name = p_gate for no key update;
  v_now := clock_timestamp();
  v_until := v_now + p_for_ms * interval '1 ms';
  delete from "spoke".gate_lateness where gate = p_gate and (until <= v_now or (factor <= p_factor and until <= v_until));
  insert into "spoke".gate_lateness (gate, factor, until) values (p_gate, p_factor, v_until)
  on conflict (gate, factor) do nothing;
end $function$
;

CREATE OR REPLACE FUNCTION spoke.gate_refused(p_gate text, p_pause_ms double precision)
 RETURNS void
 LANGUAGE sql
AS $function$
  update "spoke".gates
  set paused_until = greatest(paused_until, clock_timestamp() + p_pause_ms * interval '1 ms'),
      cut = case when cut_at < clock_timestamp() - interval '2 seconds' then greatest(0.3, cut * 0.7) else cut end,
      cut_at = case when cut_at < clock_timestamp() - interval '2 seconds' then clock_timestamp() else cut_at end
  where name = p_gate
$function$
;

CREATE OR REPLACE FUNCTION spoke.gate_take(p_gate text, p_max_wait_ms double precision, p_daily_share double precision, OUT granted boolean, OUT wait_ms double precision, OUT held_by text, OUT watched boolean)
 RETURNS record
 LANGUAGE sql
AS $function$
  select * from "spoke".gate_take(p_gate, p_max_wait_ms, p_daily_share, 0, 0)
$function$
;

CREATE OR REPLACE FUNCTION spoke.gate_take(p_gate text, p_max_wait_ms double precision, p_daily_share double precision, p_floor_share double precision, p_floor_wait_ms double precision, OUT granted boolean, OUT wait_ms double precision, OUT held_by text, OUT watched boolean)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  g "spoke".gates;
  b "spoke".breaker;
  d "spoke".daily_budget;
  v_now timestamptz;
  v_base timestamptz;
  v_step interval;
  v_step_ms double precision;
  v_wait double precision;
  v_excess double precision;
  v_every interval;
  v_slower double precision;
begin
  select * into strict g from "spoke".gates where name = p_gate for update;
  select * into strict d from "spoke".daily_budget;
  select * into strict b from "spoke".breaker;
  v_now := clock_timestamp();
  watched := b.failures > 0 or b.state <> 'closed';
  if b.state <> 'closed' then
    select * into strict b from "spoke".breaker for update;
    if b.state = 'open' and v_now < b.open_until then
      granted := false; held_by := 'breaker'; wait_ms := extract(epoch from b.open_until - v_now) * 1000; return;
    end if;
    if b.state <> 'closed' and v_now < b.probe_until then
      granted := false; held_by := 'breaker'; wait_ms := 250; return;
    end if;
  end if;
  if v_now >= d.resets_at then
    update "spoke".daily_budget
    set used = 0, call_limit = null, resets_at = (date_trunc('day', v_now at time zone z.zone) + interval '1 day') at time zone z.zone
    from (select coalesce((select time_zone from "spoke".installation), 'UTC') as zone) z
    returning daily_budget.used, daily_budget.call_limit, daily_budget.resets_at into d.used, d.call_limit, d.resets_at;
  end if;
  if d.call_limit is not null and d.used >= d.call_limit * p_daily_share then
    granted := false; held_by := 'daily'; wait_ms := extract(epoch from d.resets_at - v_now) * 1000; return;
  end if;
  select coalesce(max(l.factor), 1) into v_slower from "spoke".gate_lateness l where l.gate = p_gate and l.until > v_now;
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
  update "spoke".gates
  set tat = v_base + v_step,
      -- One that comes late for its turn may make up for it, by one call; what was left over for readers counts as theirs, once.
      floor_tat = case when p_floor_share > 0 then least(greatest(g.floor_tat, v_now - v_every), v_now) + v_every else g.floor_tat end
  where name = p_gate;
  update "spoke".daily_budget set used = used + 1;
  if b.state <> 'closed' then
    update "spoke".breaker
    set state = 'half-open', successes = case when state = 'open' then 0 else successes end, probe_until = v_now + interval '15 seconds';
  end if;
  granted := true; wait_ms := greatest(0, v_wait);
end $function$
;

CREATE OR REPLACE FUNCTION spoke.ready_lanes(p_lowest_priority integer, p_min_crashes integer, p_max_crashes integer, p_limit integer)
 RETURNS bigint[]
 LANGUAGE plpgsql
 SET enable_bitmapscan TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
declare
  v_ids bigint[] := '{}';
begin
  for v_priority in 1..p_lowest_priority loop
    v_ids := v_ids || array(
      select l.id from "spoke".lanes l
      where l.pending > 0 and l.priority = v_priority and l.ready_at <= (select clock_timestamp())
        and l.crashes between p_min_crashes and p_max_crashes
      order by l.priority, l.ready_at limit p_limit - cardinality(v_ids) for update skip locked);
    exit when cardinality(v_ids) >= p_limit;
  end loop;
  return v_ids;
end $function$
;

CREATE OR REPLACE FUNCTION spoke.receive_submission(p jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
    insert into "spoke".submissions
      (id, form, language, state, email, raw, accepted, changes, flags, body_digest, page, client, score, reasons, status_hash)
    values (v_id, p->>'form', p->>'language', v_state, p->>'email', p->'raw', p->'accepted', p->'changes', p->'flags',
      decode(p->>'digest', 'hex'), nullif(p->'page', 'null'), p->>'client', v_score, v_reasons, decode(p->>'statusHash', 'hex'))
    on conflict (id) do nothing;
    if found then
      if p->>'solution' is not null then
        insert into "spoke".form_solutions (hash, expires_at)
        values (decode(p->>'solution', 'hex'), (p->>'solutionExpiresAt')::timestamptz) on conflict (hash) do nothing;
        if not found then
          v_state := 'quarantined';
          v_score := 100;
          v_reasons := array_append(v_reasons, 'challenge_reused');
        end if;
      end if;
      insert into "spoke".consents (submission_id, email, form, field, purpose, text, version, language, given, at, source)
      select v_id, p->>'email', p->>'form', c.field, c.purpose, c.text, c.version, c.language, c.given, c.at, p->'page'->>'url'
      from jsonb_to_recordset(p->'consents')
        c(field text, purpose text, text text, version text, language text, given boolean, at timestamptz)
      where p->>'email' is not null;
      if v_state = 'accepted' then
        v_receipt := "spoke".track_receipt(p->>'type', (p->'payload')::text, 'submission:' || v_id, null, 1::smallint, null, 1048576);
        if v_receipt->>'status' = 'refused' then
          v_state := 'quarantined';
          v_reasons := array_append(v_reasons, 'event_refused: ' || (v_receipt->>'code'));
        else
          v_event_id := (v_receipt->>'id')::bigint;
        end if;
      end if;
      if v_state <> p->>'state' or v_event_id is not null then
        update "spoke".submissions set state = v_state, score = v_score, reasons = v_reasons, event_id = v_event_id where id = v_id;
      end if;
      return jsonb_build_object('status', 'recorded', 'state', v_state, 'eventId', v_event_id);
    end if;
    select s.body_digest, s.state, s.event_id into v_known from "spoke".submissions s where s.id = v_id;
    exit when found;
  end loop;
  if v_known.body_digest is distinct from decode(p->>'digest', 'hex') then return jsonb_build_object('status', 'conflict'); end if;
  return jsonb_build_object('status', 'repeated', 'state', v_known.state, 'eventId', v_known.event_id);
end $function$
;

CREATE OR REPLACE FUNCTION spoke.remove_files()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into "spoke".upload_removals (id, last_at) select g.id, g.expires_at + interval '1 hour' from gone g
  on conflict (id) do update set due_at = clock_timestamp();
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION spoke.search_text(p jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION spoke.take_form_limits(p_id uuid, p_limits jsonb)
 RETURNS double precision
 LANGUAGE plpgsql
AS $function$
declare
  l record;
  v_now timestamptz;
begin
  if exists (select from "spoke".submissions s where s.id = p_id) then return -1; end if;
  for l in
    select x.key, x.seconds * interval '1 second' as period, x.seconds / x.count * interval '1 second' as step
    from jsonb_array_elements(p_limits) with ordinality given(object, nr)
    cross join jsonb_to_record(given.object) x(key text, count double precision, seconds double precision) order by given.nr
  loop
    v_now := clock_timestamp();
    insert into "spoke".form_limits as f (key, tat) values (l.key, v_now + l.step)
    on conflict (key) do update set tat = greatest(f.tat, v_now) + l.step where greatest(f.tat, v_now) + l.step <= v_now + l.period;
    if not found then
      return (
        select greatest(1, extract(epoch from f.tat + l.step - l.period - v_now) * 1000) from "spoke".form_limits f where f.key = l.key);
    end if;
  end loop;
  return 0;
end $function$
;

CREATE OR REPLACE FUNCTION spoke.track(type text, payload jsonb, idempotency_key text DEFAULT NULL::text, record_key text DEFAULT NULL::text, priority smallint DEFAULT 5, occurred_at timestamp with time zone DEFAULT NULL::timestamp with time zone, strict boolean DEFAULT false)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_receipt jsonb := "spoke".track_receipt(type, payload::text, idempotency_key, record_key, priority, occurred_at);
begin
  if v_receipt->>'status' <> 'refused' then
    return (v_receipt->>'id')::bigint;
  end if;
  if strict then
    raise exception using errcode = 'SPK01', message = format('%s: %s', v_receipt->>'code', v_receipt->>'message');
  end if;
  raise warning 'track refused an event: %: %', v_receipt->>'code', v_receipt->>'message';
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION spoke.track_receipt(p_type text, p_payload text, p_idempotency_key text DEFAULT NULL::text, p_record_key text DEFAULT NULL::text, p_priority smallint DEFAULT 5, p_occurred_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_max_bytes integer DEFAULT 262144)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
    insert into "spoke".outbox_events (type, payload, idempotency_key, given_key, priority, occurred_at)
    values (p_type, v_payload, p_idempotency_key, p_record_key, coalesce(p_priority, 5), coalesce(p_occurred_at, clock_timestamp()))
    on conflict (idempotency_key) where idempotency_key is not null do nothing
    returning id into v_id;
    if v_id is not null then
      return jsonb_build_object('status', 'recorded', 'id', v_id);
    end if;
    select e.id, e.type, e.payload into v_known from "spoke".outbox_events e where e.idempotency_key = p_idempotency_key;
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
end $function$
;

create view spoke.hubspot_archived_records as
 SELECT object_type,
    id AS hubspot_id,
    state,
    left_at,
    created_at,
    updated_at,
    properties
   FROM spoke.mirror_records
  WHERE (state = ANY (ARRAY['archived'::text, 'gone'::text]));

create view spoke.hubspot_changes as
 SELECT c.object_type,
    c.record_id AS hubspot_id,
    p.key AS property,
    (p.value ->> 0) AS before,
    (p.value ->> 1) AS after,
    c.updated_at,
    c.found_at
   FROM (spoke.mirror_changes c
     CROSS JOIN LATERAL jsonb_each(c.changes) p(key, value));

create view spoke.hubspot_links as
 SELECT k.from_type,
    k.from_id,
    k.to_type,
    k.to_id,
    (t.value ->> 'category'::text) AS category,
    ((t.value ->> 'typeId'::text))::integer AS type_id,
    (t.value ->> 'label'::text) AS label,
    k.read_at AS synced_at
   FROM (spoke.mirror_links k
     LEFT JOIN LATERAL jsonb_array_elements(k.types) t(value) ON (true));

create view spoke.hubspot_lists as
 SELECT l.id AS list_id,
    l.name,
    l.object_type,
    l.processing_type,
    l.size AS hubspot_size,
    b.members,
    l.members_read_at AS members_synced_at,
    l.read_at AS synced_at
   FROM (spoke.mirror_lists l
     CROSS JOIN LATERAL ( SELECT count(*) AS members
           FROM spoke.mirror_memberships m
          WHERE ((m.list_id = l.id) AND (m.left_at IS NULL))) b)
  WHERE (l.deleted_at IS NULL);

create view spoke.hubspot_memberships as
 SELECT b.list_id,
    l.name AS list,
    l.object_type,
    b.record_id AS hubspot_id,
    b.joined_at,
    b.left_at
   FROM (spoke.mirror_memberships b
     JOIN spoke.mirror_lists l ON ((l.id = b.list_id)));

create view spoke.hubspot_merges as
 SELECT object_type,
    id AS hubspot_id,
    merged_into,
    left_at AS merged_at
   FROM spoke.mirror_records
  WHERE (state = 'merged'::text);

create view spoke.hubspot_owners as
 SELECT id AS owner_id,
    email,
    first_name,
    last_name,
    archived,
    read_at AS synced_at
   FROM spoke.mirror_owners;

create view spoke.hubspot_properties as
 SELECT object_type,
    name,
    (definition ->> 'label'::text) AS label,
    type,
    (definition ->> 'fieldType'::text) AS field_type,
    COALESCE(((definition ->> 'calculated'::text))::boolean, false) AS calculated,
    definition,
    read_at AS synced_at
   FROM spoke.mirror_properties;

create view spoke.hubspot_segments as
 SELECT s.name AS segment,
    s.object_type,
    m.record_id AS hubspot_id,
    m.since
   FROM (spoke.segments s
     JOIN spoke.segment_members m ON ((m.segment = s.name)));

create view spoke.hubspot_stages as
 SELECT object_type,
    pipeline_id,
    pipeline,
    stage_id,
    stage,
    display_order,
    metadata,
    read_at AS synced_at
   FROM spoke.mirror_stages;

CREATE TRIGGER uploads_deleted AFTER DELETE ON spoke.uploads REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION spoke.remove_files();
