/** One metric as it is shown to Prometheus. */
export interface MetricRow {
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  /** Each label with what it may be. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const CALL = 'the kind of call, of a fixed set';
const TYPE = 'an event of the config, `form.NAME` for a form, or `other`';
const CODE = 'an error code';

/** Every metric: `createMetrics` and the reference page come of it. Counters and histograms are of one process, gauges of the database. */
export const METRICS = {
  attempts: {
    name: 'spoke_attempts_total',
    kind: 'counter',
    help: 'Calls that wrote, by how the worst of their inputs ended.',
    labels: { call: CALL, outcome: '`applied`, `not_applied`, `unknown`' },
  },
  inputs: {
    name: 'spoke_inputs_total',
    kind: 'counter',
    help: 'Inputs of the calls that wrote, by how each ended; those of a refused batch that are sent again in smaller ones count each time.',
    labels: { call: CALL, outcome: '`applied`, `not_applied`, `unknown`' },
  },
  answers: {
    name: 'spoke_http_answers_total',
    kind: 'counter',
    help: 'Calls to HubSpot by the class of their answer.',
    labels: { call: CALL, status: '`2xx`, `3xx`, `4xx`, `5xx`, `none` (no answer)' },
  },
  duration: {
    name: 'spoke_http_call_duration_seconds',
    kind: 'histogram',
    help: 'How long calls to HubSpot took, without the wait at the gate.',
    labels: { call: CALL },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
  },
  limited: {
    name: 'spoke_rate_limited_total',
    kind: 'counter',
    help: 'Calls that HubSpot refused for a limit (429), by the limit that it named.',
    labels: { policy: '`DAILY`, `TEN_SECONDLY_ROLLING`, `SECONDLY`, `other`, `none` (not named)' },
  },
  retries: {
    name: 'spoke_event_retries_total',
    kind: 'counter',
    help: 'Tries of events after which there has to be another one, by reason.',
    labels: { code: CODE },
  },
  delivered: {
    name: 'spoke_events_delivered_total',
    kind: 'counter',
    help: 'Events that were delivered.',
    labels: { type: TYPE },
  },
  dead: {
    name: 'spoke_events_dead_total',
    kind: 'counter',
    help: 'Events that became dead letters, by reason.',
    labels: { type: TYPE, code: CODE },
  },
  age: {
    name: 'spoke_event_age_seconds',
    kind: 'histogram',
    help: 'Time from the recording of an event to its delivery.',
    buckets: [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400],
  },
  submissions: {
    name: 'spoke_submissions_total',
    kind: 'counter',
    help: 'Posts of the website’s forms, by how each ended.',
    labels: {
      form: 'a form of the config',
      outcome:
        '`accepted`, `quarantined`, `repeated`, `invalid`, `conflict`, `limited`, `failed` (a fault here)',
    },
  },
  uploadTickets: {
    name: 'spoke_upload_tickets_total',
    kind: 'counter',
    help: 'Tickets for files that were asked for, by how that ended.',
    labels: { outcome: '`given`, `invalid`, `limited`, `failed` (a fault here)' },
  },
  uploadBytes: {
    name: 'spoke_upload_bytes_total',
    kind: 'counter',
    help: 'Bytes of the files that came whole.',
  },
  uploads: {
    name: 'spoke_uploads_total',
    kind: 'counter',
    help: 'Files that were looked through, by what came of it.',
    labels: { outcome: '`ready`, or why a file was refused: `TYPE`, `SCAN`, `DEADLINE`, …' },
  },
  uploadLook: {
    name: 'spoke_upload_look_duration_seconds',
    kind: 'histogram',
    help: 'How long it took to look through a file, with its scan and the fetching of it.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  },
  databaseUp: {
    name: 'spoke_database_up',
    kind: 'gauge',
    help: 'Whether the database answered when the other gauges were read; where it did not, they are left out.',
  },
  waiting: {
    name: 'spoke_events_waiting',
    kind: 'gauge',
    help: 'Events that wait for delivery.',
  },
  oldest: {
    name: 'spoke_oldest_waiting_event_age_seconds',
    kind: 'gauge',
    help: 'Time since the recording of the waiting event with the lowest id; 0 when none waits.',
  },
  deadNow: {
    name: 'spoke_events_dead',
    kind: 'gauge',
    help: 'Dead letters.',
  },
  lanes: {
    name: 'spoke_lanes',
    kind: 'gauge',
    help: 'Records with waiting events. A suspect lane also counts as waiting or leased.',
    labels: { state: '`waiting`, `leased`, `suspect` (workers died over it)' },
  },
  doubts: {
    name: 'spoke_lanes_in_doubt',
    kind: 'gauge',
    help: 'Records to be read back, because the end of a write is unknown.',
  },
  breaker: {
    name: 'spoke_breaker_state',
    kind: 'gauge',
    help: '1 for the state that the circuit breaker is in, 0 for the others.',
    labels: { state: '`closed`, `open`, `half-open`' },
  },
  gateUse: {
    name: 'spoke_gate_use_ratio',
    kind: 'gauge',
    help: 'Share of what a gate lets through at once that is taken; above 1 calls queue.',
    labels: { gate: '`burst`, `search`' },
  },
  dailyUsed: {
    name: 'spoke_daily_budget_used_calls',
    kind: 'gauge',
    help: 'Calls of the portal’s day that are used.',
  },
  dailyLimit: {
    name: 'spoke_daily_budget_limit_calls',
    kind: 'gauge',
    help: 'Calls of the portal’s day; left out until HubSpot has told the limit.',
  },
  mirrorAge: {
    name: 'spoke_mirror_age_seconds',
    kind: 'gauge',
    help: 'Time since the moment up to which the mirror has all changes of an object type; left out before everything was read once.',
    labels: { object_type: 'an object type of the config’s mirror' },
  },
  drift: {
    name: 'spoke_schema_drift_properties',
    kind: 'gauge',
    help: 'Properties that the config writes and the portal does not take.',
  },
  held: {
    name: 'spoke_records_held',
    kind: 'gauge',
    help: 'Records of several lanes that a claim holds.',
  },
} as const satisfies Readonly<Record<string, MetricRow>>;
