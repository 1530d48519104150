import type { Settings } from './config/environment.ts';
import type { Database } from './db/database.ts';
import { assertMigrated, migrate } from './db/migrate.ts';
import { openDatabase } from './db/open-database.ts';
import type { Logger } from './log.ts';

/** The database of the settings. Says nothing of its schema. */
export function openSettingsDatabase(settings: Settings, log: Logger): Promise<Database> {
  const { databaseUrl: url, dataDir, schema, poolSize } = settings;
  return openDatabase({ url, dataDir, schema, poolSize, log });
}

/** The same with its schema there: an embedded one is brought up to date, any other has to be (DATABASE_NOT_MIGRATED, _NEWER). */
export async function openAppDatabase(settings: Settings, log: Logger): Promise<Database> {
  const db = await openSettingsDatabase(settings, log);
  try {
    if (db.kind === 'pglite') await migrate(db, { log });
    else await assertMigrated(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
