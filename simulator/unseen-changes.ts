import type { ValueChange } from './changes.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangedValue } from './value-versions.ts';
import { type RecordBefore, valuesSince } from './written-change.ts';

/** Shows for good, however the clock is moved. */
const SHOWS = Number.NEGATIVE_INFINITY;
/** What shows by now is dropped in one go once there is this much. */
const COMPACT_AT = 16_384;

/** A change that search may not show yet. */
export interface UnseenChange {
  readonly record: StoredRecord;
  /** Modified date before; undefined: search did not show the record. */
  readonly shownAs: string | undefined;
  /** Modified date after. */
  readonly modified: string;
  /** The values it changed, or the versions before it from which they can be told. */
  readonly values: readonly ValueChange[] | RecordBefore;
  /** Ms of the portal's clock. */
  readonly visibleAt: number;
}

/** A change as it is told again; without `modified` the record left search. */
interface ReplayedChange {
  readonly record: StoredRecord;
  readonly shownAs: string | undefined;
  readonly modified: string | undefined;
  readonly values: readonly ValueChange[];
  readonly visibleAt: number;
}

/**
 * The changes of one type that search may not show yet, in the order in which they were made: all from the first one on that
 * waits. Columns rather than an object for each, since every write adds one.
 */
export class UnseenChanges {
  #records: StoredRecord[] = [];
  #shownAs: (string | undefined)[] = [];
  #modified: (string | undefined)[] = [];
  #values: (readonly ValueChange[] | undefined)[] = [];
  #versions: (ChangedValue | undefined)[] = [];
  #visibleAt: number[] = [];
  /** Before it stands what shows. */
  #first = 0;

  /** `now`: ms of the portal's clock; what shows by then, and nothing waits before, is dropped. */
  add({ record, shownAs, modified, values, visibleAt }: UnseenChange, now: number): void {
    this.#drop(now);
    const isTold = !('versions' in values);
    this.#records.push(record);
    this.#shownAs.push(shownAs);
    this.#modified.push(modified);
    this.#values.push(isTold ? values : undefined);
    this.#versions.push(isTold ? undefined : values.versions);
    this.#visibleAt.push(visibleAt);
  }

  /** A record that leaves search at once. */
  addGone(record: StoredRecord, now: number): void {
    this.#drop(now);
    this.#records.push(record);
    this.#shownAs.push(undefined);
    this.#modified.push(undefined);
    this.#values.push([]);
    this.#versions.push(undefined);
    this.#visibleAt.push(SHOWS);
  }

  /** What shows at an instant goes on to do so when the clock is moved back. */
  settle(instant: number): void {
    for (let place = this.#first; place < this.#visibleAt.length; place += 1)
      if ((this.#visibleAt[place] as number) <= instant) this.#visibleAt[place] = SHOWS;
  }

  /** What is not dropped, in the order in which it was made. */
  *replay(): Generator<ReplayedChange> {
    for (let place = this.#first; place < this.#records.length; place += 1) {
      const record = this.#records[place] as StoredRecord;
      yield {
        record,
        shownAs: this.#shownAs[place],
        modified: this.#modified[place],
        values: this.#values[place] ?? valuesSince(record, this.#versions[place]),
        visibleAt: this.#visibleAt[place] as number,
      };
    }
  }

  #drop(now: number): void {
    let first = this.#first;
    while (first < this.#visibleAt.length && (this.#visibleAt[first] as number) <= now) first += 1;
    this.#first = first;
    if (first < COMPACT_AT || first * 2 < this.#records.length) return;
    this.#records = this.#records.slice(first);
    this.#shownAs = this.#shownAs.slice(first);
    this.#modified = this.#modified.slice(first);
    this.#values = this.#values.slice(first);
    this.#versions = this.#versions.slice(first);
    this.#visibleAt = this.#visibleAt.slice(first);
    this.#first = 0;
  }
}
