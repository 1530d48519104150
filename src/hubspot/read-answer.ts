import { type Clock, systemClock } from '../clock.ts';
import type { Exchange, Reply } from './exchange.ts';
import { expectBody, unexpected } from './expect.ts';
import type { Parsed } from './parsed.ts';
import type { CallOptions } from './records.ts';
import type { ReadFailure, RetryPolicy } from './retry-reads.ts';

/** What a read of several calls may be given besides what it reads. */
export interface ReadOptions extends CallOptions {
  /** Decides which failed calls are made again; see retryReads. Without it the first failure ends the read. */
  readonly retry?: RetryPolicy;
  /** For the waits between tries. Default the machine's. */
  readonly clock?: Clock;
}

/** One read. */
interface Question<T> {
  /** Completes "HubSpot's answer when asked to …". */
  readonly what: string;
  readonly send: () => Promise<Exchange>;
  readonly parse: (body: unknown, reply: Reply) => Parsed<T>;
}

/**
 * Asks until there is a usable answer or the retry policy gives up; then raises the errors of expectBody, with
 * HUBSPOT_UNEXPECTED for content that does not fit. An abort raises the signal's reason.
 */
export async function readAnswer<T>({ what, send, parse }: Question<T>, options: ReadOptions): Promise<T> {
  const { signal, retry, clock = systemClock } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    const exchange = await send();
    const failure: ReadFailure = { exchange, attempt };
    if (exchange.kind === 'reply' && isUsable(exchange)) {
      const parsed = parse(exchange.body, exchange);
      if (parsed.ok) return parsed.value;
      const decision = retry?.({ ...failure, problem: parsed.problem });
      if (!decision) throw unexpected(exchange, what, parsed.problem);
      await clock.sleep(decision.waitMs, signal);
    } else {
      signal?.throwIfAborted();
      const decision = retry?.(failure);
      if (!decision) throw asError(exchange, what);
      await clock.sleep(decision.waitMs, signal);
    }
  }
}

function isUsable({ status, flaw, body }: Reply): boolean {
  return status >= 200 && status < 300 && flaw === undefined && body !== undefined;
}

function asError(exchange: Exchange, what: string): unknown {
  try {
    expectBody(exchange, what);
  } catch (error) {
    return error;
  }
  return new Error('unreachable: a usable answer is no error');
}
