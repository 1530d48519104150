import { describe, expect, it } from 'vitest';
import type { Exchange, FaultReason } from './exchange.ts';
import { retryReads } from './retry-reads.ts';

const decide = retryReads({ random: () => 0, now: () => Date.UTC(2026, 10, 25) });

function reply(status: number, rest: object = {}): Exchange {
  return { kind: 'reply', status, headers: {}, body: undefined, durationMs: 1, ...rest };
}

function fault(reason: FaultReason): Exchange {
  return { kind: 'fault', reason, sent: false, message: '', durationMs: 1 };
}

function limit(policyName: string): Exchange {
  return reply(429, { body: { message: 'limit', policyName } });
}

describe('a failed read is made again', () => {
  it.each<[string, Exchange, number]>([
    ['a connection that was lost', fault('reset'), 500],
    ['a name that could not be resolved', fault('dns'), 500],
    ['a time-out', fault('timeout'), 500],
    ['408', reply(408), 500],
    ['502', reply(502), 500],
    ['524 as a page', reply(524, { flaw: 'html' }), 500],
    ['477', reply(477), 500],
    ['a page where an answer was to be', reply(404, { flaw: 'html' }), 500],
    ['a cut answer', reply(200, { flaw: 'truncated' }), 500],
    ['an empty answer', reply(200), 500],
    ['a lock', reply(423), 2000],
    ['the burst limit', limit('TEN_SECONDLY_ROLLING'), 10_000],
    ['the limit of searches', limit('SECONDLY'), 1000],
    ['a limit without a name', reply(429), 1000],
    ['a time that HubSpot names', reply(429, { headers: { 'retry-after': '7' } }), 7000],
    [
      'a date that HubSpot names',
      reply(503, { headers: { 'retry-after': 'Wed, 25 Nov 2026 00:00:05 GMT' } }),
      5000,
    ],
  ])('after %s', (_, exchange, waitMs) => {
    expect(decide({ exchange, attempt: 1 })).toEqual({ waitMs });
  });

  it('after an answer whose content was not usable', () => {
    expect(decide({ exchange: reply(200, { body: {} }), attempt: 1, problem: 'x' })).toEqual({ waitMs: 500 });
  });

  it('after longer and longer waits, up to the longest', () => {
    const waits = [1, 2, 3, 4].map((attempt) => decide({ exchange: reply(502), attempt })?.waitMs);
    expect(waits).toEqual([500, 1000, 2000, 4000]);
    const many = retryReads({ random: () => 0.999, attempts: 99, maxWaitMs: 3000 });
    expect(many({ exchange: reply(502), attempt: 50 })?.waitMs).toBeLessThanOrEqual(3000);
  });
});

describe('a failed read stays failed', () => {
  it.each<[string, Exchange]>([
    ['a stop by the caller', fault('aborted')],
    ['a token that cannot be read', fault('token-unavailable')],
    ['a certificate that is not trusted', fault('tls')],
    ['400', reply(400, { body: {} })],
    ['401', reply(401, { body: {} })],
    ['403', reply(403, { body: {} })],
    ['404', reply(404, { body: {} })],
    ['414', reply(414, { body: {} })],
    ['the daily limit', limit('DAILY')],
    ['a daily limit that only the text names', reply(429, { body: { message: 'your daily limit' } })],
    ['a wait longer than allowed', reply(477, { headers: { 'retry-after': '31' } })],
  ])('after %s', (_, exchange) => {
    expect(decide({ exchange, attempt: 1 })).toBeUndefined();
  });

  it('after the last try', () => {
    expect(decide({ exchange: reply(502), attempt: 5 })).toBeUndefined();
    expect(decide({ exchange: reply(502), attempt: 4 })).toBeDefined();
  });
});
