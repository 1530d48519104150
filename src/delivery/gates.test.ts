import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gateSize } from './gates.ts';

describe('gateSize', () => {
  const windows = { burst: { windowMs: 10_000, margin: 0.03 }, search: { windowMs: 1_000, margin: 0 } };
  const JITTER_MS = 200;

  it.each(['burst', 'search'] as const)(
    'keeps any window of %s within its limit, burst, jitter and margin included',
    (gate) => {
      const { windowMs, margin } = windows[gate];
      fc.assert(
        fc.property(fc.integer({ min: 10, max: 100_000 }), (limit) => {
          const { stepMs, burst } = gateSize(gate, limit);
          expect(burst).toBeGreaterThanOrEqual(1);
          expect(burst + (windowMs + JITTER_MS) / stepMs + Math.ceil(limit * margin)).toBeLessThanOrEqual(
            limit * (1 + 1e-9),
          );
        }),
      );
    },
  );

  it.each([100, 190, 250])('uses more than 90 %% of a limit of %i', (limit) => {
    const { stepMs } = gateSize('burst', limit);
    expect(10_000 / stepMs).toBeGreaterThan(0.9 * limit);
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
