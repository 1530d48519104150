import { describe, expect, it } from 'vitest';
import { parseRateHeaders } from './rate-headers.ts';

describe('rate headers', () => {
  it('are read as numbers', () => {
    expect(
      parseRateHeaders({
        'x-hubspot-ratelimit-max': '100',
        'x-hubspot-ratelimit-remaining': '99',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
        'x-hubspot-ratelimit-daily': '250000',
        'x-hubspot-ratelimit-daily-remaining': ' 249999 ',
        'x-hubspot-ratelimit-secondly': '19',
      }),
    ).toEqual({ max: 100, remaining: 99, intervalMs: 10_000, daily: 250_000, dailyRemaining: 249_999 });
  });

  it('that are missing are left out', () => {
    expect(parseRateHeaders({})).toEqual({});
  });

  it.each(['', '-1', '1.5', '1e3', 'many', 'NaN', '0x10', '9'.repeat(16), '10, 20'])(
    'with the value %j are left out',
    (value) => {
      expect(parseRateHeaders({ 'x-hubspot-ratelimit-max': value })).toEqual({});
    },
  );
});
