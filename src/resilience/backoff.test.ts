import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDelay } from './backoff.ts';

describe('the back-off', () => {
  it.each([
    [0, 0, 0],
    [1, 500, 1000],
    [2, 1000, 2000],
    [3, 2000, 4000],
    [7, 30_000, 60_000],
    [8, 30_000, 60_000],
    [10_000, 30_000, 60_000],
    [Number.POSITIVE_INFINITY, 30_000, 60_000],
  ])('after %s failures lies between %s and %s ms', (failures, least, most) => {
    expect(backoffDelay(failures, { random: () => 0 })).toBe(least);
    expect(backoffDelay(failures, { random: () => 1 })).toBe(most);
  });

  it('never waits less than half its step, nor longer than its ceiling', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, baseMs, factor, dice) => {
          const wait = backoffDelay(failures, { baseMs, factor, maxMs: 60_000, random: () => dice });
          const step = Math.min(60_000, baseMs * factor ** (failures - 1));
          expect(wait).toBeGreaterThanOrEqual(Math.floor(step / 2));
          expect(wait).toBeLessThanOrEqual(60_000);
          expect(Number.isInteger(wait)).toBe(true);
        },
      ),
    );
  });

  it('does not wait for what has not failed', () => {
    for (const failures of [0, -1, Number.NaN]) expect(backoffDelay(failures, { random: () => 1 })).toBe(0);
  });
});
