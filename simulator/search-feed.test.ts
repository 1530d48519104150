import { expect, it } from 'vitest';
import { resolveBehaviour } from './behaviour.ts';
import { DrivableClock } from './clock.ts';
import { mergeRecords } from './merging.ts';
import { DEFAULT_ACCOUNT } from './options.ts';
import { Portal } from './portal.ts';
import { createRandom, type Random } from './random.ts';
import { archiveRecord, eraseRecord, restoreRecord } from './record-life.ts';
import type { StoredRecord } from './stored-record.ts';
import { applyWrite, CRM_UI, planWrite } from './writes.ts';

const START = Date.parse('2026-11-22T12:00:00.000Z');
const CITIES = ['Oslo', 'Rome', 'Bergen', ''];

type Step = (portal: Portal, records: readonly StoredRecord[]) => void;

function newPortal(mergedId: 'new' | 'primary'): Portal {
  return new Portal({
    account: { ...DEFAULT_ACCOUNT, portalId: 1 },
    behaviour: resolveBehaviour({ mergedId, searchLag: { minMs: 0, maxMs: 4_000 } }),
    clock: startingAt(START),
    random: createRandom(1),
    lagRandom: createRandom(2),
  });
}

function startingAt(now: number): DrivableClock {
  const clock = new DrivableClock({ now: () => now });
  clock.change({ frozen: true });
  return clock;
}

/** Something that happens to a portal, the same to each that it is handed. */
function drawStep(random: Random, n: number): Step {
  const pick = <T>(list: readonly T[], draw: number) => list[Math.floor(draw * list.length)] as T;
  const [kind, first, second, third] = [random(), random(), random(), random()];
  const isSeed = third < 0.2;
  if (kind < 0.15) return ({ clock }) => void clock.change({ advanceMs: Math.floor(first * 5_000) });
  if (kind < 0.2) return ({ clock }) => void clock.change({ advanceMs: -Math.floor(first * 3_000) });
  if (kind < 0.4)
    return (portal) =>
      write(portal, undefined, { email: `p${n}@example.com`, city: pick(CITIES, first) }, isSeed);
  return (portal, records) => {
    if (records.length < 2) return;
    const data = portal.objects('contacts');
    const occasion = { portal, at: portal.clock.now(), requestN: 1 };
    const record = pick(records, first);
    const isThere = data.store.get(record.id) === record;
    if (!isThere) return;
    if (record.archivedAt !== undefined) restoreRecord(data, record, occasion);
    else if (kind < 0.8) write(portal, record, { city: pick(CITIES, second) }, isSeed);
    else if (kind < 0.88) archiveRecord(data, record, occasion);
    else if (kind < 0.9) eraseRecord(data, record, occasion);
    else {
      const loser = pick(records, second);
      const canMerge =
        loser !== record && data.store.get(loser.id) === loser && loser.archivedAt === undefined;
      const details = { now: occasion.at, requestN: 1, source: CRM_UI };
      if (canMerge) mergeRecords({ primary: record, loser }, { portal, data }, details);
    }
  };
}

function write(
  portal: Portal,
  target: StoredRecord | undefined,
  properties: Record<string, string>,
  isSeed: boolean,
): void {
  const context = { portal, data: portal.objects('contacts'), version: 'v3' as const };
  const plan = planWrite({ target, properties }, context, new Map());
  if (!plan.ok) throw new Error(`${JSON.stringify(properties)} was refused: ${plan.failure.kind}`);
  const now = portal.clock.now();
  applyWrite(plan.write, context, { kind: 'update', now, requestN: isSeed ? 0 : 1 });
}

/** All that search knows. */
function shown(portal: Portal): unknown[] {
  const data = portal.objects('contacts');
  const index = portal.search.of(data.type);
  const inOrder = [...index.byModified.walk(0, index.byModified.size)].map(([record]) => record);
  const rows = inOrder.map((record) => [
    record.id,
    index.modifiedOf(record),
    ...['email', 'city', 'lastmodifieddate'].map((name) => index.valueOf(record, name)),
  ]);
  return [rows, [...index.byId.walk(0, index.byId.size)].map(([record]) => record.id)];
}

const all = (portal: Portal) => [...portal.objects('contacts').store.all()];

it.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'an index made when a search comes shows what one shows that followed from the start (%i)',
  (seed) => {
    const mergedId = seed % 2 === 0 ? 'new' : 'primary';
    const [followed, late] = [newPortal(mergedId), newPortal(mergedId)];
    const random = createRandom(seed + 1);
    shown(followed);
    for (let n = 0; n < 80; n += 1) {
      const step = drawStep(random, n);
      for (const portal of [followed, late]) {
        portal.schedule.runDue();
        step(portal, all(portal));
      }
    }
    expect(all(followed).length).toBeGreaterThan(1);
    expect(shown(late)).toEqual(shown(followed));
    for (const portal of [followed, late]) portal.clock.change({ advanceMs: 2_000 });
    expect(shown(late)).toEqual(shown(followed));
  },
);

it('falls asleep when nobody asks during many changes, and shows the same when it wakes', () => {
  const portal = newPortal('new');
  write(portal, undefined, { email: 'a@example.com', city: 'Oslo' }, true);
  const [record] = all(portal);
  const index = portal.search.of(portal.objects('contacts').type);
  for (let n = 0; n <= 10_000; n += 1) {
    portal.clock.change({ advanceMs: 10 });
    write(portal, record, { city: `City ${n}` }, false);
  }
  const woken = portal.search.of(portal.objects('contacts').type);
  expect(woken).not.toBe(index);
  const seen = Number(woken.valueOf(record as StoredRecord, 'city')?.slice('City '.length));
  expect(seen).toBeGreaterThanOrEqual(10_000 - 400);
  expect(seen).toBeLessThan(10_000);
});
