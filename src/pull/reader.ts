import type { MirrorConfig } from '../config/mirror.ts';
import type { Database } from '../db/database.ts';
import type { ReadOptions } from '../hubspot/read-answer.ts';
import type { Transport } from '../hubspot/transport.ts';
import type { Logger } from '../log.ts';

/** What the readings beside those of records work with. */
export interface Reader {
  readonly db: Database;
  /** Behind the gates already. */
  readonly transport: Transport;
  readonly mirror: MirrorConfig;
  readonly log: Logger;
  /** The database's, which every row is told by. */
  readonly time: { now(): Promise<Date> };
  /** For each call: tries, waits and the signal that ends them. */
  reading(signal: AbortSignal): ReadOptions;
}

/** A part that could not be read: what the mirror has of it stays as it was. */
export interface UnreadPart {
  /** Such as `the owners`. */
  readonly what: string;
  readonly error: unknown;
}
