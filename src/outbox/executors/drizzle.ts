import { type Executor, hasMethods, rowsOf } from './executor.ts';

interface DrizzleHandle {
  execute(query: object): PromiseLike<unknown>;
}

/** A Drizzle database or transaction, of any Postgres driver: takes any object that, like Drizzle's `sql`, writes its own query. */
export const drizzleExecutor: Executor<DrizzleHandle> = {
  name: 'drizzle',
  matches: (handle): handle is DrizzleHandle =>
    hasMethods(handle, 'execute', 'insert') && 'session' in handle && 'dialect' in handle,
  async execute(handle, text, values) {
    const sql = { toQuery: () => ({ sql: text, params: [...values] }) };
    return rowsOf(await handle.execute({ getSQL: () => sql }));
  },
};
