import { readFile, writeFile } from 'node:fs/promises';
import { argv, exit, stderr, stdout } from 'node:process';
import { migrate } from '../src/db/migrate.ts';
import { openDatabase } from '../src/db/open-database.ts';
import { silentLogger } from '../src/log.ts';
import { dumpCatalog } from './catalog-dump.ts';

const FILE = new URL('../test/schema.sql', import.meta.url);
const SCHEMA = 'spoke';

/** `npm run schema`: writes test/schema.sql from the migrations; with --check only compares, and ends with 1 if it differs. */
async function main(): Promise<number> {
  const dump = await currentSchema();
  if (!argv.includes('--check')) {
    await writeFile(FILE, dump);
    stdout.write(`test/schema.sql written, ${dump.split('\n').length} lines\n`);
    return 0;
  }
  if ((await readFile(FILE, 'utf8').catch(() => '')) === dump) return 0;
  stderr.write(
    'test/schema.sql differs from what the migrations make: run `npm run schema` and commit the file\n',
  );
  return 1;
}

/** The embedded database serves: the dump is the same from every server. */
async function currentSchema(): Promise<string> {
  const db = await openDatabase({ schema: SCHEMA, log: silentLogger });
  try {
    await migrate(db);
    return await dumpCatalog(db, SCHEMA);
  } finally {
    await db.close();
  }
}

exit(await main());
