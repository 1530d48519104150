import { OrderedRecords } from './ordered-records.ts';
import type { StoredRecord } from './stored-record.ts';

/** Is told who has become a member (true) or is none any more. */
export type MembershipListener = (record: StoredRecord, joined: boolean) => void;

/** The members of a list with the times at which they joined (ms of the portal's clock). */
export class ListMembers {
  readonly #tell: MembershipListener;
  readonly byId = new OrderedRecords();
  readonly byJoin = new OrderedRecords();
  readonly #joined = new Map<StoredRecord, number>();
  /** Of records that joined more than once, by id: when they did first. */
  readonly #firstJoined = new Map<number, number>();

  constructor(tell: MembershipListener = () => undefined) {
    this.#tell = tell;
  }

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
    this.#put(record, at);
    this.#tell(record, true);
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
    this.#tell(record, false);
    return true;
  }

  /** Takes up a member that was saved; nobody is told. */
  resume(record: StoredRecord, first: number, last: number): void {
    this.#put(record, last);
    if (first !== last) this.#firstJoined.set(record.numericId, first);
  }

  #put(record: StoredRecord, at: number): void {
    this.#joined.set(record, at);
    this.byId.add(record.numericId, record);
    this.byJoin.add(at, record);
  }

  [Symbol.iterator](): IterableIterator<[record: StoredRecord, joined: number]> {
    return this.#joined.entries();
  }
}
