import { z } from 'zod';
import type { ObjectStore } from './object-store.ts';
import type { SavedPart } from './saved-part.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangeSource, WriteStamp } from './value-versions.ts';

/** When and by whom: ms, sourceType, sourceId, user id. */
const stampSchema = z.tuple([z.number(), z.string(), z.string().nullable(), z.number().nullable()]);
type SavedStamp = z.output<typeof stampSchema>;

const recordSchema = z.tuple([
  z.literal('record'),
  z.number().int(),
  /** Ms of archiving. */
  z.number().nullable(),
  z.record(z.string(), z.string()),
  stampSchema,
  /** Changes since, oldest first: property, value before. */
  z.array(z.tuple([z.string(), z.string().nullable(), stampSchema])),
]);
const rowSchema = z.union([
  recordSchema,
  z.tuple([z.literal('next'), z.number().int()]),
  z.tuple([z.literal('merged'), z.string(), z.string()]),
  z.tuple([z.literal('unique'), z.string(), z.string(), z.string()]),
]);

/** The records of a type with their versions, the ids that merges left, and the next id. */
export function savedRecords(store: ObjectStore): SavedPart {
  const stamps = createStamps();
  return {
    *dump() {
      for (const record of store.all()) yield saveRecord(store, record);
      yield ['next', store.nextId];
      for (const [id, record] of store.redirects()) yield ['merged', id, record.id];
      for (const [name, value, record] of store.lentValues()) yield ['unique', name, value, record.id];
    },
    restore(row) {
      const saved = rowSchema.parse(row);
      if (saved[0] === 'record') restoreRecord(store, saved, stamps);
      else if (saved[0] === 'next') store.skipTo(saved[1]);
      else if (saved[0] === 'merged') store.lead(saved[1], known(store, saved[2]));
      else store.keepUnique(saved[1], saved[2], known(store, saved[3]));
    },
  };
}

function saveRecord(store: ObjectStore, record: StoredRecord): z.output<typeof recordSchema> {
  return [
    'record',
    record.numericId,
    record.archivedAt ?? null,
    Object.fromEntries(record.properties),
    saveStamp(record.born),
    store.changesOf(record).map(({ name, before, stamp }) => [name, before ?? null, saveStamp(stamp)]),
  ];
}

function restoreRecord(
  store: ObjectStore,
  [, id, archivedAt, values, born, changes]: z.output<typeof recordSchema>,
  stampOf: (saved: SavedStamp) => WriteStamp,
): void {
  store.skipTo(id);
  const record = store.create(stampOf(born));
  // Before the values are there: an archived record must not take unique ones.
  if (archivedAt !== null) store.archive(record, archivedAt);
  store.fill(record, Object.entries(values));
  for (const [name, before, stamp] of changes)
    store.noteChange(record, name, before ?? undefined, stampOf(stamp));
}

function known(store: ObjectStore, id: string): StoredRecord {
  const record = store.get(id);
  if (!record) throw new Error(`there is no record ${id}`);
  return record;
}

function saveStamp({ at, source }: WriteStamp): SavedStamp {
  return [at, source.sourceType, source.sourceId, source.userId];
}

/** Records written together share their stamp in memory, those read from a file too. */
function createStamps(): (saved: SavedStamp) => WriteStamp {
  const sources = new Map<string, ChangeSource>();
  let last: WriteStamp | undefined;
  return ([at, sourceType, sourceId, userId]) => {
    const key = JSON.stringify([sourceType, sourceId, userId]);
    const source = sources.get(key) ?? { sourceType, sourceId, userId };
    sources.set(key, source);
    if (last?.at !== at || last.source !== source) last = { at, iso: new Date(at).toISOString(), source };
    return last;
  };
}
