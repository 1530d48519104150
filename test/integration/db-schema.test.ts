import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { dumpCatalog } from '../../scripts/catalog-dump.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';

const FILE = new URL('../schema.sql', import.meta.url);
const SCHEMA = 'spoke';

/** The first PGlite of a clone takes 5 s, on a busy machine many times that. */
const FIRST_PGLITE_MS = 120_000;

describe.each(databaseKinds)('%s', { timeout: FIRST_PGLITE_MS }, (kind) => {
  test('test/schema.sql is what the migrations make: else run `npm run schema`', async () => {
    const database = await testDatabaseOf(kind, { schema: SCHEMA });
    expect(await dumpCatalog(database.db, SCHEMA)).toBe(await readFile(FILE, 'utf8'));
    await database.drop();
  });

  test('test/schema.sql leaves nothing out: run as SQL it makes a schema with the same dump', async () => {
    const database = await testDatabaseOf(kind, { schema: SCHEMA, migrated: false });
    const dump = await readFile(FILE, 'utf8');
    await database.db.query(dump);
    expect(await dumpCatalog(database.db, SCHEMA)).toBe(dump);
    await database.drop();
  });

  test('an object of a kind that the dump does not know is not passed over', async () => {
    const database = await testDatabaseOf(kind, { schema: SCHEMA, migrated: false });
    await database.db.query('create schema {schema}; create domain {schema}.small as int check (value < 10)');
    await expect(dumpCatalog(database.db, SCHEMA)).rejects.toThrow('small (type of kind d)');
    await database.drop();
  });
});
