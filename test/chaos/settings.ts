/** Times and limits of one run; everything that workers are told, and everything that the harness judges by. */
export interface Settings {
  readonly seed: number;
  readonly workers: number;
  /** How long the producers run, s. */
  readonly seconds: number;
  /** Calls in any rolling 10 s. */
  readonly limit: number;
  readonly leaseSeconds: number;
  /** Of one HTTP request. */
  readonly timeoutSeconds: number;
  /** How long a write whose end is unknown may still land. */
  readonly settleSeconds: number;
  /** Mean time between two random kills, ms. */
  readonly killEveryMs: number;
  /** NDJSON file for the scenario `leads`; undefined: one is made up. */
  readonly leadsFile?: string;
}

export const DEFAULT_SETTINGS: Settings = {
  seed: 1,
  workers: 6,
  seconds: 60,
  limit: 190,
  leaseSeconds: 6,
  timeoutSeconds: 2,
  settleSeconds: 4,
  killEveryMs: 2_200,
};

/** The window of the burst limit, s. */
const WINDOW_SECONDS = 10;

/** What a worker's environment says about times and limits. */
export function environmentOf(settings: Settings): Record<string, string> {
  return {
    SPOKE_LEASE: String(settings.leaseSeconds),
    SPOKE_SETTLE: String(settings.settleSeconds),
    SPOKE_POLL_INTERVAL: '1',
    SPOKE_LOG_LEVEL: 'debug',
    HUBSPOT_TIMEOUT: String(settings.timeoutSeconds),
    HUBSPOT_RATE_LIMIT: String(settings.limit / WINDOW_SECONDS),
    HUBSPOT_RETRY_DELAY: '200',
    // One call in five fails here by plan: the usual threshold would keep the breaker open for most of the run.
    HUBSPOT_CB_THRESHOLD: '25',
    HUBSPOT_CB_TIMEOUT: '2',
  };
}
