import { backoffDelay } from '../resilience/backoff.ts';
import { parseErrorAnswer } from './error-answer.ts';
import type { Exchange } from './exchange.ts';
import { parseRetryAfter } from './retry-after.ts';

const DEFAULT_ATTEMPTS = 5;
const DEFAULT_MAX_WAIT_MS = 30_000;
/** 423: HubSpot asks for at least two seconds. */
const LOCKED_WAIT_MS = 2_000;
/** The window of the burst limit; without a time from HubSpot it may be that long until there is room. */
const BURST_WAIT_MS = 10_000;
const SEARCH_WAIT_MS = 1_000;
/** Faults that pass by themselves; the others need a person, or were wanted. */
const PASSING_FAULTS = new Set(['dns', 'connect-refused', 'connect-timeout', 'reset', 'protocol', 'timeout']);

/** A read that gave nothing usable. */
export interface ReadFailure {
  readonly exchange: Exchange;
  /** How many tries were made, from 1. */
  readonly attempt: number;
  /** What is wrong with the content of a successful answer. */
  readonly problem?: string;
}

/** Decides after a failed read whether to read again, and after which wait (ms); undefined gives up. For reads only: a write may have been done. */
export type RetryPolicy = (failure: ReadFailure) => { readonly waitMs: number } | undefined;

export interface RetryReadsOptions {
  /** Tries in all. Default 5. */
  readonly attempts?: number;
  /** Longest wait before a try, ms; when HubSpot asks for a longer one the read fails instead. Default 30,000. */
  readonly maxWaitMs?: number;
  /** 0 (included) to 1 (excluded). Default Math.random. */
  readonly random?: () => number;
  /** Ms since 1970, for a Retry-After that is a date. Default Date.now. */
  readonly now?: () => number;
}

/**
 * Reads again after what passes by itself: lost connections, time-outs, 408, 423, 429 (but not the daily limit), 477, 5xx,
 * and answers whose content is not usable. Waits as HubSpot asks, else grows from one second.
 */
export function retryReads(options: RetryReadsOptions = {}): RetryPolicy {
  const { attempts = DEFAULT_ATTEMPTS, maxWaitMs = DEFAULT_MAX_WAIT_MS } = options;
  const { random = Math.random, now = Date.now } = options;
  return ({ exchange, attempt, problem }) => {
    if (attempt >= attempts) return undefined;
    const least = problem === undefined ? leastWait(exchange) : 0;
    if (least === undefined) return undefined;
    const told = exchange.kind === 'reply' ? parseRetryAfter(exchange.headers, now()) : undefined;
    if (told !== undefined && told > maxWaitMs) return undefined;
    const waitMs = Math.max(told ?? least, backoffDelay(attempt, { maxMs: maxWaitMs, random }));
    return { waitMs: Math.min(waitMs, maxWaitMs) };
  };
}

/** The least wait (ms) that makes sense when HubSpot names none; undefined when no wait helps. */
function leastWait(exchange: Exchange): number | undefined {
  if (exchange.kind === 'fault') return PASSING_FAULTS.has(exchange.reason) ? 0 : undefined;
  const { status, flaw } = exchange;
  if (status === 429) {
    const { policyName, message } = parseErrorAnswer(exchange.body);
    if (/daily/i.test(policyName ?? message)) return undefined;
    return /ten_secondly/i.test(policyName ?? message) ? BURST_WAIT_MS : SEARCH_WAIT_MS;
  }
  if (status === 423) return LOCKED_WAIT_MS;
  if (status === 408 || status === 477 || status >= 500) return 0;
  return status < 300 || flaw !== undefined ? 0 : undefined;
}
