import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'spoke-pglite-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** A new folder takes PGlite 3 s of both cores, on a busy machine many times that. */
const NEW_FOLDER_MS = 120_000;

test('a folder keeps the data, and is open once at a time', { timeout: NEW_FOLDER_MS }, async () => {
  const options = { dataDir: join(root, 'new', 'data'), log: silentLogger };
  const first = await openDatabase(options);
  await first.query('create table kept as select 7 as id');
  await expect(openDatabase(options)).rejects.toMatchObject({
    code: 'DATABASE_LOCKED',
    facts: { pid: process.pid },
  });
  await first.close();
  const second = await openDatabase(options);
  expect(await second.query('select id from kept')).toEqual([{ id: 7 }]);
  await second.close();
  expect(await readdir(`${options.dataDir}.lock`)).toEqual([]);
});

test('a folder that is no database is refused and not left locked', async () => {
  const dataDir = join(root, 'damaged');
  const options = { dataDir, log: silentLogger };
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'PG_VERSION'), '9\n');
  await expect(openDatabase(options)).rejects.toMatchObject({
    code: 'PGLITE_FAILED',
    message: expect.stringContaining(dataDir),
  });
  expect(await readdir(`${dataDir}.lock`)).toEqual([]);
});

test('without its package it says what to do', async () => {
  vi.resetModules();
  vi.doMock('@electric-sql/pglite', () => {
    throw new Error('Cannot find package');
  });
  const fresh = await import('../../src/db/open-database.ts');
  await expect(fresh.openDatabase({ log: silentLogger })).rejects.toMatchObject({
    code: 'PGLITE_MISSING',
    message: expect.stringContaining('DATABASE_URL'),
  });
  vi.doUnmock('@electric-sql/pglite');
});

test('a schema name is looked at before anything is opened', async () => {
  const dataDir = join(root, 'unused');
  await expect(openDatabase({ dataDir, schema: 'No', log: silentLogger })).rejects.toMatchObject({
    code: 'DATABASE_SCHEMA_INVALID',
  });
  expect(await readdir(root)).not.toContain('unused');
});
