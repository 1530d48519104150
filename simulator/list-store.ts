import { badRequest } from './api-error.ts';
import type { Change, ChangeFeed } from './changes.ts';
import { createListTest, type ListTest } from './list-filters.ts';
import { ListMembers, type MembershipListener } from './list-members.ts';
import type { ObjectType } from './object-types.ts';
import type { ObjectData } from './portal.ts';
import type { Schedule } from './schedule.ts';
import type { StoredRecord } from './stored-record.ts';

/** Written through the API, filled once by filters and then written, or kept by filters. */
export const PROCESSING_TYPES = ['MANUAL', 'SNAPSHOT', 'DYNAMIC'] as const;

export type ProcessingType = (typeof PROCESSING_TYPES)[number];

export interface ListDetails {
  name: string;
  type: ObjectType;
  processingType: ProcessingType;
  filterBranch: unknown;
}

export interface StoredList extends ListDetails {
  readonly id: string;
  /** The id in the lists API of old. */
  readonly legacyId: string;
  readonly members: ListMembers;
  /** Counts the changes of name and filters. */
  version: number;
  /** Ms of the portal's clock, like all times here. */
  readonly createdAt: number;
  updatedAt: number;
  filtersUpdatedAt: number;
  deletedAt: number | undefined;
  /** When the filters will have been worked through; undefined: they have. */
  filledAt: number | undefined;
  test: ListTest | undefined;
}

export interface ListStoreOptions {
  changes: ChangeFeed;
  schedule: Schedule;
  now: () => number;
  /** undefined for a custom type that has been deleted since. */
  dataOf: (type: ObjectType) => ObjectData | undefined;
  timeZone: string;
  /** Ms from a change of filters or records until lists show it; read at each. */
  delayMs: () => number;
  /** Is told of every record that becomes a member of a list, or is none any more. */
  onMembership: (listId: string, ...change: Parameters<MembershipListener>) => void;
}

const MS_PER_DAY = 86_400_000;
/** Deleted lists can be brought back for so long. */
const RESTORABLE_DAYS = 90;
/** Old ids come from another sequence, so that one never passes for the other. */
const LEGACY_ID_OFFSET = 5_000;

/**
 * The lists of a portal.
 *
 * A list is processing (its filters are being worked through; it shows the members it had), complete, or deleted (hidden, can be
 * brought back for 90 days). Members that are archived or erased leave at once; what absorbed a member joins in its place.
 */
export class ListStore {
  readonly #options: ListStoreOptions;
  readonly #lists = new Map<string, StoredList>();
  /** Changed records that lists kept by filters look at, by the ms at which they do. */
  readonly #changed = new Map<number, Set<StoredRecord>>();
  #nextId = 1;

  constructor(options: ListStoreOptions) {
    this.#options = options;
    options.changes.subscribe((change) => this.#follow(change));
  }

  /** A list that is not deleted. */
  get(id: string): StoredList | undefined {
    const list = this.#lists.get(id);
    return list?.deletedAt === undefined ? list : undefined;
  }

  /** A deleted list that can still be brought back. */
  deleted(id: string, now: number): StoredList | undefined {
    const list = this.#lists.get(id);
    const { deletedAt } = list ?? {};
    return deletedAt !== undefined && now - deletedAt < RESTORABLE_DAYS * MS_PER_DAY ? list : undefined;
  }

  byName(type: ObjectType, name: string): StoredList | undefined {
    return this.live().find((list) => list.type === type && list.name === name);
  }

  byLegacyId(legacyId: string): StoredList | undefined {
    return this.live().find((list) => list.legacyId === legacyId);
  }

  /** In order of id. */
  live(): StoredList[] {
    return this.all().filter((list) => list.deletedAt === undefined);
  }

  /** Deleted ones too. */
  all(): StoredList[] {
    return [...this.#lists.values()];
  }

  /** Throws 400 for a name that is taken and for filters that do not fit. */
  create(details: ListDetails, now: number): StoredList {
    this.#refuseTakenName(details.type, details.name);
    return this.#enter(details, now, String(this.#nextId));
  }

  rename(list: StoredList, name: string, now: number): void {
    if (name === list.name) return;
    this.#refuseTakenName(list.type, name);
    list.name = name;
    this.#touch(list, now);
  }

  /** Throws 400 for filters that do not fit. */
  refilter(list: StoredList, filterBranch: unknown, now: number): void {
    list.test = this.#testOf(list.type, filterBranch);
    list.filterBranch = filterBranch;
    list.filtersUpdatedAt = now;
    this.#touch(list, now);
    this.#process(list, now + this.#options.delayMs(), now);
  }

  delete(list: StoredList, now: number): void {
    list.deletedAt = now;
  }

  /** What records did meanwhile is made up for. Throws 400 when the name has been given to another list. */
  restore(list: StoredList, now: number): void {
    this.#refuseTakenName(list.type, list.name);
    list.deletedAt = undefined;
    if (list.processingType === 'DYNAMIC') this.#process(list, now + this.#options.delayMs(), now);
  }

  clear(): void {
    this.#lists.clear();
    this.#changed.clear();
    this.#nextId = 1;
  }

  /** Records whose changes lists have not looked at yet, by the ms at which they will. */
  unseen(): Iterable<[at: number, records: Iterable<StoredRecord>]> {
    return this.#changed;
  }

  /** Takes up what `unseen` left. */
  resumeUnseen(at: number, records: Iterable<StoredRecord>): void {
    for (const record of records) this.#lookLater(record, at);
  }

  /** Takes up a list that was saved. Throws for an id that is taken. */
  resume(
    details: ListDetails,
    saved: Pick<
      StoredList,
      'id' | 'version' | 'createdAt' | 'updatedAt' | 'filtersUpdatedAt' | 'deletedAt' | 'filledAt'
    >,
  ): StoredList {
    if (this.#lists.has(saved.id)) throw new Error(`there is already a list ${saved.id}`);
    const list = this.#build(details, saved.createdAt, saved.id, true);
    const { version, updatedAt, filtersUpdatedAt, deletedAt, filledAt } = saved;
    Object.assign(list, { version, updatedAt, filtersUpdatedAt, deletedAt });
    this.#lists.set(list.id, list);
    this.#nextId = Math.max(this.#nextId, Number(list.id) + 1);
    if (filledAt !== undefined) this.#process(list, filledAt, Number.NEGATIVE_INFINITY);
    return list;
  }

  #enter(details: ListDetails, now: number, id: string): StoredList {
    const list = this.#build(details, now, id);
    this.#lists.set(id, list);
    this.#nextId += 1;
    if (list.test) this.#process(list, now + this.#options.delayMs(), now);
    return list;
  }

  #build(details: ListDetails, now: number, id: string, archivedToo = false): StoredList {
    const { type, filterBranch } = details;
    return {
      ...details,
      id,
      legacyId: String(Number(id) + LEGACY_ID_OFFSET),
      members: new ListMembers((...change) => this.#options.onMembership(id, ...change)),
      version: 1,
      createdAt: now,
      updatedAt: now,
      filtersUpdatedAt: now,
      deletedAt: undefined,
      filledAt: undefined,
      test: filterBranch === undefined ? undefined : this.#testOf(type, filterBranch, archivedToo),
    };
  }

  /** `archivedToo`: filters of before may name a property that has been archived since. */
  #testOf(type: ObjectType, filterBranch: unknown, archivedToo = false): ListTest {
    const registry = this.#options.dataOf(type)?.registry;
    return createListTest(filterBranch, {
      propertyOf: (name) => registry?.get(name) ?? (archivedToo ? registry?.getArchived(name) : undefined),
      timeZone: this.#options.timeZone,
    });
  }

  #touch(list: StoredList, now: number): void {
    list.updatedAt = now;
    list.version += 1;
  }

  #refuseTakenName(type: ObjectType, name: string): void {
    if (!this.byName(type, name)) return;
    throw badRequest(
      `There is already a list named ${name} for objectTypeId ${type.typeId}; names must be unique`,
      {
        subCategory: 'ListError.DUPLICATE_LIST_NAME',
      },
    );
  }

  #process(list: StoredList, filledAt: number, now: number): void {
    list.filledAt = filledAt;
    if (filledAt <= now) {
      this.#fill(list, now);
      return;
    }
    this.#options.schedule.at(filledAt, (dueAt) => {
      // Another change of the filters may have come in between; its own work does the filling then.
      if (list.filledAt === filledAt && this.#lists.get(list.id) === list) this.#fill(list, dueAt);
    });
  }

  #fill(list: StoredList, at: number): void {
    list.filledAt = undefined;
    const { test, members } = list;
    const records = this.#options
      .dataOf(list.type)
      ?.store.page(
        0,
        Number.POSITIVE_INFINITY,
        (record) => record.archivedAt === undefined && (test?.(record) ?? false),
      ).records;
    if (!records) return;
    const fitting = new Set(records);
    for (const [member] of [...members]) if (!fitting.has(member)) members.remove(member);
    for (const record of records) members.add(record, at);
  }

  #follow(change: Change): void {
    if (this.#lists.size === 0) return;
    switch (change.kind) {
      case 'created':
      case 'updated':
      case 'restored':
        this.#look(change.record, change.at);
        return;
      case 'archived':
      case 'erased':
        for (const list of this.#ofType(change.record.type)) list.members.remove(change.record);
        return;
      case 'merged':
        for (const list of this.#ofType(change.record.type)) {
          const left = change.absorbed.filter((record) => list.members.remove(record));
          if (left.length > 0 && list.processingType !== 'DYNAMIC')
            list.members.add(change.record, change.at);
        }
        this.#look(change.record, change.at);
        return;
      default:
        return;
    }
  }

  /** Has the lists that are kept by filters look at a changed record. */
  #look(record: StoredRecord, at: number): void {
    if (!this.#ofType(record.type).some((list) => list.processingType === 'DYNAMIC')) return;
    const dueAt = at + this.#options.delayMs();
    // Seeds change records of long ago.
    if (dueAt <= this.#options.now()) this.#reconsider(record, dueAt);
    else this.#lookLater(record, dueAt);
  }

  #lookLater(record: StoredRecord, dueAt: number): void {
    const together = this.#changed.get(dueAt);
    if (together) {
      together.add(record);
      return;
    }
    this.#changed.set(dueAt, new Set([record]));
    this.#options.schedule.at(dueAt, () => {
      const records = this.#changed.get(dueAt) ?? [];
      this.#changed.delete(dueAt);
      for (const changed of records) this.#reconsider(changed, dueAt);
    });
  }

  #reconsider(record: StoredRecord, at: number): void {
    // A record that was absorbed since is no more, whatever it still holds.
    const holder = this.#options.dataOf(record.type)?.store.get(record.id);
    const isThere = holder === record && record.archivedAt === undefined;
    for (const list of this.#ofType(record.type)) {
      if (list.processingType !== 'DYNAMIC' || list.filledAt !== undefined || list.deletedAt !== undefined)
        continue;
      if (isThere && list.test?.(record)) list.members.add(record, at);
      else list.members.remove(record);
    }
  }

  #ofType(type: ObjectType): StoredList[] {
    return this.all().filter((list) => list.type === type);
  }
}
