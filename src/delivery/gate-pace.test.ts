import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLatenessWatch, gateSize, lateFactor } from './gate-pace.ts';

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

describe('createLatenessWatch', () => {
  it('says nothing of calls that were no later than the pace allows for', () => {
    const watch = createLatenessWatch();
    expect(watch.note(200, 0)).toBeUndefined();
    expect(watch.note(201, 0)).toEqual({ factor: lateFactor(225), forMs: 10_225 });
  });

  it('takes answers that took very long for half a second, of which more is not known', () => {
    expect(createLatenessWatch().note(90_000, 0)).toEqual({ factor: lateFactor(500), forMs: 10_500 });
  });

  it('tells of a greater lateness at once, of the same or a smaller one after a second', () => {
    const watch = createLatenessWatch();
    const told = [
      [0, 300],
      [10, 300],
      [20, 250],
      [30, 400],
      [1_000, 300],
      [1_029, 400],
      [1_030, 300],
    ].map(([now = 0, lateMs = 0]) => watch.note(lateMs, now) !== undefined);
    expect(told).toEqual([true, false, false, true, false, false, true]);
  });

  const stall = fc.record({
    afterMs: fc.integer({ min: 0, max: 9_000 }),
    forMs: fc.integer({ min: 0, max: 500 }),
  });

  it('keeps any window within its limit when all calls of a stall arrive at its end, however stalls follow each other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 80, max: 2_000 }),
        fc.integer({ min: 0, max: 250 }),
        fc.array(stall, { minLength: 1, maxLength: 6 }),
        (limit, answerMs, stalls) => {
          expect(mostInWindow({ limit, answerMs, stalls, isTold: true })).toBeLessThanOrEqual(limit);
        },
      ),
    );
    // Without the slower pace behind a stall it would be passed.
    const once = [{ afterMs: 0, forMs: 500 }];
    expect(mostInWindow({ limit: 190, answerMs: 100, stalls: once, isTold: false })).toBeGreaterThan(190);
  });

  it('costs little where calls are hardly late, also after one that was very late', () => {
    const seldom = [
      { afterMs: 0, forMs: 480 },
      ...Array.from({ length: 8 }, () => ({ afterMs: 6_000, forMs: 210 })),
    ];
    const { arrivals } = run({ limit: 190, answerMs: 20, stalls: seldom, isTold: true });
    const in30s = arrivals.filter((at) => at >= 30_000 && at < 60_000).length;
    expect(in30s / 30).toBeGreaterThan(0.955 * 19);
  });
});

interface Course {
  readonly limit: number;
  /** What an answer takes once its call has arrived. */
  readonly answerMs: number;
  /** `afterMs`: since the end of the one before. */
  readonly stalls: readonly { readonly afterMs: number; readonly forMs: number }[];
  readonly isTold: boolean;
}

/** Most arrivals in any ten seconds of a gate that is always asked. */
function mostInWindow(course: Course): number {
  const { arrivals } = run(course);
  let most = 0;
  let first = 0;
  for (const [position, at] of arrivals.entries()) {
    while ((arrivals[first] ?? at) <= at - 10_000) first += 1;
    most = Math.max(most, position - first + 1);
  }
  return most;
}

/** When calls arrive at a gate that is always asked: everything due in a stall at its end. What a process tells counts from its answer on. */
function run({ limit, answerMs, stalls, isTold }: Course): { arrivals: number[] } {
  const { stepMs, burst } = gateSize('burst', limit);
  const watch = createLatenessWatch();
  const spans = spansOf(stalls, 15_000);
  const answers: { readonly at: number; readonly due: number }[] = [];
  const slow: { readonly factor: number; readonly until: number }[] = [];
  const arrivals: number[] = [];
  // Unused before: the burst leaves at once.
  for (let n = 1; n < burst; n += 1) arrivals.push(0);
  for (let due = 0; due < 90_000; ) {
    while (isTold && (answers[0]?.at ?? due) < due) {
      const answer = answers.shift();
      if (!answer) break;
      const told = watch.note(answer.at - answer.due, answer.at);
      if (told) slow.push({ factor: told.factor, until: answer.at + told.forMs });
    }
    const arrival = spans.find(({ from, to }) => due >= from && due < to)?.to ?? due;
    arrivals.push(arrival);
    answers.push({ at: arrival + answerMs, due });
    const at = due;
    due += stepMs * Math.max(1, ...slow.filter(({ until }) => at < until).map(({ factor }) => factor));
  }
  return { arrivals: arrivals.sort((a, b) => a - b) };
}

function spansOf(stalls: Course['stalls'], start: number): { from: number; to: number }[] {
  let end = start;
  return stalls.map(({ afterMs, forMs }) => {
    const from = end + afterMs;
    end = from + forMs;
    return { from, to: end };
  });
}
