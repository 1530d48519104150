import { beforeEach, describe, expect, it } from 'vitest';
import { ObjectStore } from './object-store.ts';
import { findObjectType } from './object-types.ts';
import type { StoredRecord } from './stored-record.ts';
import type { WriteStamp } from './value-versions.ts';

const STAMP: WriteStamp = {
  at: 1,
  iso: '2026-11-22T10:00:00.000Z',
  source: { sourceType: 'CRM_UI', sourceId: null, userId: 7 },
};

let store: ObjectStore;
beforeEach(() => {
  const type = findObjectType('contacts');
  if (!type) throw new Error('there are no contacts');
  store = new ObjectStore(type);
});

const make = (email: string): StoredRecord => {
  const record = store.create(STAMP);
  store.set(record, 'email', email);
  return record;
};

describe('the store', () => {
  it('keeps values by name, and lists those that are set', () => {
    const record = make('a@example.com');
    const other = make('b@example.com');
    store.set(other, 'city', 'Oslo');
    expect(record.properties.get('city')).toBeUndefined();
    expect(record.properties.has('email')).toBe(true);
    expect(record.properties.size).toBe(4);
    expect([...other.properties].slice(3)).toEqual([
      ['email', 'b@example.com'],
      ['city', 'Oslo'],
    ]);
  });

  it.each(['', '0', '99', 'x', '100001x', '1e5', ' 100001', '100002', '99999999999999999999999'])(
    'knows no record of id %j',
    (id) => {
      make('a@example.com');
      expect(store.get(id)).toBeUndefined();
    },
  );

  it('leads from every id of a long chain of merges to the last record', () => {
    const records = Array.from({ length: 20_000 }, (_, place) => make(`p${place}@example.com`));
    for (const [place, record] of records.entries()) {
      const next = records[place + 1];
      if (next) store.redirect(record, next);
    }
    const last = records.at(-1);
    expect(records.every((record) => store.get(record.id) === last)).toBe(true);
    expect(store.counts).toEqual({ live: 1, archived: 0 });
    expect(store.page(0, 10, () => true).records).toEqual([last]);
  });

  it('forgets an erased record under all its ids, and gives its id to no other', () => {
    const [one, other] = [make('a@example.com'), make('b@example.com')];
    store.redirect(one, other);
    store.remove(other);
    expect([store.get(one.id), store.get(other.id)]).toEqual([undefined, undefined]);
    expect(store.findUnique('email', 'b@example.com')).toBeUndefined();
    expect(make('b@example.com').numericId).toBeGreaterThan(other.numericId);
  });

  it('pages archived records alone, by id', () => {
    const records = ['a', 'b', 'c'].map((name) => make(`${name}@example.com`));
    for (const record of [...records].reverse()) store.archive(record, 5);
    const page = store.archivedPage(0, 2);
    expect(page.records).toEqual(records.slice(0, 2));
    expect(store.archivedPage(Number(page.nextId), 2)).toEqual({ records: records.slice(2) });
  });
});
