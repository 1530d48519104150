import type { Change, ChangeFeed } from './changes.ts';
import type { DrivableClock } from './clock.ts';
import type { ObjectType } from './object-types.ts';
import type { Random } from './random.ts';
import { SearchFeed, type SearchFeedOptions, type ShownChange } from './search-feed.ts';
import type { SearchIndex, WaitingChange } from './search-index.ts';
import type { StoredRecord } from './stored-record.ts';

/** How long a change stays unseen by search: between two numbers of ms, drawn anew for each change. */
export interface SearchLag {
  minMs: number;
  maxMs: number;
}

export interface SearchIndexesOptions extends Omit<SearchFeedOptions, 'now'> {
  changes: ChangeFeed;
  clock: DrivableClock;
  /** Read at each change, so that it may be switched while the portal runs. */
  lag: () => SearchLag;
  random: Random;
}

/** The search indexes of all types, fed by the feed of changes. */
export class SearchIndexes {
  readonly #options: SearchIndexesOptions;
  readonly #feeds = new Map<ObjectType, SearchFeed>();

  constructor(options: SearchIndexesOptions) {
    this.#options = options;
    options.changes.subscribe((change) => this.#follow(change));
    options.clock.onChange((left) => {
      for (const feed of this.#feeds.values()) feed.settle(left);
    });
  }

  of(type: ObjectType): SearchIndex {
    return this.#feed(type).index;
  }

  /** Takes up a record where an index left it; `shown` is the modified date it is shown under, null for a hidden one. */
  resume(record: StoredRecord, shown: number | null, changes: readonly WaitingChange[]): void {
    this.#feed(record.type).resume(record, shown, changes);
  }

  clear(): void {
    this.#feeds.clear();
  }

  #follow(change: Change): void {
    switch (change.kind) {
      case 'created':
        // What a test or a seed put there has been in the portal for long.
        this.#take(change, change.requestN === 0 ? 0 : this.#drawLag());
        return;
      case 'updated':
      case 'restored':
        this.#take(change, this.#drawLag());
        return;
      case 'merged':
        for (const record of change.absorbed) this.#feed(record.type).drop(record);
        this.#take(change, this.#drawLag());
        return;
      case 'archived':
      case 'erased':
        this.#feed(change.record.type).drop(change.record);
        return;
      case 'linked':
      case 'unlinked':
        // Links are looked up when a search asks for them.
        return;
    }
  }

  #feed(type: ObjectType): SearchFeed {
    const known = this.#feeds.get(type);
    if (known) return known;
    const { schedule, clock, recordsOf } = this.#options;
    const feed = new SearchFeed(type, { schedule, recordsOf, now: () => clock.now() });
    this.#feeds.set(type, feed);
    return feed;
  }

  #take(change: ShownChange, lagMs: number): void {
    this.#feed(change.record.type).take(change, change.at + lagMs);
  }

  #drawLag(): number {
    const { minMs, maxMs } = this.#options.lag();
    return Math.floor(minMs + this.#options.random() * (maxMs - minMs + 1));
  }
}
