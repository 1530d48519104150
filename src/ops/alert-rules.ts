import type { StepFinding } from './alert-step.ts';
import type { BreakerState } from './delivery-state.ts';

/** What an operator may set; shares from 0 to 1. */
export interface AlertThresholds {
  /** Over which the rates are taken, and for which an open breaker and a long queue have to last, ms. */
  readonly windowMs: number;
  /** Fewer calls in the window say nothing about rates. */
  readonly minCalls: number;
  readonly successRate: number;
  readonly errorRate: number;
  readonly responseMs: number;
  readonly queue: number;
  readonly dailyShare: number;
}

/** Numbers of one look at the database; the calls are those that began within the window. */
export interface AlertReading {
  readonly calls: {
    readonly count: number;
    /** Without an answer, or answered with 401, 403, 408, 429 or 5xx. */
    readonly failed: number;
    readonly meanMs: number;
    /** Inputs that have ended, and those that ended as applied. */
    readonly inputs: number;
    readonly applied: number;
    /** By status: calls whose token was refused. */
    readonly refused: Readonly<Record<'401' | '403', number>>;
  };
  readonly breaker: BreakerState;
  readonly waiting: number;
  readonly daily: { readonly used: number; readonly limit: number | null };
  /** `contacts.plan`. */
  readonly drifted: readonly string[];
  /** How many more dead letters there are than at the best moment of the window. */
  readonly deadGrowth: number;
}

/** What a rule sees: trouble, none, or too little to tell. */
export type Judgement =
  | { readonly kind: 'trouble'; readonly summary: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

export type AlertFinding = StepFinding & { readonly rule: AlertRule };

/** Every rule with what it means. */
export const ALERT_RULES = {
  'success-rate': 'Too few of the inputs that were sent were applied.',
  'error-rate': 'Too many calls failed: no answer, 401, 403, 408, 429 or 5xx.',
  'slow-answers': 'HubSpot takes long to answer.',
  'breaker-open': 'The circuit breaker lets no calls through.',
  'queue-long': 'More events wait than should.',
  'daily-budget': 'The day’s calls are nearly used up.',
  'schema-drift': 'The portal does not take a property that the config writes; one alert for each.',
  'token-refused': 'HubSpot refuses the token (401), or it lacks a scope (403).',
  'dead-letters': 'The dead letters have become more.',
} as const;

export type AlertRule = keyof typeof ALERT_RULES;

const NONE: Judgement = { kind: 'none' };
const UNKNOWN: Judgement = { kind: 'unknown' };
const trouble = (summary: string): Judgement => ({ kind: 'trouble', summary });

/**
 * Judges every rule. Pure. A subject that is gone (a property that is back) has no finding, which means none.
 *
 * Rates are judged from `minCalls` on, so that one failure alone opens nothing. With fewer calls, an alert that is open stays so
 * while events wait: a portal that is down is called little.
 */
export function judgeRules(reading: AlertReading, limits: AlertThresholds): AlertFinding[] {
  const { calls, waiting, daily } = reading;
  const over = `in ${seconds(limits.windowMs)}`;
  const finding = (rule: AlertRule, judgement: Judgement, forMs = 0, subject = ''): AlertFinding => ({
    rule,
    subject,
    judgement,
    forMs,
  });
  const rated = (isTrouble: boolean, summary: string): Judgement => {
    if (calls.count < limits.minCalls) return waiting > 0 ? UNKNOWN : NONE;
    return isTrouble ? trouble(summary) : NONE;
  };
  const success = calls.inputs === 0 ? 1 : calls.applied / calls.inputs;
  const errors = calls.failed / Math.max(1, calls.count);
  const dailyUse = daily.limit === null ? 0 : daily.used / Math.max(1, daily.limit);
  return [
    finding(
      'success-rate',
      rated(
        success < limits.successRate,
        `${percent(success)} of ${calls.inputs} inputs were applied ${over}; ${percent(limits.successRate)} should be.`,
      ),
    ),
    finding(
      'error-rate',
      rated(
        errors > limits.errorRate,
        `${percentUp(errors)} of ${calls.count} calls failed ${over}; ${percent(limits.errorRate)} may.`,
      ),
    ),
    finding(
      'slow-answers',
      rated(
        calls.meanMs > limits.responseMs,
        `${calls.count} calls took ${seconds(calls.meanMs)} on average ${over}; ${seconds(limits.responseMs)} is the limit.`,
      ),
    ),
    finding(
      'breaker-open',
      reading.breaker === 'closed' ? NONE : trouble(`The circuit breaker is ${reading.breaker}.`),
      limits.windowMs,
    ),
    finding(
      'queue-long',
      waiting > limits.queue ? trouble(`${waiting} events wait; ${limits.queue} may.`) : NONE,
      limits.windowMs,
    ),
    finding(
      'daily-budget',
      dailyUse > limits.dailyShare
        ? trouble(`${daily.used} of the day's ${daily.limit} calls are used (${percentUp(dailyUse)}).`)
        : NONE,
    ),
    finding(
      'dead-letters',
      reading.deadGrowth > 0
        ? trouble(
            `${reading.deadGrowth} more dead ${reading.deadGrowth === 1 ? 'letter' : 'letters'} ${over}.`,
          )
        : NONE,
    ),
    ...(['401', '403'] as const)
      .filter((status) => calls.refused[status] > 0)
      .map((status) =>
        finding(
          'token-refused',
          trouble(`HubSpot answered ${calls.refused[status]} calls with ${status} ${over}.`),
          0,
          status,
        ),
      ),
    ...reading.drifted.map((property) =>
      finding(
        'schema-drift',
        trouble(`The portal does not take the property ${property}; what sets it waits.`),
        0,
        property,
      ),
    ),
  ];
}

/** Away from the limit, so that a share that just breaks it does not look like the limit. */
const percent = (share: number) => `${Math.floor(share * 1_000) / 10} %`;
const percentUp = (share: number) => `${Math.ceil(share * 1_000) / 10} %`;
const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;
