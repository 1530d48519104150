import {
  decimal,
  flag,
  hours,
  httpUrl,
  integer,
  type Kind,
  milliseconds,
  oneOf,
  percent,
  postgresUrl,
  seconds,
  text,
  webhookUrl,
} from './variable-kinds.ts';

/** Everything that is known of one environment variable. */
export interface Variable<T> {
  readonly name: string;
  readonly kind: Kind<NonNullable<T>>;
  /** As a user would write it, in the variable's own unit. */
  readonly default?: string;
  /** Said in the reference where the default depends on something else. */
  readonly defaultNote?: string;
  readonly meaning: string;
  /** Never shown in a message. */
  readonly secret?: boolean;
  readonly synonyms?: readonly string[];
}

/** The one table of environment variables, by setting: `readEnvironment`, its messages and the reference come of it. */
export const VARIABLES = {
  databaseUrl: variable({
    name: 'DATABASE_URL',
    kind: postgresUrl,
    defaultNote: 'an embedded Postgres (PGlite) in SPOKE_DATA_DIR, for one process',
    meaning: 'The Postgres that holds the application’s tables and Spoke’s schema.',
    secret: true,
  }),
  schema: variable({
    name: 'SPOKE_SCHEMA',
    kind: text(
      'a name of at most 63 lower-case letters, digits and "_", a letter or "_" first, not one of Postgres itself (pg_…)',
      /^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,62}$/,
    ),
    default: 'spoke',
    meaning: 'The schema of Spoke’s own tables.',
  }),
  dataDir: variable({
    name: 'SPOKE_DATA_DIR',
    kind: text(),
    default: '.spoke/data',
    meaning: 'Folder of the embedded Postgres; used without DATABASE_URL only.',
  }),
  configPath: variable({
    name: 'SPOKE_CONFIG',
    kind: text(),
    defaultNote: 'spoke.config.{ts,mts,js,mjs} in the working directory or a parent up to package.json',
    meaning: 'Path of the config file.',
  }),
  logLevel: variable({
    name: 'SPOKE_LOG_LEVEL',
    kind: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
    meaning: 'Least severe line that is logged.',
  }),
  poolSize: variable({
    name: 'SPOKE_POOL_SIZE',
    kind: integer(1, 1_000),
    default: '10',
    meaning: 'Most connections to Postgres of one process.',
  }),
  pollIntervalMs: variable({
    name: 'SPOKE_POLL_INTERVAL',
    kind: seconds(0.05, 3_600),
    default: '10',
    meaning: 'How often an idle worker looks for events when nothing has woken it.',
  }),
  leaseMs: variable({
    name: 'SPOKE_LEASE',
    kind: seconds(1, 3_600),
    default: '30',
    meaning: 'How long a claim holds; the work of a process that died is taken over after it.',
  }),
  claimLanes: variable({
    name: 'SPOKE_CLAIM_LANES',
    kind: integer(1, 1_000),
    default: '100',
    meaning: 'Most lanes (records) of one claim.',
  }),
  claimEvents: variable({
    name: 'SPOKE_CLAIM_EVENTS',
    kind: integer(1, 1_000),
    default: '50',
    meaning: 'Most events of one lane in one claim.',
  }),
  concurrency: variable({
    name: 'SPOKE_CONCURRENCY',
    kind: integer(1, 64),
    default: '4',
    meaning: 'Claims that one process works on at once.',
  }),
  drainTimeoutMs: variable({
    name: 'SPOKE_DRAIN_TIMEOUT',
    kind: seconds(0, 600),
    default: '15',
    meaning: 'How long a stopping process may finish what it has claimed.',
  }),
  giveUpAfterMs: variable({
    name: 'SPOKE_GIVE_UP_AFTER',
    kind: hours(0.001, 8_760),
    default: '24',
    meaning:
      'How long the end of an event’s writes may stay unknown (5xx, time-outs, broken answers), over at least 10 tries, before it is dead. Limits, a refused token or an unreachable HubSpot never make it dead.',
  }),
  maxPayloadBytes: variable({
    name: 'SPOKE_MAX_PAYLOAD',
    kind: integer(1_024, 16_777_216, 'bytes'),
    default: '262144',
    meaning: 'Largest payload that track accepts.',
  }),
  submissionDays: variable({
    name: 'SPOKE_SUBMISSION_DAYS',
    kind: integer(1, 36_500, 'days'),
    defaultNote: 'submissions are kept',
    meaning:
      'Submissions of website forms are deleted with their files after so many days, those in quarantine too. Consents stay, as the proof that they are, but for those of quarantined ones.',
  }),
  settleMs: variable({
    name: 'SPOKE_SETTLE',
    kind: seconds(0, 600),
    defaultNote: 'HUBSPOT_TIMEOUT + 5',
    meaning: 'How long a write whose end is unknown may still land, before it is looked for at HubSpot.',
  }),
  markSecret: variable({
    name: 'SPOKE_MARK_SECRET',
    kind: text('at least 16 characters', /^.{16,}$/),
    defaultNote: 'made by the first migration',
    meaning:
      'Key of the marks by which notes are recognised. Keep it for good: notes under another key are not found.',
    secret: true,
  }),
  pullIntervalMs: variable({
    name: 'SPOKE_PULL_INTERVAL',
    kind: seconds(1, 86_400),
    default: '60',
    meaning: 'How often the mirror asks HubSpot for changes.',
  }),
  pullSettleMs: variable({
    name: 'SPOKE_PULL_SETTLE',
    kind: seconds(10, 86_400),
    default: '900',
    meaning:
      'Age at which a change stands in HubSpot’s search for certain: changes of that age are read a second time, so that none is missed.',
  }),
  pullOverlapMs: variable({
    name: 'SPOKE_PULL_OVERLAP',
    kind: seconds(0, 3_600),
    default: '10',
    meaning: 'How much of the latest past each reading of changes repeats, for what shows up late.',
  }),
  pullSweepMs: variable({
    name: 'SPOKE_PULL_SWEEP',
    kind: hours(0.001, 8_760),
    default: '24',
    meaning:
      'How often the mirror reads all ids, for records that were archived, merged, erased or restored.',
  }),
  pullRefreshMs: variable({
    name: 'SPOKE_PULL_REFRESH',
    kind: hours(0.001, 8_760),
    default: '24',
    meaning:
      'How often the mirror reads every record anew, for calculated properties, which change without a change of their record. It includes what SPOKE_PULL_SWEEP is for.',
  }),
  pullReconcileMs: variable({
    name: 'SPOKE_PULL_RECONCILE',
    kind: hours(0.001, 8_760),
    default: '168',
    meaning:
      'How often the mirror is held against the portal, value by value; what differs is read anew, and the proof is kept.',
  }),
  httpPort: variable({
    name: 'SPOKE_HTTP_PORT',
    kind: integer(0, 65_535),
    meaning: 'Port of the HTTP API; 0 takes a free one, which the log names. Not set: no HTTP server.',
  }),
  httpHost: variable({
    name: 'SPOKE_HTTP_HOST',
    kind: text('a host name or IP address', /^[\w.:-]{1,255}$/),
    default: '127.0.0.1',
    meaning:
      'Address that the HTTP API listens on. It has no TLS: put a proxy in front of it before others can reach it.',
  }),
  publicUrl: variable({
    name: 'SPOKE_PUBLIC_URL',
    kind: httpUrl,
    defaultNote: 'the address that the HTTP API listens on',
    meaning:
      'Address at which HubSpot reaches the HTTP API, as it stands in the settings of its webhooks, without /webhooks/hubspot: their signature covers it.',
  }),
  alertWebhookUrl: variable({
    name: 'SPOKE_ALERT_WEBHOOK_URL',
    kind: webhookUrl,
    meaning: 'Slack-compatible webhook that alerts are sent to; without it they are logged only.',
    secret: true,
  }),
  alertWindowMs: variable({
    name: 'SPOKE_ALERT_WINDOW',
    kind: seconds(1, 86_400),
    default: '300',
    meaning:
      'Time over which the alerts look at rates, and for which an open breaker and a long queue have to last.',
  }),
  alertMinCalls: variable({
    name: 'SPOKE_ALERT_MIN_CALLS',
    kind: integer(1, 1_000_000),
    default: '20',
    meaning: 'Fewer calls in the window say nothing about rates and response times.',
  }),
  alertSuccessRate: variable({
    name: 'SPOKE_ALERT_SUCCESS_RATE',
    kind: percent(),
    default: '95',
    meaning: 'Alert when a smaller share of the inputs that were sent is applied.',
  }),
  alertErrorRate: variable({
    name: 'SPOKE_ALERT_ERROR_RATE',
    kind: percent(),
    default: '5',
    meaning: 'Alert when a larger share of the calls fails.',
  }),
  alertResponseMs: variable({
    name: 'SPOKE_ALERT_RESPONSE',
    kind: seconds(0.001, 300),
    default: '2',
    meaning: 'Alert when HubSpot takes longer to answer, on average.',
  }),
  alertQueue: variable({
    name: 'SPOKE_ALERT_QUEUE',
    kind: integer(0, 1_000_000_000),
    default: '50',
    meaning: 'Alert when more events wait.',
  }),
  alertDailyShare: variable({
    name: 'SPOKE_ALERT_DAILY_BUDGET',
    kind: percent(),
    default: '80',
    meaning: 'Alert when a larger share of the day’s calls is used.',
  }),
  alertRemindMs: variable({
    name: 'SPOKE_ALERT_REMIND',
    kind: hours(0.001, 8_760),
    default: '4',
    meaning: 'How often an alert that stays open is sent again.',
  }),
  hubspotEnabled: variable({
    name: 'HUBSPOT_ENABLED',
    kind: flag,
    default: 'false',
    meaning: 'Whether anything runs towards HubSpot. While false, events are only recorded.',
  }),
  hubspotSendLive: variable({
    name: 'HUBSPOT_SEND_LIVE',
    kind: flag,
    default: 'false',
    meaning: 'Whether HubSpot is written to. While false, deliveries are dry runs.',
  }),
  hubspotToken: variable({
    name: 'HUBSPOT_PRIVATE_APP_TOKEN',
    kind: text('one line of printable characters without spaces', /^[\x21-\x7e]{1,4096}$/),
    meaning: 'Service key or private-app token of the portal.',
    secret: true,
    synonyms: ['HUBSPOT_API_KEY', 'HUBSPOT_TOKEN'],
  }),
  hubspotTokenFile: variable({
    name: 'HUBSPOT_PRIVATE_APP_TOKEN_FILE',
    kind: text(),
    meaning: 'A file with the token, instead of the token itself; read again when HubSpot refuses the token.',
    synonyms: ['HUBSPOT_API_KEY_FILE', 'HUBSPOT_TOKEN_FILE'],
  }),
  hubspotAppSecret: variable({
    name: 'HUBSPOT_APP_SECRET',
    kind: text('one line of printable characters without spaces', /^[\x21-\x7e]{1,4096}$/),
    meaning: 'Client secret of the HubSpot app that sends webhooks. Not set: webhooks are not taken.',
    secret: true,
  }),
  hubspotAppSecretFile: variable({
    name: 'HUBSPOT_APP_SECRET_FILE',
    kind: text(),
    meaning:
      'A file with that secret, instead of the secret itself; read again when a signature does not fit.',
  }),
  hubspotPortalId: variable({
    name: 'HUBSPOT_PORTAL_ID',
    kind: integer(1, Number.MAX_SAFE_INTEGER),
    meaning: 'The portal (Hub ID). A token of another portal is refused at start-up.',
  }),
  hubspotApiUrl: variable({
    name: 'HUBSPOT_API_URL',
    kind: httpUrl,
    default: 'https://api.hubapi.com',
    meaning: 'Where HubSpot’s API is; a simulator has another address.',
  }),
  hubspotTimeoutMs: variable({
    name: 'HUBSPOT_TIMEOUT',
    kind: seconds(0.1, 300),
    default: '10',
    meaning: 'Time-out of one HTTP request.',
  }),
  hubspotMaxRetries: variable({
    name: 'HUBSPOT_MAX_RETRIES',
    kind: integer(0, 100),
    default: '3',
    meaning: 'Attempts before an event is dead, for refusals that may heal (404, 409).',
  }),
  hubspotRetryDelayMs: variable({
    name: 'HUBSPOT_RETRY_DELAY',
    kind: milliseconds(0, 600_000),
    default: '1000',
    meaning: 'First wait between attempts; it doubles each time.',
  }),
  breakerThreshold: variable({
    name: 'HUBSPOT_CB_THRESHOLD',
    kind: integer(1, 1_000),
    default: '5',
    meaning: 'Faults within 60 s, with no success between, that open the circuit breaker.',
  }),
  breakerTimeoutMs: variable({
    name: 'HUBSPOT_CB_TIMEOUT',
    kind: seconds(0.1, 3_600),
    default: '120',
    meaning: 'How long an open circuit breaker waits before it tries HubSpot again.',
  }),
  hubspotOwnerId: variable({
    name: 'HUBSPOT_OWNER_ID',
    kind: text('an owner id (digits; not the user id)', /^\d{1,20}$/),
    meaning: 'Owner of the activities that name nobody else.',
  }),
  hubspotRateLimit: variable({
    name: 'HUBSPOT_RATE_LIMIT',
    kind: decimal(0.1, 10_000, 'requests/s'),
    default: '8',
    meaning:
      'Ceiling of all processes together. Portals allow 10 or 19 requests/s, shared with every other integration.',
  }),
} as const;

interface Spec<T> extends Omit<Variable<T>, 'default'> {
  readonly kind: Kind<NonNullable<T>>;
}

function variable<T>(spec: Spec<T> & { readonly default: string }): Variable<T>;
function variable<T>(spec: Spec<T>): Variable<T | undefined>;
function variable<T>(spec: Spec<T> & { readonly default?: string }): Variable<T | undefined> {
  return spec as Variable<T | undefined>;
}
