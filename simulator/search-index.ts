import type { ValueChange } from './changes.ts';
import type { ObjectType } from './object-types.ts';
import { OrderedRecords } from './ordered-records.ts';
import type { Schedule } from './schedule.ts';
import type { StoredRecord } from './stored-record.ts';

/** A change that search does not show yet, with the ms of the portal's clock at which it will. */
export interface WaitingChange {
  readonly visibleAt: number;
  /** Ms of the record's modified date once the change shows. */
  readonly modified: number;
  readonly values: readonly ValueChange[];
}

interface ChangedRecord extends Omit<WaitingChange, 'visibleAt'> {
  readonly record: StoredRecord;
}

interface Waiting extends WaitingChange {
  readonly record: StoredRecord;
  /** Overtaken by a later change of the record, or the record is gone. */
  isVoid: boolean;
}

/** First number of places for modified dates; doubled when it is full. */
const FIRST_PLACES = 1_024;

/**
 * What search knows of the records of one type: each record as it was a while ago.
 *
 * A record is hidden (created, not shown yet), shown as it is, or shown as it was before the changes that still wait. A
 * change that becomes visible shows the record as it was after that change, so an earlier one that is still waiting is overtaken. No
 * copies are kept: what is shown is the record with the waiting changes taken back.
 */
export class SearchIndex {
  readonly type: ObjectType;
  readonly byModified = new OrderedRecords();
  readonly byId = new OrderedRecords();
  readonly #waiting = new Map<StoredRecord, Waiting[]>();
  /** By the ms at which they show: one piece of scheduled work for all of them, however many changes there are. */
  readonly #due = new Map<number, Waiting[]>();
  readonly #schedule: Schedule;
  /** Modified date (ms) under which a record is shown, by its id's distance from the first; NaN when it is not. */
  #shownAt = new Float64Array(FIRST_PLACES).fill(Number.NaN);

  constructor(type: ObjectType, schedule: Schedule) {
    this.type = type;
    this.#schedule = schedule;
  }

  /** Records with changes that do not show yet, hidden ones too. */
  get unsettled(): Iterable<StoredRecord> {
    return this.#waiting.keys();
  }

  isShown(record: StoredRecord): boolean {
    return !Number.isNaN(this.modifiedOf(record));
  }

  /** Ms of the modified date as search shows it; NaN for a record that search does not show. */
  modifiedOf(record: StoredRecord): number {
    return this.#shownAt[record.numericId - this.type.firstId] ?? Number.NaN;
  }

  /** The value of a property as search shows it. */
  valueOf(record: StoredRecord, name: string): string | undefined {
    const waiting = this.#waiting.size === 0 ? undefined : this.#waiting.get(record);
    if (!waiting) return record.properties.get(name);
    if (name === this.type.modifiedProperty) return new Date(this.modifiedOf(record)).toISOString();
    for (const { values } of waiting) {
      for (const change of values)
        if (change.name === name) return change.before === '' ? undefined : change.before;
    }
    return record.properties.get(name);
  }

  /** Shows records that come in order of id, those without a modified date left out. The index must be empty. */
  fill(records: Iterable<StoredRecord>, modifiedOf: (record: StoredRecord) => string | undefined): void {
    // Records written together share their date.
    let text = '';
    let modified = Number.NaN;
    const shown: StoredRecord[] = [];
    for (const record of records) {
      const date = modifiedOf(record);
      if (date === undefined) continue;
      if (date !== text) modified = Date.parse(date);
      text = date;
      const place = record.numericId - this.type.firstId;
      if (place >= this.#shownAt.length) this.#grow(place);
      this.#shownAt[place] = modified;
      this.byId.add(record.numericId, record);
      shown.push(record);
    }
    // In order, so that each stands at the end; the sort keeps the order of ids.
    shown.sort((one, other) => this.modifiedOf(one) - this.modifiedOf(other));
    for (const record of shown) this.byModified.add(this.modifiedOf(record), record);
  }

  /** Takes in a change that shows from `visibleAt` on (whole ms of the portal's clock), or at once. */
  change({ record, modified, values }: ChangedRecord, visibleAt: number | 'now'): void {
    if (visibleAt !== 'now') {
      this.#wait({ record, values, modified, visibleAt, isVoid: false });
      return;
    }
    for (const overtaken of this.#waiting.get(record) ?? []) overtaken.isVoid = true;
    this.#waiting.delete(record);
    this.#show(record, modified);
  }

  /** The records with changes that wait, each with those in the order in which they were made. */
  *waiting(): Iterable<{ record: StoredRecord; changes: readonly WaitingChange[] }> {
    for (const [record, changes] of this.#waiting) yield { record, changes };
  }

  /** Archived, erased and absorbed records are gone from search at once. */
  remove(record: StoredRecord): void {
    for (const entry of this.#waiting.get(record) ?? []) entry.isVoid = true;
    this.#waiting.delete(record);
    const modified = this.modifiedOf(record);
    if (Number.isNaN(modified)) return;
    this.byModified.delete(modified, record);
    this.byId.delete(record.numericId, record);
    this.#shownAt[record.numericId - this.type.firstId] = Number.NaN;
  }

  #wait(entry: Waiting): void {
    const { record, visibleAt } = entry;
    const waiting = this.#waiting.get(record);
    if (waiting) waiting.push(entry);
    else this.#waiting.set(record, [entry]);
    const together = this.#due.get(visibleAt);
    if (together) {
      together.push(entry);
      return;
    }
    this.#due.set(visibleAt, [entry]);
    this.#schedule.at(visibleAt, () => {
      const due = this.#due.get(visibleAt) ?? [];
      this.#due.delete(visibleAt);
      for (const other of due) if (!other.isVoid) this.#reveal(other);
    });
  }

  #reveal(entry: Waiting): void {
    const waiting = this.#waiting.get(entry.record) ?? [];
    const later = waiting.slice(waiting.indexOf(entry) + 1);
    for (const earlier of waiting.slice(0, waiting.length - later.length)) earlier.isVoid = true;
    if (later.length === 0) this.#waiting.delete(entry.record);
    else this.#waiting.set(entry.record, later);
    this.#show(entry.record, entry.modified);
  }

  #show(record: StoredRecord, modified: number): void {
    const place = record.numericId - this.type.firstId;
    if (place >= this.#shownAt.length) this.#grow(place);
    const before = this.#shownAt[place] as number;
    if (before === modified) return;
    if (Number.isNaN(before)) this.byId.add(record.numericId, record);
    else this.byModified.delete(before, record);
    this.byModified.add(modified, record);
    this.#shownAt[place] = modified;
  }

  #grow(place: number): void {
    const larger = new Float64Array(Math.max(this.#shownAt.length * 2, place + 1)).fill(Number.NaN);
    larger.set(this.#shownAt);
    this.#shownAt = larger;
  }
}
