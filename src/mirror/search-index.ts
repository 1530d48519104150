import type { Database, Queryable, Row } from '../db/database.ts';
import { partitionOf } from './partition-of.ts';

/** Fewer records are looked through as fast. */
const FROM_RECORDS = 20_000;

interface FoundRow extends Row {
  /** Null: there is no such index; false: its making was broken off. */
  valid: boolean | null;
  records: number;
  /** Quoted; null where the extension is not installed. */
  extension: string | null;
}

/** Whether words are found by an index among the records of an object type. */
export async function hasSearchIndex(db: Queryable, objectType: string): Promise<boolean> {
  return (await look(db, objectType)).valid === true;
}

/**
 * Makes the index by which words are found anywhere in names and addresses, where the extension pg_trgm is installed in the database
 * and the object type has so many records that it pays. Records can be written meanwhile. Returns whether it was made now.
 *
 * To be called by one process at a time: an index that is not valid is taken for one whose making was broken off, and made anew.
 */
export async function ensureSearchIndex(db: Database, objectType: string): Promise<boolean> {
  const { valid, records, extension } = await look(db, objectType);
  if (valid === true || extension === null || records < FROM_RECORDS) return false;
  const table = partitionOf(objectType);
  await db.session(async (session) => {
    if (valid === false) await session.query(`drop index concurrently {schema}.${table}_search`);
    await session.query(
      `create index concurrently ${table}_search on {schema}.${table} using gin ({schema}.search_text(properties) ${extension}.gin_trgm_ops)`,
    );
  });
  return true;
}

async function look(db: Queryable, objectType: string): Promise<FoundRow> {
  const table = partitionOf(objectType);
  const [row] = await db.query<FoundRow>(
    `select (select i.indisvalid from pg_index i where i.indexrelid = to_regclass('{schema}.${table}_search')) as valid,
       (select reltuples::float8 from pg_class where oid = '{schema}.${table}'::regclass) as records,
       (select quote_ident(n.nspname) from pg_extension x join pg_namespace n on n.oid = x.extnamespace where x.extname = 'pg_trgm') as extension`,
  );
  if (!row) throw new Error('A query without a table returned no row.');
  return row;
}
