import type { PullTools } from './pull-tools.ts';

/** What the readings beside those of records work with. */
export type Reader = Pick<PullTools, 'db' | 'transport' | 'mirror' | 'log' | 'time' | 'reading'>;

/** A part that could not be read: what the mirror has of it stays as it was. */
export interface UnreadPart {
  /** Such as `the owners`. */
  readonly what: string;
  readonly error: unknown;
}
