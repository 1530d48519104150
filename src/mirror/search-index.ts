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
  /** Whether all records have been read once: the index would slow down a first reading. */
  complete: boolean;
}

/** Whether words are found by an index among the records of an object type. */
export async function hasSearchIndex(db: Queryable, objectType: string): Promise<boolean> {
  return (await look(db, objectType)).valid === true;
}

/**
 * Makes the index by which words are found anywhere in names and addresses, where the extension pg_trgm is installed in the database,
 * the object type has been read to the end once, and has so many records that it pays. Records can be written meanwhile. Returns whether
 * it was made now. One process makes it at a time; others return at once.
 *
 * When `signal` aborts, the making ends with an error of the database, and the next call begins anew.
 */
export async function ensureSearchIndex(
  db: Database,
  objectType: string,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!isDue(await look(db, objectType)) || signal?.aborted) return false;
  return db.session(async (session) => {
    const [own] = await session.query<{ pid: number; held: boolean }>(
      `select pg_backend_pid() as pid, pg_try_advisory_lock(hashtextextended('{schema}.search index', 0)) as held`,
    );
    if (!own?.held) return false;
    // Another process may have made it since, and only under the lock does an index that is not valid mean one that was broken off.
    const found = await look(session, objectType);
    if (!isDue(found)) return false;
    // Where that fails, the making goes on to its end.
    const cancel = () => void db.query('select pg_cancel_backend($1)', [own.pid]).catch(() => undefined);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      await make(session, objectType, found);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    return true;
  });
}

function isDue({ valid, records, extension, complete }: FoundRow): boolean {
  return valid !== true && extension !== null && complete && records >= FROM_RECORDS;
}

async function make(session: Queryable, objectType: string, { valid, extension }: FoundRow): Promise<void> {
  const table = partitionOf(objectType);
  if (valid === false) await session.query(`drop index concurrently {schema}.${table}_search`);
  await session.query(
    `create index concurrently ${table}_search on {schema}.${table} using gin ({schema}.search_text(properties) ${extension}.gin_trgm_ops)`,
  );
}

async function look(db: Queryable, objectType: string): Promise<FoundRow> {
  const table = partitionOf(objectType);
  const [row] = await db.query<FoundRow>(
    `select (select i.indisvalid from pg_index i where i.indexrelid = to_regclass('{schema}.${table}_search')) as valid,
       -- As the planner reckons: the count of the last analysis, which may be that of the first page, by what the table has grown since.
       (select reltuples::float8 / greatest(relpages, 1) * pg_relation_size(oid) / current_setting('block_size')::integer
        from pg_class where oid = '{schema}.${table}'::regclass) as records,
       (select quote_ident(n.nspname) from pg_extension x join pg_namespace n on n.oid = x.extnamespace where x.extname = 'pg_trgm') as extension,
       exists (select from {schema}.mirror_objects where object_type = $1 and complete_at is not null) as complete`,
    [objectType],
  );
  if (!row) throw new Error('A query without a table returned no row.');
  return row;
}
