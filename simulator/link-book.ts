import type { AssociationType } from './association-types.ts';
import type { StoredRecord } from './stored-record.ts';

/** The kinds of one link. Links with the same kinds share one set, so that a million of them cost one. */
export type TypeSet = readonly AssociationType[];

/** One entry of a short chain. */
interface Entry {
  readonly to: StoredRecord;
  types: TypeSet;
  next: Entry | undefined;
}

/**
 * The links of one record, in one of two forms: a chain while they are few (most contacts have one company, and a map
 * of its own would cost ten times the entry), shelves by the other side's type once they are more than `CHAIN_MAX`.
 */
export type Links = Entry | Shelves;

export interface LinkEntry {
  to: StoredRecord;
  types: TypeSet;
}

/** Beyond this a chain becomes shelves and stays so. */
const CHAIN_MAX = 8;
/** More late comers than this are sorted in together. */
const MAX_INSERTED = 64;

/** The kinds of the link between two records; undefined when there is none. */
export function findLink(from: StoredRecord, to: StoredRecord): TypeSet | undefined {
  const { links } = from;
  if (links instanceof Shelves) return links.find(to);
  for (let entry = links; entry; entry = entry.next) if (entry.to === to) return entry.types;
  return undefined;
}

/** Sets the kinds of a link in one direction; undefined removes it. */
export function putLink(from: StoredRecord, to: StoredRecord, types: TypeSet | undefined): void {
  if (from.links instanceof Shelves) from.links.put(to, types);
  else if (types === undefined) from.links = without(from.links, to);
  else from.links = withLink(from.links, to, types);
}

/** All links of a record, of one type when `typeName` is given, in no order. Safe while links are changed. */
export function linksOf(from: StoredRecord, typeName?: string): LinkEntry[] {
  const { links } = from;
  if (links instanceof Shelves) return links.entries(typeName);
  const found: LinkEntry[] = [];
  for (let entry = links; entry; entry = entry.next)
    if (typeName === undefined || entry.to.type.name === typeName)
      found.push({ to: entry.to, types: entry.types });
  return found;
}

/** Links to live records of one type with an id from `after` on, ascending, and the id to go on from. */
export function pageOfLinks(
  from: StoredRecord,
  typeName: string,
  page: { after?: number; limit: number },
): { shown: LinkEntry[]; next: string | undefined } {
  const { after = 0, limit } = page;
  const { links } = from;
  if (links instanceof Shelves) return links.page(typeName, after, limit);
  const found = linksOf(from, typeName)
    .filter(({ to }) => to.archivedAt === undefined && to.numericId >= after)
    .sort((one, other) => one.to.numericId - other.to.numericId);
  return { shown: found.slice(0, limit), next: found[limit]?.to.id };
}

class Shelves {
  readonly #byType = new Map<string, Shelf>();

  find(to: StoredRecord): TypeSet | undefined {
    return this.#byType.get(to.type.name)?.types.get(to);
  }

  put(to: StoredRecord, types: TypeSet | undefined): void {
    const shelf = this.#byType.get(to.type.name);
    if (types === undefined) shelf?.remove(to);
    else if (shelf) shelf.put(to, types);
    else {
      const made = new Shelf();
      this.#byType.set(to.type.name, made);
      made.put(to, types);
    }
  }

  entries(typeName: string | undefined): LinkEntry[] {
    const found: LinkEntry[] = [];
    for (const [name, shelf] of this.#byType) {
      if (typeName !== undefined && typeName !== name) continue;
      for (const [to, types] of shelf.types) found.push({ to, types });
    }
    return found;
  }

  page(typeName: string, after: number, limit: number): { shown: LinkEntry[]; next: string | undefined } {
    return this.#byType.get(typeName)?.page(after, limit) ?? { shown: [], next: undefined };
  }
}

/** Links to records of one type: changed in constant time, read in id order. */
class Shelf {
  readonly types = new Map<StoredRecord, TypeSet>();
  /** Ascending by id; may still hold records that are linked no more. */
  #order: StoredRecord[] = [];
  /** Linked since the last read, with a lower id than the last of `#order`. */
  #pending: StoredRecord[] = [];

  put(to: StoredRecord, types: TypeSet): void {
    const isNew = !this.types.has(to);
    this.types.set(to, types);
    if (!isNew) return;
    const last = this.#order.at(-1);
    if (last === undefined || last.numericId < to.numericId) this.#order.push(to);
    else this.#pending.push(to);
  }

  remove(to: StoredRecord): void {
    this.types.delete(to);
  }

  page(after: number, limit: number): { shown: LinkEntry[]; next: string | undefined } {
    const order = this.#ordered();
    const shown: LinkEntry[] = [];
    for (let place = firstFrom(order, after); place < order.length; place += 1) {
      const to = order[place] as StoredRecord;
      const types = to.archivedAt === undefined ? this.types.get(to) : undefined;
      if (!types) continue;
      if (shown.length === limit) return { shown, next: to.id };
      shown.push({ to, types });
    }
    return { shown, next: undefined };
  }

  /** Few late comers are put in their places, many are sorted in; what is linked no more goes when it is the most. */
  #ordered(): readonly StoredRecord[] {
    const isStale = this.#order.length > 2 * this.types.size;
    if (isStale || this.#pending.length > MAX_INSERTED)
      this.#order = [...this.types.keys()].sort((one, other) => one.numericId - other.numericId);
    else for (const to of this.#pending) insert(this.#order, to);
    this.#pending = [];
    return this.#order;
  }
}

function withLink(chain: Entry | undefined, to: StoredRecord, types: TypeSet): Links {
  let length = 0;
  for (let entry = chain; entry; entry = entry.next) {
    if (entry.to === to) {
      entry.types = types;
      return chain as Entry;
    }
    length += 1;
  }
  if (length < CHAIN_MAX) return { to, types, next: chain };
  const shelves = new Shelves();
  for (let entry = chain; entry; entry = entry.next) shelves.put(entry.to, entry.types);
  shelves.put(to, types);
  return shelves;
}

function without(chain: Entry | undefined, to: StoredRecord): Entry | undefined {
  if (chain?.to === to) return chain.next;
  for (let entry = chain; entry; entry = entry.next) {
    if (entry.next?.to === to) {
      entry.next = entry.next.next;
      break;
    }
  }
  return chain;
}

/** One that was taken away and comes back may still be in its place. */
function insert(order: StoredRecord[], to: StoredRecord): void {
  const place = firstFrom(order, to.numericId);
  if (order[place] !== to) order.splice(place, 0, to);
}

function firstFrom(order: readonly StoredRecord[], id: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] as StoredRecord).numericId < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
