import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { type ComparedPage, comparePage } from '../../src/mirror/compare-page.ts';
import { writeDepartures } from '../../src/mirror/write-departures.ts';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second));
const record = (id: number, properties: Record<string, string | null>, updated = 1) => ({
  id: String(id),
  properties,
  updatedAt: at(updated).toISOString(),
});

describe.each(databaseKinds)('the mirror held against a page on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  let db: Database;

  beforeEach(async () => {
    ({ db } = await opening);
    await db.query('delete from {schema}.mirror_records');
    await writeRecords(db, [record(1, { a: 'x', days: '3' }), record(2, { a: 'y' }), record(5, { a: 'z' })], {
      objectType: 'contacts',
      readAt: at(2),
    });
  });
  afterAll(async () => (await opening).drop());

  const compare = async (page: Partial<ComparedPage>) => {
    const found = await comparePage(db, {
      objectType: 'contacts',
      records: [
        record(1, { a: 'x', days: '3' }),
        record(2, { a: 'y', b: null }),
        record(5, { a: 'z', b: '' }),
      ],
      range: { fromId: '0', toId: null },
      readAt: at(3),
      properties: ['a', 'b', 'days'],
      calculated: ['days'],
      ...page,
    });
    return found.map(({ id, kind: what, properties }) => [id, what, ...properties]);
  };

  it('is as HubSpot has it', async () => {
    expect(await compare({})).toEqual([]);
  });

  it('lacks a record, has one too many, and one with other values', async () => {
    const records = [
      record(1, { a: 'other', b: 'new', days: '4' }),
      record(3, { a: 'n' }),
      record(5, { a: 'z' }),
    ];
    expect(await compare({ records })).toEqual([
      ['1', 'stale', 'a', 'b', 'days'],
      ['2', 'extra'],
      ['3', 'missing'],
    ]);
  });

  it('differs in nothing but what HubSpot works out by itself', async () => {
    const records = [record(1, { a: 'x', days: '4' }), record(2, { a: 'y' }), record(5, { a: 'z' })];
    expect(await compare({ records })).toEqual([['1', 'calculated', 'days']]);
  });

  it('looks at the properties that were read, and at the ids of the page only', async () => {
    expect(
      await compare({
        records: [record(1, { a: 'x' })],
        properties: ['a'],
        range: { fromId: '0', toId: '2' },
      }),
    ).toEqual([]);
    expect(await compare({ records: [], range: { fromId: '3', toId: null } })).toEqual([['5', 'extra']]);
    expect(await compare({ records: [], range: { ids: ['1', '2', '7'] } })).toEqual([
      ['1', 'extra'],
      ['2', 'extra'],
    ]);
    expect(await compare({ records: [], objectType: 'deals' })).toEqual([]);
  });

  it('leaves out what was read after the page was asked for', async () => {
    expect(await compare({ records: [record(1, { a: 'older' })], readAt: at(1) })).toEqual([]);
  });

  it('lacks a record that it takes for archived, unless that was found after the page was asked for', async () => {
    await writeDepartures(db, [{ id: '2', state: 'archived' }], { objectType: 'contacts', readAt: at(4) });
    expect(await compare({ readAt: at(5) })).toEqual([['2', 'missing']]);
    expect(await compare({ readAt: at(3) })).toEqual([]);
  });
});
