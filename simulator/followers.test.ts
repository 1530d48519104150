import { beforeEach, describe, expect, it } from 'vitest';
import { resolveBehaviour } from './behaviour.ts';
import { DrivableClock } from './clock.ts';
import type { StoredList } from './list-store.ts';
import { DEFAULT_ACCOUNT } from './options.ts';
import { Portal } from './portal.ts';
import { createRandom } from './random.ts';
import { insertRecords } from './records.ts';
import type { StoredRecord } from './stored-record.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');

let portal: Portal;
let record: StoredRecord;
let list: StoredList;

beforeEach(() => {
  portal = new Portal({
    account: { ...DEFAULT_ACCOUNT, portalId: 1 },
    behaviour: resolveBehaviour({ searchLag: 2_000 }),
    clock: new DrivableClock(),
    random: createRandom(1),
    lagRandom: createRandom(2),
  });
  portal.clock.change({ now: NOW, frozen: true });
  const data = portal.objects('contacts');
  const [id = ''] = insertRecords(portal, 'contacts', [{ email: 'a@example.com', city: 'Oslo' }]);
  record = data.store.get(id) as StoredRecord;
  const everyone = { filterBranchType: 'AND', filters: [] };
  list = portal.lists.create(
    { name: 'Everyone', type: data.type, processingType: 'DYNAMIC', filterBranch: everyone },
    NOW,
  );
  portal.clock.change({ advanceMs: 3_000 });
});

const found = () => portal.search.of(record.type).isShown(record);
const now = () => portal.clock.now();

describe('what follows the feed', () => {
  it('forgets an erased record at once', () => {
    expect([found(), list.members.has(record)]).toEqual([true, true]);
    portal.changes.tell({ kind: 'erased', record, at: now(), requestN: 1 });
    expect([found(), list.members.has(record)]).toEqual([false, false]);
  });

  it('takes a restored record back after its delay', () => {
    portal.changes.tell({ kind: 'archived', record, at: now(), requestN: 1 });
    expect([found(), list.members.has(record)]).toEqual([false, false]);
    portal.changes.tell({ kind: 'restored', record, at: now(), requestN: 2 });
    portal.clock.change({ advanceMs: 1_999 });
    expect([found(), list.members.has(record)]).toEqual([false, false]);
    portal.clock.change({ advanceMs: 1 });
    expect(found()).toBe(true);
    portal.clock.change({ advanceMs: 1_000 });
    expect(list.members.has(record)).toBe(true);
  });

  it('delays a value that changes without the modified date, as calculated ones do', () => {
    const index = portal.search.of(record.type);
    const modified = index.modifiedOf(record);
    record.properties.set('city', 'Rome');
    const values = [{ name: 'city', before: 'Oslo', after: 'Rome' }];
    portal.changes.tell({ kind: 'updated', record, values, at: now(), requestN: 1 });
    expect(index.valueOf(record, 'city')).toBe('Oslo');
    portal.clock.change({ advanceMs: 2_000 });
    expect(index.valueOf(record, 'city')).toBe('Rome');
    expect(index.modifiedOf(record)).toBe(modified);
  });

  it('shows changes of long ago at once, without a thing that waits', () => {
    const waiting = portal.schedule.waiting;
    const at = now() - 86_400_000;
    portal.changes.tell({ kind: 'updated', record, values: [], at, requestN: 0 });
    expect(found()).toBe(true);
    expect(portal.schedule.waiting).toBe(waiting);
  });
});
