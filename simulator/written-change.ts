import type { ValueChange } from './changes.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangedValue } from './value-versions.ts';

/** What a record was before a write. */
export interface RecordBefore {
  /** The newest of its versions. */
  readonly versions: ChangedValue | undefined;
  readonly modified: string;
}

/**
 * One write of a record, as the feed tells it. Its values are put together from the record's versions when a listener reads
 * them, since most writes are told to listeners that need none. They are to be read while the change is being told.
 */
export class WrittenChange {
  readonly kind: 'created' | 'updated';
  readonly record: StoredRecord;
  readonly before: RecordBefore | undefined;
  readonly at: number;
  readonly requestN: number;
  #values: readonly ValueChange[] | undefined;

  /** Without `before` the record is new, and everything it holds is a change. */
  constructor(
    record: StoredRecord,
    before: RecordBefore | undefined,
    { at, requestN }: { at: number; requestN: number },
  ) {
    this.kind = before ? 'updated' : 'created';
    this.record = record;
    this.before = before;
    this.at = at;
    this.requestN = requestN;
  }

  get values(): readonly ValueChange[] {
    this.#values ??= this.before ? updated(this.record, this.before) : created(this.record);
    return this.#values;
  }
}

/** The values that changed after a version was the newest, in the order in which they did. */
export function valuesSince(record: StoredRecord, versions: ChangedValue | undefined): ValueChange[] {
  const { properties } = record;
  const values: ValueChange[] = [];
  /** By slot what the next older change of it made. */
  const made = new Map<number, string>();
  for (let change = record.changed; change && change !== versions; change = change.older) {
    const { slot, before = '' } = change;
    values.push({
      name: properties.nameAt(slot),
      before,
      after: made.get(slot) ?? properties.at(slot) ?? '',
    });
    made.set(slot, before);
  }
  return values.reverse();
}

function created({ properties }: StoredRecord): ValueChange[] {
  return [...properties].map(([name, after]) => ({ name, before: '', after }));
}

function updated(record: StoredRecord, { versions, modified }: RecordBefore): ValueChange[] {
  const values = valuesSince(record, versions);
  values.push({ name: record.type.modifiedProperty, before: modified, after: record.updatedAt });
  return values;
}
