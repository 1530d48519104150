import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { type Departure, writeDepartures } from '../../src/mirror/write-departures.ts';
import { type MirrorInput, type WriteOptions, writeRecords } from '../../src/mirror/write-records.ts';
import { databaseKinds, testDatabase, testPglite } from '../support/database.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second));

describe.each(databaseKinds)('the mirror on %s', (kind) => {
  const opening = kind === 'pglite' ? testPglite() : testDatabase();
  let db: Database;

  beforeEach(async () => {
    ({ db } = await opening);
    await db.query(
      'delete from {schema}.mirror_records; delete from {schema}.mirror_changes; delete from {schema}.mirror_links',
    );
  });
  afterAll(async () => (await opening).drop());

  /** A record that was last modified in `updated`, read in `read`. */
  const write = (
    updated: number,
    read: number,
    properties: MirrorInput['properties'],
    options: Partial<WriteOptions> & { id?: string } = {},
  ) => {
    const { id = '1', ...rest } = options;
    return writeRecords(
      db,
      [{ id, properties, createdAt: at(0).toISOString(), updatedAt: at(updated).toISOString() }],
      { objectType: 'contacts', readAt: at(read), ...rest },
    );
  };
  const leave = (read: number, ...departures: Departure[]) =>
    writeDepartures(db, departures, { objectType: 'contacts', readAt: at(read) });
  const row = async (id = 1) => {
    const [found] = await db.query(
      `select properties, state, left_at, merged_into from {schema}.mirror_records where object_type = 'contacts' and id = $1`,
      [id],
    );
    return found;
  };

  it('holds what was read, without empty values and what Postgres refuses', async () => {
    const counts = await write(1, 1, { a: 'x', b: null, c: '', d: 'nul\0', e: 'half \ud83d' });
    expect(counts).toEqual({ inserted: 1, changed: 0, unchanged: 0 });
    expect(await row()).toMatchObject({ properties: { a: 'x', d: 'nul', e: 'half \ufffd' }, state: 'live' });
  });

  it.each([
    ['a later change', 2, 3, 'changed'],
    ['a later change that was read before', 2, 1, 'changed'],
    ['a later reading of the same change', 1, 3, 'changed'],
    ['an earlier reading of the same change', 1, 1, 'unchanged'],
    ['an older state that was read later', 0, 3, 'unchanged'],
  ] as const)('%s: %i, read %i is %s', async (_name, updated, read, count) => {
    await write(1, 2, { a: 'before' });
    expect(await write(updated, read, { a: 'after' })).toMatchObject({ [count]: 1 });
    expect(await row()).toMatchObject({ properties: { a: count === 'changed' ? 'after' : 'before' } });
  });

  it('does not write what is as it was', async () => {
    await write(1, 2, { a: 'x' });
    expect(await write(1, 3, { a: 'x', b: '' })).toEqual({ inserted: 0, changed: 0, unchanged: 1 });
    const [changed] = await db.query(`select read_at from {schema}.mirror_records`);
    expect(changed).toEqual({ read_at: at(2) });
  });

  it('keeps object types apart', async () => {
    await write(1, 1, { a: 'contact' });
    await write(1, 1, { a: 'company' }, { objectType: 'companies' });
    await write(1, 1, { a: 'car' }, { objectType: '2-123' });
    expect(
      await db.query(`select object_type, properties->>'a' as a from {schema}.mirror_records order by 1`),
    ).toEqual([
      { object_type: '2-123', a: 'car' },
      { object_type: 'companies', a: 'company' },
      { object_type: 'contacts', a: 'contact' },
    ]);
  });

  it('keeps former values of the properties that are asked for', async () => {
    await write(1, 1, { a: '1', b: '1' }, { history: ['a', 'c'] });
    await write(2, 2, { a: '2', b: '2' }, { history: ['a', 'c'] });
    await write(3, 3, { a: '2', b: '3' }, { history: ['a', 'c'] });
    await write(4, 4, { b: '4', c: '4' }, { history: true });
    expect(await db.query('select updated_at, changes from {schema}.mirror_changes order by id')).toEqual([
      { updated_at: at(2), changes: { a: ['1', '2'] } },
      { updated_at: at(4), changes: { a: ['2', null], b: ['3', '4'], c: [null, '4'] } },
    ]);
  });

  it('an archived record comes back by a later reading only', async () => {
    await write(1, 1, { a: 'x' });
    expect(await leave(5, { id: '1', state: 'archived', leftAt: at(4).toISOString() })).toBe(1);
    expect(await row()).toMatchObject({ state: 'archived', left_at: at(4), properties: { a: 'x' } });
    expect(await write(9, 5, { a: 'y' })).toMatchObject({ unchanged: 1 });
    expect(await write(1, 6, { a: 'x' })).toMatchObject({ changed: 1 });
    expect(await row()).toMatchObject({ state: 'live', left_at: null });
  });

  it('a record that was read after it was asked for stays', async () => {
    await write(1, 3, { a: 'x' });
    expect(await leave(2, { id: '1', state: 'archived' })).toBe(0);
    expect(await leave(4, { id: '2', state: 'gone' })).toBe(0);
    expect(await row()).toMatchObject({ state: 'live' });
    expect(await row(2)).toBeUndefined();
  });

  it('says into which record one was merged', async () => {
    await write(1, 1, { a: 'x' });
    await leave(2, { id: '1', state: 'merged', into: '7' });
    expect(await row()).toMatchObject({ state: 'merged', merged_into: 7, properties: { a: 'x' } });
  });

  it('keeps nothing of what is gone but its id', async () => {
    await write(1, 1, { email: 'ada@example.com' }, { history: true });
    await write(2, 2, { email: 'ada@example.org' }, { history: true });
    await db.query(
      `insert into {schema}.mirror_links values ('contacts', 1, 'companies', 2, '[]', now()), ('deals', 3, 'contacts', 1, '[]', now())`,
    );
    expect(await leave(3, { id: '1', state: 'gone' })).toBe(1);
    expect(await row()).toMatchObject({ state: 'gone', properties: {} });
    expect(await db.query('select 1 from {schema}.mirror_changes')).toEqual([]);
    expect(await db.query('select 1 from {schema}.mirror_links')).toEqual([]);
    // From the recycle bin it goes too.
    await write(1, 1, { a: 'x' }, { id: '2' });
    await leave(2, { id: '2', state: 'archived' });
    expect(await leave(3, { id: '2', state: 'gone' })).toBe(1);
    expect(await row(2)).toMatchObject({ state: 'gone', properties: {} });
  });
});
