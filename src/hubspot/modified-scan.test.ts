import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaggingPortal } from '../../test/support/lagging-portal.ts';
import { advanceScan, type ModifiedScan, scanSearch, startScan } from './modified-scan.ts';
import type { Page } from './page.ts';
import { createRecordScans } from './record-scans.ts';
import type { Records } from './records.ts';

const START = Date.UTC(2026, 10, 1);
const MODIFIED = 'lastmodifieddate';

function page(entries: readonly (readonly [id: number, offset: number])[], after?: string) {
  const results = entries.map(([id, offset]) => ({
    id: String(id),
    properties: { [MODIFIED]: new Date(START + offset).toISOString() },
    archived: false,
  }));
  return { results, ...(after === undefined ? {} : { after }) };
}

type Open = Exclude<ModifiedScan, { step: 'done' }>;
const range = (offset: number, upTo?: number): Open => ({
  step: 'range',
  from: START + offset,
  ...(upTo === undefined ? {} : { upTo: START + upTo }),
});

/** The ids a page gives out, and where the scan goes on. */
function step(scan: Open, given: Page<ReturnType<typeof page>['results'][number]>) {
  const parsed = advanceScan(scan, given, MODIFIED);
  if (!parsed.ok) return parsed.problem;
  return { ids: parsed.value.records.map(({ id }) => Number(id)), scan: parsed.value.scan };
}

describe('a scan of changes', () => {
  it.each<[string, Open, Parameters<typeof page>, { ids: number[]; scan: object }]>([
    [
      'ends with the last page',
      range(0),
      [
        [
          [1, 3],
          [2, 5],
        ],
      ],
      { ids: [1, 2], scan: { step: 'done', from: START + 6 } },
    ],
    [
      'that is empty ends where it began',
      range(4),
      [[]],
      { ids: [], scan: { step: 'done', from: START + 4 } },
    ],
    [
      'with an end is complete up to there',
      range(0, 9),
      [[[1, 3]]],
      { ids: [1], scan: { step: 'done', from: START + 10 } },
    ],
    [
      'leaves the last ms of a full page to the next search, which begins with it',
      range(0),
      [
        [
          [1, 3],
          [2, 5],
          [3, 5],
        ],
        '3',
      ],
      { ids: [1], scan: range(5) },
    ],
    [
      'reads a ms that fills a page in order of ids',
      range(5),
      [
        [
          [2, 5],
          [3, 5],
        ],
        '2',
      ],
      { ids: [], scan: { step: 'window', from: START + 5, to: START + 5 } },
    ],
    [
      'does not trust the time of a record that was changed again after the end',
      range(0, 9),
      [
        [
          [1, 3],
          [2, 4],
          [3, 50],
        ],
        '3',
      ],
      { ids: [1, 3], scan: range(4, 9) },
    ],
    [
      'reads in order of ids when all of a page was changed again',
      range(0, 9),
      [
        [
          [1, 40],
          [2, 50],
        ],
        '2',
      ],
      { ids: [], scan: { step: 'window', from: START, to: START + 9, upTo: START + 9 } },
    ],
    [
      'goes on within a window behind the last id',
      { step: 'window', from: START, to: START, afterId: '9' },
      [
        [
          [10, 0],
          [100, 0],
        ],
        '2',
      ],
      { ids: [10, 100], scan: { step: 'window', from: START, to: START, afterId: '100' } },
    ],
    [
      'goes on behind a window that is through',
      { step: 'window', from: START, to: START, afterId: '9' },
      [[[10, 0]]],
      { ids: [10], scan: range(1) },
    ],
    [
      'ends with a window that reaches its end',
      { step: 'window', from: START, to: START + 9, upTo: START + 9, afterId: '9' },
      [[]],
      { ids: [], scan: { step: 'done', from: START + 10 } },
    ],
  ])('%s', (_, scan, given, expected) => {
    expect(step(scan, page(...given))).toEqual(expected);
  });

  it('takes no page of a window that is out of order', () => {
    const scan: Open = { step: 'window', from: START, to: START, afterId: '9' };
    expect(
      step(
        scan,
        page(
          [
            [11, 0],
            [10, 0],
          ],
          '2',
        ),
      ),
    ).toBe('results[1]: its id does not follow the one before');
    expect(step(scan, page([[9, 0]], '1'))).toBe('results[0]: its id does not follow the one before');
  });

  it('never begins at the epoch, where HubSpot fails, and is over when it ends before it begins', () => {
    expect(startScan(0)).toEqual({ step: 'range', from: 1000 });
    expect(startScan(START, START - 1)).toEqual({ step: 'done', from: START });
  });

  it('asks for one ms with EQ, and for the rest of a window behind its last id', () => {
    const scan: Open = { step: 'window', from: START, to: START, afterId: '9' };
    expect(scanSearch(scan, MODIFIED)).toEqual({
      filters: [
        { propertyName: MODIFIED, operator: 'EQ', value: String(START) },
        { propertyName: 'hs_object_id', operator: 'GT', value: '9' },
      ],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
    });
    expect(scanSearch(range(0, 9), MODIFIED)).toEqual({
      filters: [
        { propertyName: MODIFIED, operator: 'GTE', value: String(START) },
        { propertyName: MODIFIED, operator: 'LTE', value: String(START + 9) },
      ],
      sorts: [{ propertyName: MODIFIED, direction: 'ASCENDING' }],
    });
  });

  it('gives out every record exactly once, whatever shares a ms, in a bounded number of searches', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (offsets, pageSize, bounded) => {
          const portal = new LaggingPortal({
            lagMs: () => 0,
            callMs: 1,
            shows: 'indexed',
            startAt: START + 40,
          });
          for (const [index, offset] of offsets.entries()) portal.change(index + 1, START + offset);
          const scans = createRecordScans(portal.records as Records);
          const given: number[] = [];
          let watermark = START;
          const to = bounded ? { upTo: START + 30 } : {};
          for await (const part of scans.searchModified('contacts', { since: START, ...to }, { pageSize })) {
            given.push(...part.records.map(({ id }) => Number(id)));
            expect(part.watermark).toBeGreaterThanOrEqual(watermark);
            watermark = part.watermark;
          }
          expect(given.toSorted((a, b) => a - b)).toEqual(offsets.map((_, index) => index + 1));
          // At worst each ms needs a search that finds it full, and pages of its own.
          expect(portal.searches).toBeLessThanOrEqual(3 * 31 + Math.ceil(offsets.length / pageSize) + 2);
        },
      ),
      { numRuns: 100 },
    );
  });
});
