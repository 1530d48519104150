import { type Executor, hasMethods, rowsOf } from './executor.ts';

interface KyselyHandle {
  executeQuery(query: object): Promise<unknown>;
}

/** A Kysely instance or transaction: takes the compiled query that Kysely's own `CompiledQuery.raw` would make. */
export const kyselyExecutor: Executor<KyselyHandle> = {
  name: 'kysely',
  matches: (handle): handle is KyselyHandle =>
    hasMethods(handle, 'executeQuery', 'getExecutor', 'selectFrom'),
  async execute(handle, text, values) {
    const query = { kind: 'RawNode', sqlFragments: [text], parameters: [] };
    const compiled = { sql: text, parameters: values, query, queryId: { queryId: 'spoke' } };
    return rowsOf(await handle.executeQuery(compiled));
  },
};
