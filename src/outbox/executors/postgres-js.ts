import { type Executor, hasMethods, rowsOf } from './executor.ts';

interface PostgresJsHandle {
  unsafe(text: string, values: unknown[], options: { prepare: boolean }): PromiseLike<unknown>;
}

/**
 * A `sql` of postgres.js, or that of its `begin` or `reserve`. Prepared (unless the client turned that off), because its
 * unprepared statements take two round trips.
 */
export const postgresJsExecutor: Executor<PostgresJsHandle> = {
  name: 'postgres-js',
  matches: (handle): handle is PostgresJsHandle =>
    typeof handle === 'function' && hasMethods(handle, 'unsafe', 'typed', 'array'),
  async execute(handle, text, values) {
    return rowsOf(await handle.unsafe(text, [...values], { prepare: true }));
  },
};
