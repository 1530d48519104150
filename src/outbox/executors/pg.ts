import { type Executor, hasMethods, rowsOf } from './executor.ts';

interface PgHandle {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** These have a `query` too, but another one. */
const OTHERS = ['getQueryInterface', 'createConnection', 'beginTransaction', '$executeRaw'] as const;

/**
 * A Client, PoolClient or Pool of pg; also what takes `query(text, values)` as pg does: PGlite and its transactions, TypeORM's
 * managers and query runners, and Spoke's own Queryable.
 */
export const pgExecutor: Executor<PgHandle> = {
  name: 'pg',
  matches: (handle): handle is PgHandle =>
    hasMethods(handle, 'query') && !OTHERS.some((name) => hasMethods(handle, name)),
  async execute(handle, text, values) {
    return rowsOf(await handle.query(text, [...values]));
  },
};
