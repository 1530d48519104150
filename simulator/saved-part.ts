/**
 * A store of a portal whose contents go into a state file, one JSON value a line. A new store implements this and gets a row
 * in `saved-parts.ts`.
 */
export interface SavedPart {
  /** What the store holds, as JSON values; work that waits for the portal's clock too, if it must not be lost. */
  dump(): Iterable<unknown>;
  /**
   * Takes one value of `dump`, in the same order, into a store as it is in a fresh portal. Throws when it is none; the reader
   * adds file and line.
   */
  restore(row: unknown): void;
}
