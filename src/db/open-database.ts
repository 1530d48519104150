import type { Logger } from '../log.ts';
import type { Database } from './database.ts';
import { openPgliteDatabase } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';

const SCHEMA = 'spoke';
const POOL_SIZE = 10;

export interface OpenDatabaseOptions {
  /** postgres://user:password@host:5432/database. Without it the embedded database is opened. */
  url?: string | undefined;
  /** Folder of the embedded database; without one it lives in memory and is gone at close. */
  dataDir?: string | undefined;
  /** Default `spoke`. */
  schema?: string | undefined;
  /** Connections at most. Default 10; the embedded database has one. */
  poolSize?: number | undefined;
  log: Logger;
  /** Shown in pg_stat_activity. Default `spoke`. */
  applicationName?: string | undefined;
  /** To connect, or to get a free connection, ms. Default 10,000 (embedded: 30,000). */
  connectTimeout?: number | undefined;
  /** Limit of one statement, ms; 0 = none. Default 30,000. Not for the embedded database. */
  statementTimeout?: number | undefined;
  /** The server ends a transaction that waits this long for its client, ms; 0 = never. Default 30,000. */
  idleInTransactionTimeout?: number | undefined;
  /** How long `close` waits for running work before it cuts it off, ms. Default 10,000. */
  closeTimeout?: number | undefined;
}

/**
 * Opens a Postgres server, or without `url` the embedded database; it has to be closed. Does not migrate.
 * Throws DATABASE_UNREACHABLE, _REFUSED, _TOO_OLD, _URL_INVALID, _SCHEMA_INVALID, _LOCKED, PGLITE_MISSING or PGLITE_FAILED.
 */
export function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { url, schema = SCHEMA, poolSize = POOL_SIZE, applicationName = 'spoke' } = options;
  return url === undefined
    ? openPgliteDatabase({ ...options, schema })
    : openPostgresDatabase({ ...options, url, schema, poolSize, applicationName });
}
