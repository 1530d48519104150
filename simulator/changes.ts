import type { AssociationType } from './association-types.ts';
import type { Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangeSource } from './value-versions.ts';

/** What changed one property of a record; '' on either side stands for no value. */
export interface ValueChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What names a kind of link; a label of users may have the number of one of HubSpot's own kinds. */
export type LinkKind = Pick<AssociationType, 'category' | 'typeId'>;

interface Occurrence {
  /** Ms of the portal's clock. */
  readonly at: number;
  /** Number of the request in the journal; 0 for what the portal or a test did by itself. */
  readonly requestN: number;
}

/** One committed change of the portal's records, told after it was made. */
export type Change = Occurrence &
  (
    | { readonly kind: 'created'; readonly record: StoredRecord; readonly values: readonly ValueChange[] }
    | { readonly kind: 'updated'; readonly record: StoredRecord; readonly values: readonly ValueChange[] }
    | { readonly kind: 'archived'; readonly record: StoredRecord }
    | { readonly kind: 'restored'; readonly record: StoredRecord }
    /** `absorbed` no longer exist under their own ids; `record` is what they became, `primary` the one whose values won. */
    | {
        readonly kind: 'merged';
        readonly record: StoredRecord;
        readonly primary: StoredRecord;
        readonly absorbed: readonly StoredRecord[];
        readonly values: readonly ValueChange[];
      }
    /** Gone for good, after a privacy delete. */
    | { readonly kind: 'erased'; readonly record: StoredRecord }
    | {
        readonly kind: 'linked' | 'unlinked';
        readonly from: StoredRecord;
        readonly to: StoredRecord;
        /** Those of the direction from `from` to `to`. */
        readonly linkKinds: readonly LinkKind[];
      }
  );

/** When, in which portal and by which request links change. */
export interface Occasion extends Occurrence {
  readonly portal: Portal;
}

export type ChangeListener = (change: Change) => void;

/** Tells the parts of the portal that follow its records (search index, dynamic lists, webhooks) what has changed. */
export class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>();
  #source: ChangeSource | undefined;

  /** Who makes the change that is being told; undefined: the portal by itself, or a test. */
  get source(): ChangeSource | undefined {
    return this.#source;
  }

  /** What `work` changes is told as made by the source. */
  during<T>(source: ChangeSource, work: () => T): T {
    this.#source = source;
    try {
      return work();
    } finally {
      this.#source = undefined;
    }
  }

  /** Writers that would have to work out a change's details may leave that when nobody listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Returns how to stop listening. Listeners must not change records. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
