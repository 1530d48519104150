import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { giveBackShared, takeShared } from '../../src/outbox/shared-records.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

const ACME = 'companies:crm_id:acme';
const BOLT = 'companies:crm_id:bolt';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(() => db.query('truncate {schema}.shared_records'));

const take = (holder: string, shared: string[], leaseMs = 60_000) =>
  takeShared(db, { holder, shared, own: [], leaseMs });
const giveBack = (holder: string, keys: string[], written: Record<string, Record<string, number>> = {}) =>
  giveBackShared(db, { holder, keys, written: new Map(Object.entries(written)) });

describe('shared records', () => {
  it('are held by one claim at a time, each by itself', async () => {
    expect([...(await take('a', [ACME])).held]).toEqual([ACME]);
    expect([...(await take('b', [ACME, BOLT])).held]).toEqual([BOLT]);
    await giveBack('a', [ACME]);
    expect([...(await take('b', [ACME])).held]).toEqual([ACME]);
  });

  it('are free again when a holder has not come back in time', async () => {
    await take('a', [ACME], 0);
    expect([...(await take('b', [ACME])).held]).toEqual([ACME]);
  });

  it('are not taken from their new holder by one that comes back late, whose values are noted all the same', async () => {
    await take('late', [ACME], 0);
    await take('new', [ACME]);
    await giveBack('late', [ACME], { [ACME]: { city: 7 } });
    const { held, written } = await take('third', [ACME]);
    expect(held.size).toBe(0);
    expect(written.get(ACME)).toEqual({ city: 7 });
  });

  it('keep the newest event of each property, whoever notes it first', async () => {
    await take('a', [ACME]);
    await giveBack('a', [ACME], { [ACME]: { city: 12, name: 3 } });
    await giveBack('b', [ACME], { [ACME]: { city: 9, name: 10, phone: 2 } });
    expect((await take('c', [ACME])).written.get(ACME)).toEqual({ city: 12, name: 10, phone: 2 });
  });

  it('note what a claim wrote to a record that it held by the lane of it', async () => {
    await giveBack('a', [], { [ACME]: { city: 5 } });
    expect((await take('b', [ACME])).written.get(ACME)).toEqual({ city: 5 });
  });
});
