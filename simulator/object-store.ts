import type { ValueChange } from './changes.ts';
import type { ObjectType } from './object-types.ts';
import { PropertySlots, PropertyValues } from './property-values.ts';
import { StoredRecord } from './stored-record.ts';
import { addChange, type ValueVersion, versionsOf, type WriteStamp } from './value-versions.ts';

export type { StoredRecord } from './stored-record.ts';

/** How a value is stored: `since` keeps the old one as a version, `changes` gathers what changed. */
export interface SetOptions {
  since?: WriteStamp | undefined;
  changes?: ValueChange[] | undefined;
}

/**
 * The records of one object type with their unique values.
 *
 * A record is live, archived (kept, hidden, its unique values free again), merged away (its id then redirects to the
 * record that absorbed it) or erased (its id leads nowhere).
 */
export class ObjectStore {
  readonly type: ObjectType;
  readonly #slots = new PropertySlots();
  /**
   * By id less the type's first id. The place of a merged-away record holds the record that absorbed it, which may itself
   * have been absorbed later; the place of an erased one is undefined.
   */
  readonly #places: (StoredRecord | undefined)[] = [];
  readonly #unique = new Map<string, Map<string, StoredRecord>>();
  /** In order of archiving. */
  readonly #archived = new Set<StoredRecord>();
  #liveCount = 0;

  constructor(type: ObjectType) {
    this.type = type;
    for (const name of ['hs_object_id', type.createdProperty, type.modifiedProperty]) this.#slots.of(name);
    for (const name of type.uniqueProperties) this.indexProperty(name);
  }

  get counts(): { live: number; archived: number } {
    return { live: this.#liveCount, archived: this.#archived.size };
  }

  /** The record of `id`, archived ones too, following merges. */
  get(id: string): StoredRecord | undefined {
    const place = placeOf(id, this.type.firstId);
    return place === undefined ? undefined : this.#at(place);
  }

  /** The live record that owns a unique value; addresses in the additional list count as the record's own. */
  findUnique(property: string, value: string): StoredRecord | undefined {
    return this.#unique.get(property)?.get(value);
  }

  /** Starts keeping a property's values unique. Called when a `hasUniqueValue` property is created. */
  indexProperty(name: string): void {
    if (!this.#unique.has(name)) this.#unique.set(name, new Map());
    for (const record of this.live()) this.#findBy(name, record);
  }

  isIndexed(name: string): boolean {
    return this.#unique.has(name);
  }

  get uniqueNames(): string[] {
    return [...this.#unique.keys()];
  }

  create(born: WriteStamp): StoredRecord {
    const numericId = this.type.firstId + this.#places.length;
    const properties = new PropertyValues(this.#slots);
    const record = new StoredRecord(numericId, this.type, { properties, born });
    this.#places.push(record);
    this.#liveCount += 1;
    return record;
  }

  /**
   * Stores a value and keeps the unique index; returns whether it changed. Conflicts are the caller's to refuse before.
   * A new primary address may change the additional ones too.
   */
  set(record: StoredRecord, name: string, value: string, options: SetOptions = {}): boolean {
    const slot = this.#slots.of(name);
    const before = record.properties.at(slot);
    if (before === value || (before === undefined && value === '')) return false;
    const additional = this.type.secondaryOf?.additional;
    let after = value;
    if (name === this.type.secondaryOf?.primary) this.#setPrimary(record, before, value, options);
    else if (name === additional) after = this.#setAdditional(record, before, value);
    else {
      const index = this.#unique.get(name);
      if (index) moveValue(index, record, before, value);
    }
    if (after === before) return false;
    this.#put(record, slot, after, options);
    return true;
  }

  touch(record: StoredRecord, stamp: WriteStamp, changes?: ValueChange[]): void {
    changes?.push({ name: this.type.modifiedProperty, before: record.updatedAt, after: stamp.iso });
    record.properties.set(this.type.modifiedProperty, stamp.iso);
  }

  /** Values that a property had, newest first. */
  versions(record: StoredRecord, name: string): ValueVersion[] {
    const slot = this.#slots.find(name);
    const current = record.properties.get(name);
    if (slot === undefined) return [];
    if (name === this.type.modifiedProperty && current !== undefined) {
      const stamp = { ...(record.changed?.stamp ?? record.born), at: Date.parse(current), iso: current };
      return [{ value: current, stamp }];
    }
    return versionsOf(record.changed, slot, { current, born: record.born });
  }

  /** Stores values as they are, of a record that is new. */
  fill(record: StoredRecord, values: Iterable<[name: string, value: string]>): void {
    for (const [name, value] of values) record.properties.set(name, value);
    if (record.archivedAt !== undefined) return;
    for (const name of this.#unique.keys()) this.#findBy(name, record);
  }

  /** Changes of a record with their names, oldest first. */
  changesOf(record: StoredRecord): { name: string; before: string | undefined; stamp: WriteStamp }[] {
    const found = [];
    for (let change = record.changed; change; change = change.older)
      found.push({ name: this.#slots.nameOf(change.slot), before: change.before, stamp: change.stamp });
    return found.reverse();
  }

  /** Adds a change to the versions of a record, as the newest. */
  noteChange(record: StoredRecord, name: string, before: string | undefined, stamp: WriteStamp): void {
    record.changed = addChange(record.changed, { slot: this.#slots.of(name), before, stamp });
  }

  archive(record: StoredRecord, now: number): boolean {
    if (record.archivedAt !== undefined) return false;
    record.archivedAt = now;
    this.#archived.add(record);
    this.#liveCount -= 1;
    this.#forgetValues(record);
    return true;
  }

  /** Back from the recycle bin. Its unique values must be free. */
  unarchive(record: StoredRecord): void {
    if (!this.#archived.delete(record)) return;
    record.archivedAt = undefined;
    this.#liveCount += 1;
    for (const name of this.#unique.keys()) this.#findBy(name, record);
  }

  /** A unique value of an archived record that a live one has taken since. */
  takenValues(record: StoredRecord): { name: string; owner: StoredRecord } | undefined {
    for (const [name, index] of this.#unique)
      for (const value of this.#valuesOf(record, name)) {
        const owner = index.get(value);
        if (owner && owner !== record) return { name, owner };
      }
    return undefined;
  }

  /** Records that were archived at an instant (ms) or before. */
  archivedBefore(instant: number): StoredRecord[] {
    const found: StoredRecord[] = [];
    for (const record of this.#archived) if ((record.archivedAt ?? 0) <= instant) found.push(record);
    return found;
  }

  /** Takes a record out for good; its id leads nowhere. */
  remove(record: StoredRecord): void {
    this.#drop(record);
    this.#places[record.numericId - this.type.firstId] = undefined;
  }

  /** Takes `loser` out of the store; its id, and those that led to it, lead to `winner` from now on. */
  redirect(loser: StoredRecord, winner: StoredRecord): void {
    this.#drop(loser);
    this.#places[loser.numericId - this.type.firstId] = winner;
  }

  /** Gives a record that a merge has just made the values and versions of the one it continues. */
  inherit(record: StoredRecord, from: StoredRecord): void {
    const own = ['hs_object_id', this.type.createdProperty, this.type.modifiedProperty];
    for (const [name, value] of from.properties) if (!own.includes(name)) this.set(record, name, value);
    record.born = from.born;
    record.changed = from.changed;
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
    const first = Math.max(0, afterId - this.type.firstId);
    for (let place = first; place < this.#places.length; place += 1) {
      const record = this.#places[place];
      if (!record || !this.#standsAt(record, place) || !accept(record)) continue;
      if (found.length === limit) return { records: found, nextId: record.id };
      found.push(record);
    }
    return { records: found };
  }

  /** The same of archived records alone, of which there are few. */
  archivedPage(afterId: number, limit: number): { records: StoredRecord[]; nextId?: string } {
    const found = [...this.#archived]
      .filter((record) => record.numericId >= afterId)
      .sort((one, other) => one.numericId - other.numericId);
    const next = found[limit];
    return { records: found.slice(0, limit), ...(next ? { nextId: next.id } : {}) };
  }

  /** In id order. */
  *live(): Generator<StoredRecord> {
    for (const record of this.all()) if (record.archivedAt === undefined) yield record;
  }

  /** Archived ones too, in id order. */
  *all(): Generator<StoredRecord> {
    for (const [place, record] of this.#places.entries())
      if (record && this.#standsAt(record, place)) yield record;
  }

  /** Archived ones too, from the highest id below `before` down. */
  *allDown(before: number): Generator<StoredRecord> {
    for (let place = Math.min(before, this.nextId) - this.type.firstId - 1; place >= 0; place -= 1) {
      const record = this.#places[place];
      if (record && this.#standsAt(record, place)) yield record;
    }
  }

  /** Ids that lead to another record since a merge. */
  *redirects(): Generator<[id: string, record: StoredRecord]> {
    for (const [place, record] of this.#places.entries()) {
      if (!record || this.#standsAt(record, place)) continue;
      const target = this.#at(place);
      if (target) yield [String(this.type.firstId + place), target];
    }
  }

  /** Unique values under which a record is found though it does not hold them. */
  *lentValues(): Generator<[property: string, value: string, record: StoredRecord]> {
    for (const [name, index] of this.#unique)
      for (const [value, record] of index)
        if (!this.#valuesOf(record, name).includes(value)) yield [name, value, record];
  }

  get nextId(): number {
    return this.type.firstId + this.#places.length;
  }

  /** Leaves ids below `id` unused. Throws when one from there on is in use. */
  skipTo(id: number): void {
    if (id < this.nextId) throw new Error(`record ${id} comes after one with a higher id`);
    while (this.nextId < id) this.#places.push(undefined);
  }

  /** Lets an id that no record has lead to `record`. */
  lead(id: string, record: StoredRecord): void {
    const place = placeOf(id, this.type.firstId);
    if (place === undefined || place >= this.#places.length || this.#places[place])
      throw new Error(`${id} is no id that could lead to record ${record.id}`);
    this.#places[place] = record;
  }

  /** Follows merges, and shortens the way for the next time. */
  #at(place: number): StoredRecord | undefined {
    let record = this.#places[place];
    if (!record || this.#standsAt(record, place)) return record;
    const passed: number[] = [];
    for (let at = place; record && !this.#standsAt(record, at); record = this.#places[at]) {
      passed.push(at);
      at = record.numericId - this.type.firstId;
    }
    for (const at of passed) this.#places[at] = record;
    return record;
  }

  #standsAt(record: StoredRecord, place: number): boolean {
    return record.numericId - this.type.firstId === place;
  }

  #findBy(name: string, record: StoredRecord): void {
    for (const value of this.#valuesOf(record, name)) this.#unique.get(name)?.set(value, record);
  }

  #drop(record: StoredRecord): void {
    if (record.archivedAt === undefined) this.#liveCount -= 1;
    else this.#archived.delete(record);
    this.#forgetValues(record);
  }

  /** The only place where a value changes. */
  #put(record: StoredRecord, slot: number, after: string, { since, changes }: SetOptions): void {
    const before = record.properties.at(slot);
    record.properties.setAt(slot, after);
    changes?.push({ name: this.#slots.nameOf(slot), before: before ?? '', after });
    if (since) record.changed = addChange(record.changed, { slot, before, stamp: since });
  }

  /** An additional address that becomes primary changes places with the old one; any other new address replaces it. */
  #setPrimary(record: StoredRecord, before: string | undefined, value: string, options: SetOptions): void {
    const names = this.type.secondaryOf;
    const index = names && this.#unique.get(names.primary);
    if (!names || !index) return;
    const others = splitList(record.properties.get(names.additional));
    if (value === '' || !others.includes(value)) {
      moveValue(index, record, before, value);
      return;
    }
    const rest = others.filter((address) => address !== value);
    const list = (before ? [...rest, before] : rest).join(';');
    this.#put(record, this.#slots.of(names.additional), list, options);
    index.set(value, record);
  }

  /** Returns the list as it is kept: each address once, the primary left out. */
  #setAdditional(record: StoredRecord, before: string | undefined, value: string): string {
    const names = this.type.secondaryOf;
    const index = names && this.#unique.get(names.primary);
    if (!names || !index) return value;
    const primary = record.properties.get(names.primary);
    const addresses = [...new Set(splitList(value))].filter((address) => address !== primary);
    for (const address of splitList(before)) if (!addresses.includes(address)) index.delete(address);
    for (const address of addresses) index.set(address, record);
    return addresses.join(';');
  }

  #forgetValues(record: StoredRecord): void {
    for (const [name, index] of this.#unique)
      for (const value of this.#valuesOf(record, name)) if (index.get(value) === record) index.delete(value);
  }

  /** The values under which a record is found by a unique property. */
  #valuesOf(record: StoredRecord, name: string): string[] {
    const { secondaryOf } = this.type;
    const additional = name === secondaryOf?.primary ? record.properties.get(secondaryOf.additional) : '';
    return [record.properties.get(name) ?? '', ...splitList(additional)].filter((value) => value !== '');
  }
}

/** The members of a `;`-joined value, blanks left out. */
export function splitList(value: string | undefined): string[] {
  return value ? value.split(';').filter((member) => member !== '') : [];
}

/** Only plain decimal digits are an id. */
function placeOf(id: string, firstId: number): number | undefined {
  let number = 0;
  for (let at = 0; at < id.length; at += 1) {
    const digit = id.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number >= firstId && Number.isSafeInteger(number) ? number - firstId : undefined;
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
