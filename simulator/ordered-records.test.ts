import { beforeEach, expect, it } from 'vitest';
import { ObjectStore, type StoredRecord } from './object-store.ts';
import { findObjectType, type ObjectType } from './object-types.ts';
import { OrderedRecords } from './ordered-records.ts';
import { createRandom, shuffle } from './random.ts';

const BORN = {
  at: 0,
  iso: new Date(0).toISOString(),
  source: { sourceType: 'API', sourceId: null, userId: null },
};
const CONTACTS = findObjectType('contacts') as ObjectType;

let store: ObjectStore;
let ordered: OrderedRecords;
beforeEach(() => {
  store = new ObjectStore(CONTACTS);
  ordered = new OrderedRecords();
});
const records = (count: number) => Array.from({ length: count }, () => store.create(BORN));
const idsOf = (entries: Iterable<[StoredRecord, number]>) => [...entries].map(([record]) => record.numericId);

it('keeps thousands of records in order of number, then id, whatever order they came in', () => {
  const all = records(5_000);
  const keyOf = new Map(all.map((record, place) => [record, place % 7]));
  for (const record of shuffle([...all], createRandom(3))) ordered.add(keyOf.get(record) ?? 0, record);
  const expected = [...all].sort(
    (one, other) => (keyOf.get(one) ?? 0) - (keyOf.get(other) ?? 0) || one.numericId - other.numericId,
  );
  expect(idsOf(ordered.walk(0, ordered.size))).toEqual(expected.map((record) => record.numericId));
  expect(idsOf(ordered.walk(0, ordered.size, true))).toEqual(
    expected.map((record) => record.numericId).reverse(),
  );
});

it('walks any stretch, both ways', () => {
  const all = records(3_000);
  for (const record of all) ordered.add(record.numericId, record);
  const ids = all.map((record) => record.numericId);
  for (const [from, to] of [
    [0, 3],
    [1_020, 1_030],
    [2_047, 2_049],
    [2_990, 3_000],
    [5, 5],
  ] as const) {
    expect(idsOf(ordered.walk(from, to))).toEqual(ids.slice(from, to));
    expect(idsOf(ordered.walk(from, to, true))).toEqual(ids.slice(from, to).reverse());
  }
});

it('ranks a number and an id', () => {
  const [first, second, third] = records(3) as [StoredRecord, StoredRecord, StoredRecord];
  ordered.add(10, first);
  ordered.add(20, second);
  ordered.add(20, third);
  expect([5, 10, 11, 20, 21].map((key) => ordered.rank(key))).toEqual([0, 0, 1, 1, 3]);
  expect(ordered.rank(20, third.numericId)).toBe(2);
});

it('removes what stands there and nothing else', () => {
  const all = records(2_500);
  for (const record of all) ordered.add(record.numericId % 3, record);
  const gone = all.filter((record) => record.numericId % 2 === 0);
  for (const record of gone) expect(ordered.delete(record.numericId % 3, record)).toBe(true);
  expect(ordered.delete(0, gone[0] as StoredRecord)).toBe(false);
  expect(ordered.size).toBe(1_250);
  expect(idsOf(ordered.walk(0, ordered.size)).every((id) => id % 2 === 1)).toBe(true);
});
