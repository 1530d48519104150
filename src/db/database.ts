/** One result row; each statement's module types its own. */
export type Row = Record<string, unknown>;

/**
 * Runs one SQL statement. In every statement the placeholder `{schema}` stands for Spoke's schema, quoted. A text without
 * `values` may hold several statements: they commit together, and the last one's rows are returned.
 *
 * Both drivers return the same JavaScript values: int8 as number (an error beyond 2^53), numeric as string, timestamptz as
 * Date, jsonb as its parsed value, arrays as arrays of these.
 */
export interface Queryable {
  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** A real Postgres (a pool) or the embedded one (a single session) behind one interface. */
export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite';
  /** The schema's name, unquoted; `spoke` unless configured. */
  readonly schema: string;
  /** `server_version_num`, for example 150018. */
  readonly serverVersion: number;
  /** Commits when `work` resolves, rolls back when it rejects. Must not be nested: a pool of one would wait for itself. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Gives `work` one connection outside a transaction and without a statement time-out, for session locks and statements that
   * refuse a transaction. What it locks or sets ends with it. Must not be nested either.
   */
  session<T>(work: (session: Queryable) => Promise<T>): Promise<T>;
  /**
   * Calls `onNotify` for each NOTIFY on `channel`, and once after every reconnect, because what was sent meanwhile is lost.
   * A hint only: nothing may depend on it. Resolves once the first LISTEN stands.
   */
  listen(channel: string, onNotify: (payload: string) => void): Promise<Subscription>;
  /** Sends a NOTIFY in a transaction of its own. */
  notify(channel: string, payload?: string): Promise<void>;
  /** Waits for running statements, then releases every connection and lock. Idempotent. */
  close(): Promise<void>;
}

export interface Subscription {
  /** Resolves when no further call can happen. */
  stop(): Promise<void>;
}
