import { type Executor, hasMethods, rowsOf } from './executor.ts';

interface KnexHandle {
  raw(text: string, bindings: unknown[]): PromiseLike<unknown>;
}

/** A Knex instance or transaction. Knex writes `?` for a parameter, so `$n` is rewritten and a literal `?` escaped. */
export const knexExecutor: Executor<KnexHandle> = {
  name: 'knex',
  matches: (handle): handle is KnexHandle => hasMethods(handle, 'raw', 'transaction') && 'client' in handle,
  async execute(handle, text, values) {
    const bindings: unknown[] = [];
    const sql = text.replaceAll('?', '\\?').replace(/\$(\d+)/g, (_, number) => {
      bindings.push(values[Number(number) - 1] ?? null);
      return '?';
    });
    return rowsOf(await handle.raw(sql, bindings));
  },
};
