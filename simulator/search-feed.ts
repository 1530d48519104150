import type { Change, ValueChange } from './changes.ts';
import type { ObjectType } from './object-types.ts';
import type { Schedule } from './schedule.ts';
import { SearchIndex, type WaitingChange } from './search-index.ts';
import type { StoredRecord } from './stored-record.ts';
import { UnseenChanges } from './unseen-changes.ts';
import { WrittenChange } from './written-change.ts';

/** An index is dropped when nobody has asked for it during so many changes, or as many as it has records. */
const LEAST_UNASKED = 10_000;

export interface SearchFeedOptions {
  readonly schedule: Schedule;
  /** Ms of the portal's clock: changes of long ago, as seeds make them, show at once. */
  readonly now: () => number;
  /** The live records of a type, in order of id. */
  readonly recordsOf: (type: ObjectType) => Iterable<StoredRecord>;
}

/** A change after which search shows a record, or shows it differently. */
export type ShownChange = Extract<Change, { kind: 'created' | 'updated' | 'restored' | 'merged' }>;

/**
 * Takes the changes of one type to its search index, which is there only while somebody searches.
 *
 * Asleep (at first): changes that do not show yet are written down, nothing else. Awake, since `index` was asked for: the index was
 * made from the records, the changes that wait taken back, and follows each change. It falls asleep when nobody asks for long.
 */
export class SearchFeed {
  readonly #type: ObjectType;
  readonly #options: SearchFeedOptions;
  readonly #unseen = new UnseenChanges();
  #index: SearchIndex | undefined;
  /** Changes since the index was asked for. */
  #unasked = 0;

  constructor(type: ObjectType, options: SearchFeedOptions) {
    this.#type = type;
    this.#options = options;
  }

  get index(): SearchIndex {
    this.#unasked = 0;
    this.#index ??= this.#build();
    return this.#index;
  }

  /** Takes in a change that shows from `visibleAt` on (whole ms of the portal's clock). */
  take(change: ShownChange, visibleAt: number): void {
    const { record } = change;
    const now = this.#options.now();
    // Nothing of a new record can wait yet, so one that shows at once needs no note.
    if (change.kind !== 'created' || visibleAt > now) {
      const values = change instanceof WrittenChange && change.before ? change.before : valuesOf(change);
      this.#unseen.add(
        { record, values, visibleAt, shownAs: shownBefore(change), modified: record.updatedAt },
        now,
      );
    }
    if (!this.#index) return;
    const modified = Date.parse(record.updatedAt);
    this.#index.change({ record, modified, values: valuesOf(change) }, visibleAt > now ? visibleAt : 'now');
    this.#tire();
  }

  /** A record that is gone from search at once. */
  drop(record: StoredRecord): void {
    this.#unseen.addGone(record, this.#options.now());
    this.#index?.remove(record);
    this.#tire();
  }

  /** Takes up a record where an index left it; `shown` is the modified date it is shown under, null for a hidden one. */
  resume(record: StoredRecord, shown: number | null, changes: readonly WaitingChange[]): void {
    this.#index = undefined;
    let shownAs = shown === null ? undefined : isoOf(shown);
    for (const { modified, values, visibleAt } of changes) {
      const change = { record, values, visibleAt, shownAs, modified: isoOf(modified) };
      this.#unseen.add(change, this.#options.now());
      shownAs = change.modified;
    }
  }

  /** What shows at an instant goes on to do so when the clock is moved back. */
  settle(instant: number): void {
    this.#unseen.settle(instant);
  }

  #tire(): void {
    this.#unasked += 1;
    if (this.#index && this.#unasked > Math.max(LEAST_UNASKED, this.#index.byId.size))
      this.#index = undefined;
  }

  #build(): SearchIndex {
    const { schedule, now, recordsOf } = this.#options;
    const index = new SearchIndex(this.#type, schedule);
    const instant = now();
    const before = new Map<StoredRecord, string | undefined>();
    for (const { record, shownAs } of this.#unseen.replay())
      if (!before.has(record)) before.set(record, shownAs);
    index.fill(recordsOf(this.#type), (record) =>
      before.has(record) ? before.get(record) : record.updatedAt,
    );
    for (const { record, values, visibleAt, modified } of this.#unseen.replay()) {
      if (modified === undefined) index.remove(record);
      else {
        const change = { record, values, modified: Date.parse(modified) };
        index.change(change, visibleAt > instant ? visibleAt : 'now');
      }
    }
    return index;
  }
}

function valuesOf(change: ShownChange): readonly ValueChange[] {
  return change.kind === 'updated' || change.kind === 'merged' ? change.values : [];
}

/** The modified date under which search showed the record before a change, once it showed all older ones; undefined: it did not. */
function shownBefore(change: ShownChange): string | undefined {
  if (change instanceof WrittenChange) return change.before?.modified;
  if (change.kind === 'created' || change.kind === 'restored') return undefined;
  const { record, values } = change;
  // What a merge made anew was not there before, though it continues the values of one that was.
  if (change.kind === 'merged' && change.absorbed.includes(change.primary)) return undefined;
  return values.find(({ name }) => name === record.type.modifiedProperty)?.before ?? record.updatedAt;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
