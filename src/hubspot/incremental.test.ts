import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaggingPortal } from '../../test/support/lagging-portal.ts';
import { readUntilSettled, type Workload } from '../../test/support/read-until-settled.ts';
import { advanceRound, startRound } from './incremental.ts';
import type { Page } from './page.ts';
import type { HubspotRecord } from './record.ts';

const START = Date.UTC(2026, 10, 1);
const SMALL: Workload = {
  seed: 1,
  records: 150,
  changes: 600,
  overMs: 5 * 60_000,
  sharedMs: 90,
  maxLagMs: 60_000,
  pageSize: 10,
  shows: 'indexed',
  crashes: false,
  settleMs: 61_000,
};

describe('reading changes round after round', () => {
  it('misses none behind an index that lags up to a minute and not in order', async () => {
    const workload = fc.record({
      seed: fc.nat(),
      pageSize: fc.constantFrom(7, 10, 50),
      shows: fc.constantFrom('indexed' as const, 'current' as const),
      crashes: fc.boolean(),
      sharedMs: fc.constantFrom(0, 49, 90),
    });
    await fc.assert(
      fc.asyncProperty(workload, async (part) => {
        const { missed, changes } = await readUntilSettled({ ...SMALL, ...part });
        expect(changes).toBeGreaterThanOrEqual(SMALL.changes);
        expect(missed).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('would miss some with the live pass alone', async () => {
    const { missed } = await readUntilSettled({ ...SMALL, settleMs: 1e12, rounds: 200 });
    expect(missed.length).toBeGreaterThan(0);
  });

  it('reads nothing twice once all has settled, however many share the last ms', async () => {
    const portal = new LaggingPortal({ lagMs: () => 0, callMs: 100, shows: 'indexed', startAt: START });
    for (let id = 1; id <= 500; id += 1) portal.change(id, START);
    const idle = await readUntilSettled({ ...SMALL, changes: 0, sharedMs: 0, rounds: 40 }, portal);
    expect(idle.missed).toEqual([]);
    const before = portal.searches;
    const more = { ...SMALL, changes: 0, sharedMs: 0, rounds: 4, from: idle.watermarks };
    expect((await readUntilSettled(more, portal)).yielded).toBe(0);
    // One live pass in each round, and a settled one for each ten seconds.
    expect(portal.searches - before).toBeLessThanOrEqual(7);
  });
});

function page(times: readonly number[], after?: string): Page<HubspotRecord> {
  const results = times.map((time, index) => ({
    id: String(index + 1),
    properties: { lastmodifieddate: new Date(time).toISOString() },
    archived: false,
  }));
  return { results, ...(after === undefined ? {} : { after }) };
}

describe('a round', () => {
  const settings = { settleMs: 60_000, settleStepMs: 10_000, overlapMs: 5_000 };
  const at = (now: number) => ({ modified: 'lastmodifieddate', now, settings });

  it('begins at the live watermark, or earlier when that is younger than the overlap, never before the settled one', () => {
    const from = (live: number, settled: number, now: number) =>
      startRound({ live, settled }, now, settings).scan.from;
    expect(from(START, START - 100_000, START + 60_000)).toBe(START);
    expect(from(START, START - 100_000, START + 1_000)).toBe(START - 4_000);
    expect(from(START, START - 2_000, START + 1_000)).toBe(START - 2_000);
    expect(from(START - 9, START, START + 90_000)).toBe(START);
  });

  it('ends after the live pass when too little has aged', () => {
    const round = startRound({ live: START, settled: START }, START + 69_999, settings);
    const step = advanceRound(round, page([]), at(START + 69_999));
    expect(step).toMatchObject({ ok: true, value: { records: [], round: { pass: 'done' } } });
  });

  it('goes on to what has aged, and moves the settled watermark behind it', () => {
    const now = START + 70_000;
    const live = advanceRound(startRound({ live: START, settled: START }, now, settings), page([]), at(now));
    expect(live).toMatchObject({
      ok: true,
      value: { round: { pass: 'settled', scan: { step: 'range', from: START, upTo: START + 10_000 } } },
    });
    if (!live.ok) return;
    const settled = advanceRound(live.value.round, page([START + 1]), at(now));
    expect(settled).toMatchObject({
      ok: true,
      value: { round: { pass: 'done', watermarks: { live: START + 10_001, settled: START + 10_001 } } },
    });
  });

  it('takes no page for an answer that says nothing about the time of a change', () => {
    const round = startRound({ live: START, settled: START }, START, settings);
    const record = { id: '1', properties: {}, archived: false };
    expect(advanceRound(round, { results: [record] }, at(START))).toEqual({
      ok: false,
      problem: 'results[0]: it does not say when it was modified',
    });
  });
});
