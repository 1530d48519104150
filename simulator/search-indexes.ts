import type { Change, ChangeFeed, ValueChange } from './changes.ts';
import type { ObjectType } from './object-types.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';
import { SearchIndex } from './search-index.ts';
import type { StoredRecord } from './stored-record.ts';

/** How long a change stays unseen by search: between two numbers of ms, drawn anew for each change. */
export interface SearchLag {
  minMs: number;
  maxMs: number;
}

export interface SearchIndexesOptions {
  changes: ChangeFeed;
  schedule: Schedule;
  /** Ms of the portal's clock: changes of long ago, as seeds make them, show at once. */
  now: () => number;
  /** Read at each change, so that it may be switched while the portal runs. */
  lag: () => SearchLag;
  random: Random;
}

/** The search indexes of all types, kept by the feed of changes. */
export class SearchIndexes {
  readonly #options: SearchIndexesOptions;
  #byType = new WeakMap<ObjectType, SearchIndex>();

  constructor(options: SearchIndexesOptions) {
    this.#options = options;
    options.changes.subscribe((change) => this.#follow(change));
  }

  of(type: ObjectType): SearchIndex {
    const known = this.#byType.get(type);
    if (known) return known;
    const index = new SearchIndex(type, this.#options.schedule);
    this.#byType.set(type, index);
    return index;
  }

  clear(): void {
    this.#byType = new WeakMap();
  }

  #follow(change: Change): void {
    switch (change.kind) {
      case 'created':
        // What a test or a seed put there has been in the portal for long.
        this.#take(change, [], change.requestN === 0 ? 0 : this.#drawLag());
        return;
      case 'updated':
        this.#take(change, change.values, this.#drawLag());
        return;
      case 'restored':
        this.#take(change, [], this.#drawLag());
        return;
      case 'merged':
        for (const record of change.absorbed) this.of(record.type).remove(record);
        this.#take(change, change.values, this.#drawLag());
        return;
      case 'archived':
      case 'erased':
        this.of(change.record.type).remove(change.record);
        return;
      case 'linked':
      case 'unlinked':
        // Links are looked up when a search asks for them.
        return;
    }
  }

  #take(change: { record: StoredRecord; at: number }, values: readonly ValueChange[], lagMs: number): void {
    const { record, at } = change;
    const visibleAt = at + lagMs;
    this.of(record.type).change(record, values, visibleAt <= this.#options.now() ? 'now' : visibleAt);
  }

  #drawLag(): number {
    const { minMs, maxMs } = this.#options.lag();
    return Math.floor(minMs + this.#options.random() * (maxMs - minMs + 1));
  }
}
