/** Who changed something: the answer's `sourceType` and `sourceId`. */
export interface ChangeSource {
  readonly sourceType: string;
  readonly sourceId: string | null;
  readonly userId: number | null;
}

/** When and by whom something was written; one for all records of a request. */
export interface WriteStamp {
  /** Ms of the portal's clock. */
  readonly at: number;
  readonly iso: string;
  readonly source: ChangeSource;
}

/** One change of one property after its record was made. A chain, newest first: most records have none or few. */
export interface ChangedValue {
  readonly slot: number;
  /** undefined: the record had no value yet. */
  readonly before: string | undefined;
  readonly stamp: WriteStamp;
  readonly older: ChangedValue | undefined;
  /** Length of the chain from here on. */
  readonly length: number;
}

/** The same while it may still be linked anew. */
interface Link extends ChangedValue {
  older: Link | undefined;
  length: number;
}

/** A value that a property had, and since when. */
export interface ValueVersion {
  value: string;
  stamp: WriteStamp;
}

/** Versions kept of one property. */
export const MAX_VERSIONS = 45;
/** A chain is looked through for versions over the limit each time it has grown by so many. */
const PRUNE_EVERY = 1_024;

/** The chain with one change more. */
export function addChange(
  chain: ChangedValue | undefined,
  change: Pick<ChangedValue, 'slot' | 'before' | 'stamp'>,
): ChangedValue {
  const length = (chain?.length ?? 0) + 1;
  const { slot, before, stamp } = change;
  const longer = { slot, before, stamp, older: chain, length };
  return length % PRUNE_EVERY === 0 ? prune(longer) : longer;
}

/**
 * The values of one slot, newest first. The first one is not in the chain: it stands in the oldest change, and was written
 * when the record was made.
 */
export function versionsOf(
  chain: ChangedValue | undefined,
  slot: number,
  { current, born }: { current: string | undefined; born: WriteStamp },
): ValueVersion[] {
  const versions: ValueVersion[] = [];
  let value = current;
  for (let change = chain; change && versions.length < MAX_VERSIONS; change = change.older) {
    if (change.slot !== slot) continue;
    versions.push({ value: value ?? '', stamp: change.stamp });
    value = change.before;
  }
  if (value !== undefined && versions.length < MAX_VERSIONS) versions.push({ value, stamp: born });
  return versions;
}

/** Links past what is too old, so that a change that is kept stays the same one. */
function prune(chain: Link): ChangedValue {
  const kept: Link[] = [];
  const counts = new Map<number, number>();
  for (let change: Link | undefined = chain; change; change = change.older) {
    const count = counts.get(change.slot) ?? 0;
    if (count === MAX_VERSIONS) continue;
    counts.set(change.slot, count + 1);
    kept.push(change);
  }
  for (const [place, change] of kept.entries()) {
    change.older = kept[place + 1];
    change.length = kept.length - place;
  }
  return chain;
}
