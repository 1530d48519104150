import { openAsBlob } from 'node:fs';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { describe, inject } from 'vitest';
import { z } from 'zod';
import type { Database } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { openPgliteDatabase } from '../../src/db/pglite-database.ts';
import { type Logger, silentLogger } from '../../src/log.ts';
import { createDatabase, dropDatabase } from './test-databases.ts';

const CACHE = new URL('../../node_modules/.cache/spoke-test/', import.meta.url);
const PGLITE_PACKAGE = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);

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
  const db = await openPgliteDatabase({ ...limits, schema, log, content: await emptyPglite() });
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

/** Making a new cluster takes PGlite seconds, loading a made one less than one: it is made once per clone and version. */
async function emptyPglite(): Promise<Blob> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(PGLITE_PACKAGE, 'utf8')));
  const file = new URL(`pglite-${version}.tar`, CACHE);
  try {
    await access(file);
  } catch {
    const engine = await PGlite.create();
    const content = await engine.dumpDataDir('none');
    await engine.close();
    const draft = new URL(`draft-${process.pid}-${performance.now()}`, CACHE);
    await mkdir(CACHE, { recursive: true });
    await writeFile(draft, Buffer.from(await content.arrayBuffer()));
    await rename(draft, file);
  }
  return openAsBlob(file);
}
