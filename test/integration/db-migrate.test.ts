import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dumpCatalog } from '../../scripts/catalog-dump.ts';
import type { Database } from '../../src/db/database.ts';
import { assertMigrated, migrate, migrationSql, pendingMigrations } from '../../src/db/migrate.ts';
import { loadMigrations, type Migration } from '../../src/db/migration-files.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { splitStatements } from '../../src/db/split-statements.ts';
import { silentLogger } from '../../src/log.ts';
import {
  databaseKinds,
  describePostgres,
  type TestDatabase,
  testDatabase,
  testDatabaseOf,
} from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

const ONE = 'create table {schema}.ones (id int);';
const TWO = 'create table {schema}.twos (id int);\ninsert into {schema}.twos values (2);';

/** Migrations read from files made of `texts`. */
async function migrationsOf(...texts: string[]): Promise<readonly Migration[]> {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-migrations-'));
  try {
    await Promise.all(
      texts.map((text, index) => writeFile(join(folder, `000${index + 1}-m${index + 1}.sql`), text)),
    );
    return await loadMigrations(pathToFileURL(`${folder}/`));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const names = (migrations: readonly Migration[]) => migrations.map(({ name }) => name);
const recorded = async (db: Database) =>
  (await db.query<{ name: string }>('select name from {schema}.migrations order by version')).map(
    ({ name }) => name,
  );

describe.each(databaseKinds)('%s', (kind) => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await testDatabaseOf(kind, { migrated: false });
    db = database.db;
  });

  beforeEach(() => db.query('drop schema if exists {schema} cascade'));

  afterAll(() => database.drop());

  test('applies the migrations of this version once', async () => {
    const all = await loadMigrations();
    expect(names(await migrate(db))).toEqual(names(all));
    expect(await migrate(db)).toEqual([]);
    await assertMigrated(db);
  });

  test('applies what is pending, in order', async () => {
    await migrate(db, { migrations: await migrationsOf(ONE) });
    const two = await migrationsOf(ONE, TWO);
    expect(names(await pendingMigrations(db, { migrations: two }))).toEqual(['m2']);
    expect(names(await migrate(db, { migrations: two }))).toEqual(['m2']);
    expect(await recorded(db)).toEqual(['m1', 'm2']);
  });

  test('says that an empty database is not migrated', async () => {
    await expect(assertMigrated(db)).rejects.toMatchObject({
      code: 'DATABASE_NOT_MIGRATED',
      message: expect.stringContaining('spoke migrate'),
    });
  });

  test('rolls a failing migration back, keeps those before it, and goes on when it is mended', async () => {
    const broken = await migrationsOf(ONE, `${TWO}\nselect 1/0;`);
    await expect(migrate(db, { migrations: broken })).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('0002-m2'),
      facts: { sqlState: '22012' },
    });
    expect(await recorded(db)).toEqual(['m1']);
    expect(names(await migrate(db, { migrations: await migrationsOf(ONE, TWO) }))).toEqual(['m2']);
  });

  test('refuses when an applied migration was changed', async () => {
    await migrate(db, { migrations: await migrationsOf(ONE, TWO) });
    const changed = await migrationsOf(`${ONE} `, TWO);
    for (const call of [migrate, pendingMigrations, assertMigrated]) {
      await expect(call(db, { migrations: changed })).rejects.toMatchObject({
        code: 'MIGRATION_CHANGED',
        message: expect.stringContaining('0001-m1'),
      });
    }
  });

  test('takes other line ends for no change', async () => {
    await migrate(db, { migrations: await migrationsOf(TWO) });
    expect(await migrate(db, { migrations: await migrationsOf(TWO.replaceAll('\n', '\r\n')) })).toEqual([]);
  });

  test('refuses a database that is newer than the code', async () => {
    await migrate(db, { migrations: await migrationsOf(ONE, TWO) });
    const older = await migrationsOf(ONE);
    for (const call of [migrate, assertMigrated]) {
      await expect(call(db, { migrations: older })).rejects.toMatchObject({
        code: 'DATABASE_NEWER',
        facts: { database: 2, code: 1 },
      });
    }
  });

  test('refuses a gap in what was applied', async () => {
    const two = await migrationsOf(ONE, TWO);
    await migrate(db, { migrations: two });
    await db.query('delete from {schema}.migrations where version = 1');
    await expect(migrate(db, { migrations: two })).rejects.toMatchObject({ code: 'MIGRATION_GAP' });
  });

  test('runs a file without a transaction statement by statement', async () => {
    const index =
      '-- no-transaction\ncreate index concurrently if not exists ones_id on {schema}.ones (id);\nvacuum {schema}.ones;';
    const migrations = await migrationsOf(ONE, index);
    expect(names(await migrate(db, { migrations }))).toEqual(['m1', 'm2']);
    const valid =
      "select indisvalid as valid from pg_index where indexrelid = ('\"' || $1 || '\".ones_id')::regclass";
    expect(await db.query(valid, [database.schema])).toEqual([{ valid: true }]);
  });

  test('the printed SQL makes the same schema and counts as migrated', async () => {
    await migrate(db);
    const made = await dumpCatalog(db, database.schema);
    await db.query('drop schema {schema} cascade');
    // As psql runs it: what stands outside of a transaction, statement by statement.
    for (const part of (await migrationSql(database.schema)).split(/^commit;$/m)) {
      const [outside = '', inside] = part.split(/^begin;$/m);
      for (const statement of splitStatements(outside)) await db.query(statement);
      if (inside !== undefined) await db.query(`begin;${inside}commit;`);
    }
    expect(await dumpCatalog(db, database.schema)).toBe(made);
    await assertMigrated(db);
  });
});

describe('migration files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spoke-migrations-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  test.each([
    ['a gap', ['0001-a.sql', '0003-c.sql']],
    ['a repeat', ['0001-a.sql', '0001-b.sql']],
    ['a start that is not 1', ['0002-a.sql']],
    ['another form of name', ['0001-a.sql', '2-b.sql']],
  ])('refuse %s', async (_name, files) => {
    for (const file of files) await writeFile(join(folder, file), ONE);
    await expect(loadMigrations(pathToFileURL(`${folder}/`))).rejects.toMatchObject({
      code: 'MIGRATION_GAP',
    });
  });
});

describePostgres('several processes', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await testDatabase({ migrated: false });
  });

  afterEach(() => database.drop());

  const open = () =>
    openDatabase({ url: database.url, schema: database.schema, poolSize: 1, log: silentLogger });

  test('one does the work, the others wait and find nothing to do', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, open));
    const migrations = await migrationsOf(ONE, `${TWO}\nselect pg_sleep(0.3);`);
    const applied = await Promise.all(databases.map((db) => migrate(db, { migrations })));
    expect(applied.map((list) => list.length).sort()).toEqual([0, 0, 0, 2]);
    expect(await database.db.query('select id from {schema}.twos')).toEqual([{ id: 2 }]);
    await Promise.all(databases.map((db) => db.close()));
  });

  test('who waits longer than the limit is told so', async () => {
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(`select pg_advisory_lock(hashtextextended('spoke:migrate:${database.schema}', 0))`);
    await expect(migrate(database.db, { lockTimeout: 300 })).rejects.toMatchObject({
      code: 'MIGRATION_LOCKED',
    });
    await client.end();
    expect((await migrate(database.db)).length).toBeGreaterThan(0);
  });

  test('one that is cut off midway is finished by the next run', async () => {
    const slow = await migrationsOf(ONE, `${TWO}\nselect pg_sleep(60);`);
    const db = await open();
    const running = migrate(db, { migrations: slow }).catch((error: unknown) => error);
    const sleeping =
      "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    const [backend] = await waitFor(
      async () => {
        const rows = await database.db.query<{ pid: number }>(sleeping);
        return rows.length > 0 && rows;
      },
      { what: 'the second migration' },
    );
    await database.db.query('select pg_terminate_backend($1)', [backend?.pid]);
    expect(await running).toMatchObject({
      code: 'MIGRATION_FAILED',
      cause: { code: 'DATABASE_UNREACHABLE' },
    });
    expect(await recorded(database.db)).toEqual(['m1']);
    expect(names(await migrate(db, { migrations: await migrationsOf(ONE, TWO) }))).toEqual(['m2']);
    await db.close();
  });

  test('two schemas live in one database', async () => {
    const other = await openDatabase({
      url: database.url,
      schema: 'other_one',
      poolSize: 1,
      log: silentLogger,
    });
    await migrate(database.db);
    await migrate(other);
    const dumps = await Promise.all([
      dumpCatalog(database.db, database.schema),
      dumpCatalog(other, 'other_one'),
    ]);
    expect(dumps[1].replaceAll('other_one', database.schema)).toBe(dumps[0]);
    await other.close();
  });
});
