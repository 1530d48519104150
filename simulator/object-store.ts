import { z } from 'zod';
import type { ValueChange } from './changes.ts';
import type { ObjectType } from './object-types.ts';
import type { SavedPart } from './saved-part.ts';

/** Links of a record: other type's plural name -> other record -> ids of the kinds of link. */
export type Links = Map<string, Map<StoredRecord, number[]>>;

export interface StoredRecord {
  readonly id: string;
  readonly numericId: number;
  readonly type: ObjectType;
  /** Never holds `undefined`; a cleared property holds ''. */
  readonly properties: Map<string, string>;
  readonly createdAt: string;
  updatedAt: string;
  archivedAt: number | undefined;
  links: Links | undefined;
}

const recordRow = z.tuple([
  z.literal('record'),
  z.number().int(),
  z.string(),
  z.string(),
  z.number().nullable(),
  z.record(z.string(), z.string()),
]);
const savedRow = z.union([
  recordRow,
  z.tuple([z.literal('next'), z.number().int()]),
  z.tuple([z.literal('merged'), z.string(), z.string()]),
  z.tuple([z.literal('unique'), z.string(), z.string(), z.string()]),
]);

/**
 * The records of one object type with their unique values.
 *
 * A record is live, archived (kept, hidden, its unique values free again) or merged away: its id then redirects to the
 * record that absorbed it.
 */
export class ObjectStore implements SavedPart {
  readonly type: ObjectType;
  /** Ascending by id; merged-away records are removed. */
  #records: StoredRecord[] = [];
  readonly #byId = new Map<string, StoredRecord>();
  readonly #unique = new Map<string, Map<string, StoredRecord>>();
  #nextId: number;
  #archivedCount = 0;

  constructor(type: ObjectType) {
    this.type = type;
    this.#nextId = type.firstId;
    for (const name of type.uniqueProperties) this.indexProperty(name);
  }

  get counts(): { live: number; archived: number } {
    return { live: this.#records.length - this.#archivedCount, archived: this.#archivedCount };
  }

  /** The record of `id`, archived ones too, following merges. */
  get(id: string): StoredRecord | undefined {
    return this.#byId.get(id);
  }

  /** The live record that owns a unique value; addresses in the additional list count as the record's own. */
  findUnique(property: string, value: string): StoredRecord | undefined {
    return this.#unique.get(property)?.get(value);
  }

  /** Starts keeping a property's values unique. Called when a `hasUniqueValue` property is created. */
  indexProperty(name: string): void {
    const index = this.#unique.get(name) ?? new Map<string, StoredRecord>();
    this.#unique.set(name, index);
    for (const record of this.#records) {
      const value = record.properties.get(name);
      if (value && record.archivedAt === undefined) index.set(value, record);
    }
  }

  isIndexed(name: string): boolean {
    return this.#unique.has(name);
  }

  create(nowIso: string): StoredRecord {
    const numericId = this.#nextId;
    this.#nextId += 1;
    const record: StoredRecord = {
      id: String(numericId),
      numericId,
      type: this.type,
      properties: new Map(),
      createdAt: nowIso,
      updatedAt: nowIso,
      archivedAt: undefined,
      links: undefined,
    };
    record.properties.set('hs_object_id', record.id);
    record.properties.set(this.type.createdProperty, nowIso);
    record.properties.set(this.type.modifiedProperty, nowIso);
    this.#records.push(record);
    this.#byId.set(record.id, record);
    return record;
  }

  /**
   * Stores a value and keeps the unique index; returns whether it changed. Conflicts are the caller's to refuse before.
   * `changes` gathers what changed, the additional addresses that follow from a new primary one too.
   */
  set(record: StoredRecord, name: string, value: string, changes?: ValueChange[]): boolean {
    const before = record.properties.get(name);
    if (before === value || (before === undefined && value === '')) return false;
    const additional = this.type.secondaryOf?.additional;
    if (name === this.type.secondaryOf?.primary) this.#setPrimary(record, before, value, changes);
    else if (name === additional) this.#setAdditional(record, before, value);
    else {
      const index = this.#unique.get(name);
      if (index) moveValue(index, record, before, value);
      record.properties.set(name, value);
    }
    changes?.push({ name, before: before ?? '', after: record.properties.get(name) ?? '' });
    return true;
  }

  touch(record: StoredRecord, nowIso: string, changes?: ValueChange[]): void {
    changes?.push({ name: this.type.modifiedProperty, before: record.updatedAt, after: nowIso });
    record.updatedAt = nowIso;
    record.properties.set(this.type.modifiedProperty, nowIso);
  }

  archive(record: StoredRecord, now: number): boolean {
    if (record.archivedAt !== undefined) return false;
    record.archivedAt = now;
    this.#archivedCount += 1;
    this.#forgetValues(record);
    return true;
  }

  /** Takes `loser` out of the store; its id, and those that led to it, lead to `winner` from now on. */
  redirect(loser: StoredRecord, winner: StoredRecord): void {
    this.#forgetValues(loser);
    this.#records = this.#records.filter((record) => record !== loser);
    for (const [id, record] of this.#byId) if (record === loser) this.#byId.set(id, winner);
  }

  /** Lets a value that a merge dropped go on leading to the merged record. */
  keepUnique(property: string, value: string, record: StoredRecord): void {
    const index = this.#unique.get(property);
    if (index && !index.has(value)) index.set(value, record);
  }

  /** Up to `limit` records with an id from `afterId` on, in id order, that `accept` takes; and the id to go on from. */
  page(
    afterId: number,
    limit: number,
    accept: (record: StoredRecord) => boolean,
  ): { records: StoredRecord[]; nextId?: string } {
    const found: StoredRecord[] = [];
    for (let place = this.#firstFrom(afterId); place < this.#records.length; place += 1) {
      const record = this.#records[place] as StoredRecord;
      if (!accept(record)) continue;
      if (found.length === limit) return { records: found, nextId: record.id };
      found.push(record);
    }
    return { records: found };
  }

  *dump(): Iterable<unknown> {
    for (const { numericId, createdAt, updatedAt, archivedAt, properties } of this.#records)
      yield ['record', numericId, createdAt, updatedAt, archivedAt ?? null, Object.fromEntries(properties)];
    for (const [id, record] of this.#byId) if (record.id !== id) yield ['merged', id, record.id];
    for (const [name, index] of this.#unique)
      for (const [value, record] of index)
        if (!this.#valuesOf(record, name).includes(value)) yield ['unique', name, value, record.id];
    yield ['next', this.#nextId];
  }

  restore(row: unknown): void {
    const saved = savedRow.parse(row);
    if (saved[0] === 'record') this.#restoreRecord(saved);
    else if (saved[0] === 'next') this.#nextId = saved[1];
    else if (saved[0] === 'merged') this.#byId.set(saved[1], this.#known(saved[2]));
    else this.keepUnique(saved[1], saved[2], this.#known(saved[3]));
  }

  #restoreRecord([, id, createdAt, updatedAt, archivedAt, properties]: z.output<typeof recordRow>): void {
    if (id < this.#nextId) throw new Error(`record ${id} comes after one with a higher id`);
    this.#nextId = id;
    const record = this.create(createdAt);
    record.updatedAt = updatedAt;
    for (const [name, value] of Object.entries(properties)) record.properties.set(name, value);
    if (archivedAt !== null) {
      record.archivedAt = archivedAt;
      this.#archivedCount += 1;
      return;
    }
    for (const [name, index] of this.#unique)
      for (const value of this.#valuesOf(record, name)) index.set(value, record);
  }

  #known(id: string): StoredRecord {
    const record = this.#byId.get(id);
    if (!record) throw new Error(`there is no record ${id}`);
    return record;
  }

  /** The values under which a record is found by a unique property. */
  #valuesOf(record: StoredRecord, name: string): string[] {
    const { secondaryOf } = this.type;
    const additional = name === secondaryOf?.primary ? record.properties.get(secondaryOf.additional) : '';
    return [record.properties.get(name) ?? '', ...splitList(additional)].filter((value) => value !== '');
  }

  #firstFrom(id: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] as StoredRecord).numericId < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** An additional address that becomes primary changes places with the old one; any other new address replaces it. */
  #setPrimary(
    record: StoredRecord,
    before: string | undefined,
    value: string,
    changes: ValueChange[] | undefined,
  ): void {
    const names = this.type.secondaryOf;
    const index = names && this.#unique.get(names.primary);
    if (!names || !index) return;
    const list = record.properties.get(names.additional) ?? '';
    const others = splitList(list);
    if (value !== '' && others.includes(value)) {
      const rest = others.filter((address) => address !== value);
      const after = (before ? [...rest, before] : rest).join(';');
      record.properties.set(names.additional, after);
      changes?.push({ name: names.additional, before: list, after });
      index.set(value, record);
    } else moveValue(index, record, before, value);
    record.properties.set(names.primary, value);
  }

  #setAdditional(record: StoredRecord, before: string | undefined, value: string): void {
    const names = this.type.secondaryOf;
    const index = names && this.#unique.get(names.primary);
    if (!names || !index) return;
    const primary = record.properties.get(names.primary);
    const addresses = [...new Set(splitList(value))].filter((address) => address !== primary);
    for (const address of splitList(before)) if (!addresses.includes(address)) index.delete(address);
    for (const address of addresses) index.set(address, record);
    record.properties.set(names.additional, addresses.join(';'));
  }

  #forgetValues(record: StoredRecord): void {
    for (const [name, index] of this.#unique) {
      const value = record.properties.get(name);
      if (value && index.get(value) === record) index.delete(value);
      if (name !== this.type.secondaryOf?.primary) continue;
      for (const address of splitList(record.properties.get(this.type.secondaryOf.additional))) {
        if (index.get(address) === record) index.delete(address);
      }
    }
  }
}

/** The members of a `;`-joined value, blanks left out. */
export function splitList(value: string | undefined): string[] {
  return value ? value.split(';').filter((member) => member !== '') : [];
}

function moveValue(
  index: Map<string, StoredRecord>,
  record: StoredRecord,
  before: string | undefined,
  value: string,
): void {
  if (before && index.get(before) === record) index.delete(before);
  if (value !== '') index.set(value, record);
}
