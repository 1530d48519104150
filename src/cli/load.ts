import { resolve } from 'node:path';
import type { SpokeConfig } from '../config/define-config.ts';
import { readEnvironment, type Settings } from '../config/environment.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Database } from '../db/database.ts';
import { createLogger, type Logger } from '../log.ts';
import { checkSamples } from '../mapping/check-samples.ts';
import { openAppDatabase, openSettingsDatabase } from '../open-app-database.ts';
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
  return closing(await openSettingsDatabase(settings, log), work);
}

/** The same with its schema there; raises what openAppDatabase raises. */
export async function withMigrated<T>(
  { settings, log }: Surroundings,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  return closing(await openAppDatabase(settings, log), work);
}

async function closing<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> {
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
