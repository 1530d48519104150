import type pg from 'pg';

/** A way to record an event in the `track` bench. */
export interface TrackContender {
  readonly name: string;
  /** Called once; what it returns records one event with a client that is inside a transaction. */
  prepare(): (client: pg.ClientBase, payload: Record<string, unknown>) => Promise<void>;
}

export const EVENT_TYPE = 'contact_changed';
