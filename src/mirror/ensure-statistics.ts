import type { Queryable } from '../db/database.ts';
import { partitionOf } from './partition-of.ts';

/**
 * Sees to it that Postgres knows what the records of an object type look like, once some are there. Without statistics it takes them for
 * a handful, and walks all of them for each page; autovacuum comes after a minute only, and never to the embedded database.
 */
export async function ensureStatistics(db: Queryable, objectType: string): Promise<void> {
  const table = `{schema}.${partitionOf(objectType)}`;
  const [row] = await db.query<{ known: boolean }>(
    `select reltuples > 0 as known from pg_class where oid = '${table}'::regclass`,
  );
  if (row?.known !== true) await db.query(`analyze ${table}`);
}
