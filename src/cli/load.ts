import { resolve } from 'node:path';
import type { SpokeConfig } from '../config/define-config.ts';
import { readEnvironment, type Settings } from '../config/environment.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Database } from '../db/database.ts';
import { assertMigrated, migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { createLogger, type Logger } from '../log.ts';
import { checkSamples } from '../mapping/check-samples.ts';
import type { Console } from './command.ts';

export interface Surroundings {
  readonly settings: Settings;
  readonly log: Logger;
}

export interface Loaded extends Surroundings {
  readonly config: SpokeConfig;
}

/** The environment, checked, and a logger on stderr. A `short` command says nothing below a warning unless SPOKE_LOG_LEVEL asks for it. */
export function loadEnvironment(console: Console, kind: 'short' | 'long' = 'short'): Surroundings {
  const read = readEnvironment(console.env);
  const settings = { ...read, dataDir: resolve(console.cwd, read.dataDir) };
  const asked = (console.env.SPOKE_LOG_LEVEL ?? '').trim() !== '';
  const log = createLogger({
    level: asked || kind === 'long' ? settings.logLevel : 'warn',
    destination: { write: (line) => console.err(line.trimEnd()) },
  });
  return { settings, log };
}

/** The environment and the config, both checked; `--config` goes before SPOKE_CONFIG. */
export async function loadEverything(
  console: Console,
  configPath: string | undefined,
  kind: 'short' | 'long' = 'short',
): Promise<Loaded> {
  const surroundings = loadEnvironment(console, kind);
  const { config } = await loadConfig({
    cwd: console.cwd,
    path: configPath ?? surroundings.settings.configPath,
    check: checkSamples,
  });
  return { ...surroundings, config };
}

/** The database of the settings, for as long as `work` takes. Does not look at its schema. */
export async function withDatabase<T>(
  { settings, log }: Surroundings,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const { databaseUrl: url, dataDir, schema, poolSize } = settings;
  const db = await openDatabase({ url, dataDir, schema, poolSize, log });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** The same with the schema there: an embedded one is brought up to date, any other has to be (DATABASE_NOT_MIGRATED, _NEWER). */
export function withMigrated<T>(surroundings: Surroundings, work: (db: Database) => Promise<T>): Promise<T> {
  return withDatabase(surroundings, async (db) => {
    await (db.kind === 'pglite' ? migrate(db) : assertMigrated(db));
    return work(db);
  });
}
