import type { FaultPlan } from './faults.ts';

const WRITES = '^(?!.*/(read|search)(\\?|$))';

const TOO_MANY = {
  status: 'error',
  message: 'You have reached your ten_secondly_rolling limit.',
  errorType: 'RATE_LIMIT',
  policyName: 'TEN_SECONDLY_ROLLING',
};
const DAY_OVER = {
  status: 'error',
  message: 'You have reached your daily limit.',
  errorType: 'RATE_LIMIT',
  policyName: 'DAILY',
};

/** Plans with a name, each a trouble that HubSpot's users report or its documentation names. */
export const FAULT_PRESETS = {
  /** A bad day: about one call in seven fails somehow, some of them after their write. */
  flaky: [
    { id: 'flaky-reset', at: 'after-apply', do: 'reset', probability: 0.04 },
    { id: 'flaky-502', do: 'html', status: 502, probability: 0.04 },
    { id: 'flaky-500', do: 'status', status: 500, probability: 0.03 },
    { id: 'flaky-cut', at: 'mid-body', do: 'reset', probability: 0.02 },
    { id: 'flaky-slow', do: 'slow', delayMs: 2_000, probability: 0.02 },
  ],
  /** One write in five is applied and its connection is cut. */
  'after-apply-reset': [{ id: 'after-apply-reset', at: 'after-apply', do: 'reset', probability: 0.2 }],
  /** One write in ten is applied and never answered. */
  'after-apply-hang': [{ id: 'after-apply-hang', at: 'after-apply', do: 'hang', probability: 0.1 }],
  /** Every answer takes a second and a half longer. */
  slow: [{ id: 'slow', do: 'slow', delayMs: 1_500 }],
  /** One call in five is over the burst limit. */
  'rate-limit': [{ id: 'rate-limit', do: 'status', status: 429, body: TOO_MANY, probability: 0.2 }],
  /** The daily budget is used up from the start. */
  'daily-limit': [{ id: 'daily-limit', do: 'status', status: 429, body: DAY_OVER }],
  /** The edge refuses one call in five, as plain text. */
  'edge-limit': [{ id: 'edge-limit', do: 'edge429', probability: 0.2 }],
  /** The caller's token is revoked after a hundred calls. */
  revoked: [{ id: 'revoked', do: 'revoke', after: 100, times: 1 }],
  /** Records are locked at one write in ten. */
  locked: [
    {
      id: 'locked',
      do: 'status',
      status: 423,
      match: { path: WRITES },
      body: { status: 'error', message: 'The resource is locked by another operation.', category: 'LOCKED' },
      probability: 0.1,
    },
  ],
  /** The portal is moved to another data centre: fifty calls are sent away. */
  migration: [
    {
      id: 'migration',
      do: 'status',
      status: 477,
      headers: { 'retry-after': '2' },
      body: {
        status: 'error',
        message: 'This account is being migrated.',
        category: 'MIGRATION_IN_PROGRESS',
      },
      times: 50,
    },
  ],
  /** One write in ten is applied and the edge says that it had no answer in time. */
  'gateway-timeout': [
    { id: 'gateway-timeout', at: 'after-apply', do: 'html', status: 524, probability: 0.1 },
  ],
  /** Nothing works for fifty calls. */
  outage: [{ id: 'outage', do: 'status', status: 503, times: 50 }],
  /** One answer in ten is JSON that ends in the middle. */
  truncated: [{ id: 'truncated', at: 'after-apply', do: 'truncate', probability: 0.1 }],
  /** One call in twenty is answered 200 without results. */
  empty: [{ id: 'empty', do: 'empty', probability: 0.05 }],
  /** The portal's `Date` header is ten minutes ahead. */
  'clock-skew': [{ id: 'clock-skew', do: 'skew', skewMs: 600_000 }],
} as const satisfies Record<string, readonly FaultPlan[]>;

export type FaultPreset = keyof typeof FAULT_PRESETS;

export const FAULT_PRESET_NAMES: readonly string[] = Object.keys(FAULT_PRESETS);

export function isFaultPreset(name: unknown): name is FaultPreset {
  return typeof name === 'string' && Object.hasOwn(FAULT_PRESETS, name);
}
