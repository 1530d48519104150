import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { SpokeError } from '../errors.ts';

/** Beside this file when run from source, beside the bundle or one above a chunk's folder when built. */
const FOLDERS = ['./migrations/', '../migrations/', './db/migrations/'];
const FILE_NAME = /^(\d{4})-([a-z0-9-]+)\.sql$/;
const NO_TRANSACTION = '-- no-transaction';

export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  /** With `{schema}` still in it. */
  readonly sql: string;
  /** SHA-256 of the text, hexadecimal; line ends count as `\n`. */
  readonly checksum: string;
  /** False when the first line is `-- no-transaction`: then each statement runs alone and has to bear being repeated. */
  readonly transaction: boolean;
}

/** Reads the migrations of this version in order; throws MIGRATION_GAP when numbers are missing or there twice. */
export async function loadMigrations(folder?: URL): Promise<readonly Migration[]> {
  const place = folder ?? (await findFolder());
  const files = (await readdir(place)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(files.map((file) => loadMigration(file, place)));
  migrations.forEach((migration, index) => {
    if (migration.version === index + 1) return;
    throw new SpokeError(
      'MIGRATION_GAP',
      `Migration ${index + 1} was expected and ${files[index]} found: the numbers have to run from 0001 without gaps or repeats.`,
    );
  });
  return migrations;
}

async function findFolder(): Promise<URL> {
  for (const candidate of FOLDERS) {
    const folder = new URL(candidate, import.meta.url);
    const files = await readdir(folder).catch(() => []);
    if (files.some((file) => FILE_NAME.test(file))) return folder;
  }
  throw new SpokeError(
    'MIGRATION_GAP',
    'No migrations were found beside the program: install the package anew, its folder `migrations` is missing.',
  );
}

async function loadMigration(file: string, folder: URL): Promise<Migration> {
  const [, version, name] = FILE_NAME.exec(file) ?? [];
  if (version === undefined || name === undefined) {
    throw new SpokeError(
      'MIGRATION_GAP',
      `The migration file ${file} is not named like 0001-name.sql: rename it.`,
    );
  }
  const sql = (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n');
  return {
    version: Number(version),
    name,
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    transaction: sql.split('\n', 1)[0]?.trim() !== NO_TRANSACTION,
  };
}
