import { describe, inject } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { openPgliteDatabase } from '../../src/db/pglite-database.ts';
import { type Logger, silentLogger } from '../../src/log.ts';
import { pgliteContent } from './pglite-content.ts';
import { createDatabase, dropDatabase } from './test-databases.ts';

export interface TestDatabaseOptions {
  /** False: an empty database, without the schema. Default true: migrated. */
  migrated?: boolean;
  /** Default 5, so that many test files fit on one server. */
  poolSize?: number;
  /** Default: SPOKE_TEST_SCHEMA, else `spoke`. Another one than that is migrated on the spot. */
  schema?: string;
  log?: Logger;
  /** Passed on to `openDatabase`, ms. */
  connectTimeout?: number;
  closeTimeout?: number;
}

export interface TestDatabase {
  readonly db: Database;
  /** For further connections. Throws on PGlite, which has none: use `describePostgres` for such tests. */
  readonly url: string;
  readonly schema: string;
  /** Closes `db` and removes the database. Idempotent. */
  drop(): Promise<void>;
}

export type DatabaseKind = Database['kind'];

/** `describe` that is skipped where only PGlite is there. */
export const describePostgres = describe.skipIf(inject('postgres') === null);

/** The drivers that can be tested here, for `describe.each`. */
export const databaseKinds: readonly DatabaseKind[] =
  inject('postgres') === null ? ['pglite'] : ['postgres', 'pglite'];

/** A fresh database of its own for one test or file: a clone of the migrated template. On PGlite where there is no server. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const postgres = inject('postgres');
  if (!postgres) return testPglite(options);
  const { schema = postgres.schema, migrated = true, poolSize = 5, log = silentLogger, ...limits } = options;
  const cloned = migrated && schema === postgres.schema;
  const url = await createDatabase(postgres.url, cloned ? postgres.template : undefined);
  const db = await openDatabase({ ...limits, url, schema, poolSize, log, applicationName: 'spoke-test' });
  if (migrated && !cloned) await migrate(db);
  return {
    db,
    url,
    schema,
    async drop() {
      await db.close();
      await dropDatabase(postgres.url, new URL(url).pathname.slice(1));
    },
  };
}

/** The same on the embedded database, in memory. */
export async function testPglite(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { schema = inject('testSchema'), migrated = true, log = silentLogger, ...limits } = options;
  const content = await pgliteContent(migrated ? schema : undefined);
  const db = await openPgliteDatabase({ ...limits, schema, log, content });
  if (migrated) await migrate(db);
  return {
    db,
    get url(): string {
      throw new Error('the embedded database has no URL: put this test into describePostgres');
    },
    schema,
    drop: () => db.close(),
  };
}

export function testDatabaseOf(kind: DatabaseKind, options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  return kind === 'postgres' ? testDatabase(options) : testPglite(options);
}
