import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gateSize, lateFactor } from './gates.ts';

describe('gateSize', () => {
  const windows = { burst: { windowMs: 10_000, margin: 0.005 }, search: { windowMs: 1_000, margin: 0 } };
  const LATE_MS = 200;

  it.each(['burst', 'search'] as const)(
    'keeps any window of %s within its limit, burst, lateness and margin included',
    (gate) => {
      const { windowMs, margin } = windows[gate];
      fc.assert(
        fc.property(fc.integer({ min: 10, max: 100_000 }), (limit) => {
          const { stepMs, burst } = gateSize(gate, limit);
          expect(burst).toBeGreaterThanOrEqual(1);
          expect(burst + (windowMs + LATE_MS) / stepMs + Math.ceil(limit * margin)).toBeLessThanOrEqual(
            limit * (1 + 1e-9),
          );
        }),
      );
    },
  );

  it.each([
    [100, 0.94],
    [190, 0.955],
    [250, 0.955],
  ])('uses of a limit of %i more than %f', (limit, share) => {
    const { stepMs } = gateSize('burst', limit);
    expect(10_000 / stepMs).toBeGreaterThan(share * limit);
  });

  it('keeps any window within its limit when all calls of half a second arrive at its end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 80, max: 2_000 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 250 }),
        (limit, stallMs, answerMs) => {
          expect(mostInWindow({ limit, stallMs, answerMs, isTold: true })).toBeLessThanOrEqual(limit);
        },
      ),
    );
    // Without the slower pace behind a stall it would be passed.
    expect(mostInWindow({ limit: 190, stallMs: 500, answerMs: 100, isTold: false })).toBeGreaterThan(190);
  });

  it('holds the search limit of five a second', () => {
    const { stepMs, burst } = gateSize('search', 5);
    expect(burst + 1_200 / stepMs).toBeLessThanOrEqual(5);
  });

  it('still lets calls through under the smallest limits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (limit) => {
        const { stepMs, burst } = gateSize('burst', limit);
        expect(stepMs).toBeLessThanOrEqual(10_200);
        expect(burst).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

/**
 * Most arrivals in any ten seconds of a gate that is always asked: everything due in a stall arrives at its end, and from
 * `answerMs` later on the pace is that of a gate which knows of it.
 */
function mostInWindow(of: { limit: number; stallMs: number; answerMs: number; isTold: boolean }): number {
  const { stepMs, burst } = gateSize('burst', of.limit);
  const stallAt = 15_000;
  const stallEnd = stallAt + of.stallMs;
  const arrivals: number[] = [];
  // Unused before: the burst leaves at once.
  for (let n = 1; n < burst; n += 1) arrivals.push(0);
  for (let due = 0; due < 40_000; ) {
    arrivals.push(due >= stallAt && due < stallEnd ? stallEnd : due);
    const knownAt = stallEnd + of.answerMs;
    const isSlow = of.isTold && due >= knownAt && due < knownAt + 10_000 + of.stallMs;
    due += stepMs * (isSlow ? Math.max(1, lateFactor(of.stallMs)) : 1);
  }
  arrivals.sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [position, at] of arrivals.entries()) {
    while ((arrivals[first] ?? at) <= at - 10_000) first += 1;
    most = Math.max(most, position - first + 1);
  }
  return most;
}
