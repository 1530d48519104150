import { OrderedRecords } from './ordered-records.ts';
import type { StoredRecord } from './stored-record.ts';

/** The members of a list with the times at which they joined (ms of the portal's clock). */
export class ListMembers {
  readonly byId = new OrderedRecords();
  readonly byJoin = new OrderedRecords();
  readonly #joined = new Map<StoredRecord, number>();
  /** Of records that joined more than once, by id: when they did first. */
  readonly #firstJoined = new Map<number, number>();

  get size(): number {
    return this.#joined.size;
  }

  has(record: StoredRecord): boolean {
    return this.#joined.has(record);
  }

  /** undefined for no member. */
  joined(record: StoredRecord): { first: number; last: number } | undefined {
    const last = this.#joined.get(record);
    if (last === undefined) return undefined;
    return { first: this.#firstJoined.get(record.numericId) ?? last, last };
  }

  /** Returns whether the record was no member yet. */
  add(record: StoredRecord, at: number): boolean {
    if (this.#joined.has(record)) return false;
    this.#joined.set(record, at);
    this.byId.add(record.numericId, record);
    this.byJoin.add(at, record);
    return true;
  }

  /** Returns whether the record was a member. */
  remove(record: StoredRecord): boolean {
    const joined = this.joined(record);
    if (!joined) return false;
    this.#firstJoined.set(record.numericId, joined.first);
    this.#joined.delete(record);
    this.byId.delete(record.numericId, record);
    this.byJoin.delete(joined.last, record);
    return true;
  }

  /** Takes up a member that was saved. */
  resume(record: StoredRecord, first: number, last: number): void {
    this.add(record, last);
    if (first !== last) this.#firstJoined.set(record.numericId, first);
  }

  [Symbol.iterator](): IterableIterator<[record: StoredRecord, joined: number]> {
    return this.#joined.entries();
  }
}
