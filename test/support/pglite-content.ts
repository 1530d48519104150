import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { migrate } from '../../src/db/migrate.ts';
import { loadMigrations } from '../../src/db/migration-files.ts';
import { openPgliteDatabase } from '../../src/db/pglite-database.ts';
import { silentLogger } from '../../src/log.ts';

const CACHE = new URL('../../node_modules/.cache/spoke-test/', import.meta.url);
const PGLITE_PACKAGE = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);
/** Characters of a hash of all migrations. */
const HASH_LENGTH = 16;

/**
 * What an embedded database starts from in tests: a cluster, with all migrations applied to `schema` when one is given. Making either
 * takes PGlite seconds, loading it less than one: each is made once and kept in node_modules/.cache.
 */
export async function pgliteContent(schema?: string): Promise<Blob> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(PGLITE_PACKAGE, 'utf8')));
  if (schema === undefined) return kept(`pglite-${version}`, dump);
  const hash = createHash('sha256');
  for (const { checksum } of await loadMigrations()) hash.update(checksum);
  const migrations = hash.digest('hex').slice(0, HASH_LENGTH);
  return kept(`pglite-${version}-${schema}-${migrations}`, () => makeMigrated(schema));
}

async function kept(name: string, make: () => Promise<Blob>): Promise<Blob> {
  const file = new URL(`${name}.tar`, CACHE);
  try {
    await access(file);
  } catch {
    const content = await make();
    // Another process may be at the same: whoever is last replaces what is equal.
    const draft = new URL(`draft-${process.pid}-${performance.now()}`, CACHE);
    await mkdir(CACHE, { recursive: true });
    await writeFile(draft, Buffer.from(await content.arrayBuffer()));
    await rename(draft, file);
  }
  return openAsBlob(file);
}

/** By way of a folder, as what is migrated is a `Database`, which cannot be dumped. */
async function makeMigrated(schema: string): Promise<Blob> {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-pglite-'));
  const dataDir = join(folder, 'data');
  try {
    const content = await pgliteContent();
    const db = await openPgliteDatabase({ dataDir, schema, log: silentLogger, content });
    try {
      await migrate(db);
    } finally {
      await db.close();
    }
    return await dump(dataDir);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a folder, or of a new cluster. */
async function dump(dataDir?: string): Promise<Blob> {
  // Most files of tests have no use for it.
  const { PGlite } = await import('@electric-sql/pglite');
  const engine = await PGlite.create(dataDir === undefined ? {} : { dataDir });
  try {
    return await engine.dumpDataDir('none');
  } finally {
    await engine.close();
  }
}
