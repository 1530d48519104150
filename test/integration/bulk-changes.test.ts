import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { writeRecords } from '../../src/mirror/write-records.ts';
import {
  abortBulkChange,
  listBulkChanges,
  showBulkChange,
  startBulkChange,
} from '../../src/records/bulk-changes.ts';
import type { BulkRequest } from '../../src/records/bulk-request.ts';
import { previewBulkChange } from '../../src/records/preview-bulk.ts';
import { recordBulkChunk } from '../../src/records/record-bulk.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';

const ADAS = { where: { property: 'firstname', is: 'ada' } } as const;
const asked = (over: Partial<BulkRequest> = {}): BulkRequest => ({
  query: ADAS,
  action: { kind: 'update', set: { city: 'Berlin', old: null } },
  requestedBy: 'tests',
  ...over,
});

describe.each(databaseKinds)('bulk changes on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  let db: Database;

  beforeAll(async () => {
    ({ db } = await opening);
  });
  afterAll(async () => (await opening).drop());
  beforeEach(async () => {
    await db.query(
      'truncate {schema}.bulk_changes, {schema}.outbox_events, {schema}.mirror_records, {schema}.mirror_properties, {schema}.segments cascade',
    );
    await writeRecords(
      db,
      Array.from({ length: 10 }, (_, index) => ({
        id: String(index + 1),
        properties: { email: `p${index + 1}@example.com`, firstname: index % 2 ? 'Bob' : 'Ada' },
        updatedAt: '2026-01-02T00:00:00Z',
      })),
      { objectType: 'contacts', readAt: new Date() },
    );
  });

  const recorded = () =>
    db.query<{ key: string; id: string; effect: unknown; priority: number }>(
      `select idempotency_key as key, payload #>> '{record,id}' as id, payload #> '{effects,0}' as effect, priority
       from {schema}.outbox_events where type = 'spoke.effects' order by id`,
    );
  const ids = async () => (await recorded()).map(({ id }) => Number(id));
  async function record(id: number, chunk = 2) {
    while (await recordBulkChunk(db, { id, chunk }));
    return showBulkChange(db, id);
  }

  it('record one event for each record that is found, in chunks', async () => {
    const id = await startBulkChange(db, asked());
    expect(await recordBulkChunk(db, { id, chunk: 2 })).toEqual({
      bulkChange: id,
      recorded: 2,
      ended: false,
    });
    expect(await record(id)).toMatchObject({
      state: 'done',
      total: 5,
      recorded: 5,
      events: { waiting: 5, delivered: 0, dead: 0, cancelled: 0, elsewhere: 0 },
      error: null,
    });
    expect(await ids()).toEqual([1, 3, 5, 7, 9]);
    expect((await recorded())[0]).toEqual({
      key: `spoke.bulk:${id}:1`,
      id: '1',
      effect: {
        kind: 'contact.upsert',
        record: { objectType: 'contacts', idProperty: 'hs_object_id', id: '1' },
        properties: { city: 'Berlin', old: '' },
      },
      priority: 9,
    });
  });

  it('are for the records that there are when they begin', async () => {
    const id = await startBulkChange(db, asked());
    await recordBulkChunk(db, { id, chunk: 2 });
    await writeRecords(
      db,
      [{ id: '99', properties: { firstname: 'Ada' }, updatedAt: '2026-01-03T00:00:00Z' }],
      { objectType: 'contacts', readAt: new Date() },
    );
    expect(await record(id)).toMatchObject({ state: 'done', total: 5, recorded: 5 });
    expect(await ids()).not.toContain(99);
  });

  it.each([1, 2, 3, 4])('take no more records than their limit of %i', async (limit) => {
    const id = await startBulkChange(db, asked({ limit, action: { kind: 'archive' } }));
    expect(await record(id)).toMatchObject({ state: 'done', total: limit, recorded: limit });
    expect(await ids()).toEqual([1, 3, 5, 7].slice(0, limit));
  });

  it('can be aborted between two chunks', async () => {
    const id = await startBulkChange(db, asked({ action: { kind: 'add-to-list', list: 'VIPs' } }));
    await recordBulkChunk(db, { id, chunk: 2 });
    expect(await abortBulkChange(db, id)).toMatchObject({ state: 'aborted', recorded: 2 });
    expect(await recordBulkChunk(db, { id })).toBeUndefined();
    expect(await ids()).toEqual([1, 3]);
    expect((await recorded())[0]?.effect).toMatchObject({ kind: 'list.add', list: 'VIPs' });
  });

  it('say why they end when their segment is no more', async () => {
    await db.query(
      `insert into {schema}.segments (name, object_type, rule, evaluated_at) values ('vips', 'contacts', '{}', now())`,
    );
    const id = await startBulkChange(db, asked({ query: { segment: 'vips' } }));
    await db.query('delete from {schema}.segments');
    expect(await record(id)).toMatchObject({
      state: 'aborted',
      recorded: 0,
      error: expect.stringContaining('There is no segment vips.'),
    });
  });

  it('are the same when they are asked for again with the same key', async () => {
    const idempotency = { key: 'k', hash: 'h' };
    const id = await startBulkChange(db, asked({ idempotency }));
    expect(await startBulkChange(db, asked({ idempotency }))).toBe(id);
    await expect(startBulkChange(db, asked({ idempotency: { key: 'k', hash: 'i' } }))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect((await listBulkChanges(db, 10)).map((change) => change.id)).toEqual([id]);
  });

  it('count only their own events', async () => {
    for (let n = 0; n < 11; n += 1) await record(await startBulkChange(db, asked({ limit: 1 })));
    expect((await listBulkChanges(db, 20)).map(({ events }) => events.waiting)).toEqual(
      Array.from({ length: 11 }, () => 1),
    );
  });

  it('are previewed without a change', async () => {
    expect(await previewBulkChange(db, asked({ limit: 4 }))).toMatchObject({
      total: 4,
      isEstimate: false,
      sample: [{ id: '1', properties: { email: 'p1@example.com', firstname: 'Ada' } }, {}, {}, {}],
      estimate: { calls: 1, basis: 'records' },
    });
    expect(await ids()).toEqual([]);
    expect(await listBulkChanges(db, 1)).toEqual([]);
  });

  it.each<[string, Partial<BulkRequest>]>([
    ['nothing says which records are meant', { query: {} }],
    ['leave it out beside other parts', { query: { ...ADAS, all: true } }],
    ['name at least one property', { action: { kind: 'update', set: {} } }],
    ['an address belongs to one contact', { action: { kind: 'update', set: { email: 'a@example.com' } } }],
    ['The list is empty', { action: { kind: 'add-to-list', list: ' ' } }],
    [
      'The portal has no property citty. Did you mean city?',
      { action: { kind: 'update', set: { citty: 'x' } } },
    ],
    ['HubSpot sets score itself', { action: { kind: 'update', set: { score: 1 } } }],
    ['No two records can have the same value', { action: { kind: 'update', set: { user_id: '1' } } }],
    ['limit', { limit: 0 }],
  ])('are refused: %s', async (message, over) => {
    const definition = { fieldType: 'text', options: [], hasUniqueValue: false, calculated: false };
    for (const [name, more] of [
      ['firstname', {}],
      ['city', {}],
      ['score', { readOnlyValue: true }],
      ['user_id', { hasUniqueValue: true }],
    ] as const)
      await db.query(
        `insert into {schema}.mirror_properties values ('contacts', $1, 'string', $2::jsonb, now())`,
        [name, JSON.stringify({ ...definition, ...more })],
      );
    const refusal = { code: 'BULK_INVALID', message: expect.stringContaining(message) };
    await expect(startBulkChange(db, asked(over))).rejects.toMatchObject(refusal);
    await expect(previewBulkChange(db, asked(over))).rejects.toMatchObject(refusal);
  });

  it('are not to be found under another id', async () => {
    await expect(showBulkChange(db, 7)).rejects.toMatchObject({ code: 'BULK_NOT_FOUND' });
  });
});
