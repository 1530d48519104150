import type { Database, Queryable } from '../../src/db/database.ts';

/** Rows of the mirror's tables and entries of their indexes that one transaction has read; it is rolled back. */
export async function rowsReadBy(
  db: Database,
  work: (db: Database, tx: Queryable) => Promise<unknown>,
): Promise<number> {
  let read = 0;
  const undo = new Error('rolled back on purpose');
  const within = (tx: Queryable): Database =>
    Object.assign(Object.create(db) as Database, {
      query: tx.query.bind(tx),
      transaction: <T>(inner: (t: Queryable) => Promise<T>) => inner(tx),
    });
  await db
    .transaction(async (tx) => {
      const before = await rowsRead(tx, db.schema);
      await work(within(tx), tx);
      read = (await rowsRead(tx, db.schema)) - before;
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return read;
}

/** Of this session, as far as it was not handed on yet. */
async function rowsRead(tx: Queryable, schema: string): Promise<number> {
  const [row] = await tx.query<{ read: number }>(
    `select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint as read from pg_stat_xact_user_tables
     where schemaname = $1 and (relname like 'mirror\\_%' or relname in ('pull_hints', 'segment_members'))`,
    [schema],
  );
  return row?.read ?? 0;
}
