import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Where packages of Debian, Red Hat, Homebrew, Postgres.app and FreeBSD put the server; `*` is a version. */
const FOLDERS = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
  '/usr/local/pgsql/bin',
  '/usr/local/bin',
  '/usr/bin',
];
const OLDEST_MAJOR = 13;
const run = promisify(execFile);

export interface PostgresBinaries {
  /** The folder that holds postgres and initdb. */
  readonly folder: string;
  /** For example 15. */
  readonly major: number;
}

/** The server found through PATH, else the newest in the usual folders; undefined when there is none from 13 on. */
export async function findPostgresBinaries(): Promise<PostgresBinaries | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = folder === '' ? undefined : await binariesIn(folder);
    if (found) return found;
  }
  const found = await Promise.all((await Promise.all(FOLDERS.map(expand))).flat().map(binariesIn));
  return found.filter((binaries) => binaries !== undefined).sort((a, b) => b.major - a.major)[0];
}

/** On PATH there may be a link to the one program only: initdb is looked for beside the program itself. */
async function binariesIn(candidate: string): Promise<PostgresBinaries | undefined> {
  try {
    const folder = dirname(await realpath(join(candidate, 'postgres')));
    await access(join(folder, 'initdb'), constants.X_OK);
    const { stdout } = await run(join(folder, 'postgres'), ['--version']);
    const major = Number(/\d+/.exec(stdout)?.[0]);
    return major >= OLDEST_MAJOR ? { folder, major } : undefined;
  } catch {
    return undefined;
  }
}

async function expand(pattern: string): Promise<string[]> {
  const [before, after] = pattern.split('*');
  if (before === undefined || after === undefined) return [pattern];
  const parent = before.endsWith('/') ? before : dirname(before);
  const names = await readdir(parent).catch(() => []);
  return names.map((name) => join(parent, name) + after).filter((path) => path.startsWith(before));
}
