import { type Clock, systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { sqlState } from './connection-fault.ts';
import type { Database, Queryable } from './database.ts';
import { quoteSchema } from './expand-schema.ts';
import { loadMigrations, type Migration } from './migration-files.ts';
import { splitStatements } from './split-statements.ts';

const LOCK_TIMEOUT_MS = 60_000;
const LOCK_POLL_MS = 200;
/** A migration that waits for a table lock holds up everyone behind it: rather give up and be run again. */
const TABLE_LOCK_TIMEOUT = '30s';

const SCHEMA_EXISTS = 'select exists (select from pg_namespace where nspname = $1) as found';
const CREATE_SCHEMA = 'create schema {schema}';
const CREATE_TABLE = `create table if not exists {schema}.migrations (
  version    integer primary key,
  name       text not null,
  -- SHA-256 of the file; a released file never changes.
  checksum   text not null,
  applied_at timestamptz not null default clock_timestamp()
)`;
const TRY_LOCK = `select pg_try_advisory_lock(hashtextextended('spoke:migrate:' || $1, 0)) as locked`;
const RECORD = 'insert into {schema}.migrations (version, name, checksum) values ($1, $2, $3)';
const APPLIED = 'select version, name, checksum from {schema}.migrations order by version';
const UNDEFINED_TABLE = '42P01';

export interface MigrateOptions {
  log?: Logger;
  clock?: Clock;
  /** How long to wait for another process that migrates, ms. Default 60,000. */
  lockTimeout?: number;
  /** Default: those of this version. */
  migrations?: readonly Migration[];
}

type Applied = Pick<Migration, 'version' | 'name' | 'checksum'>;

/**
 * Creates the schema if needed and applies what is pending, in order; returns what it applied. One process does the work, others
 * wait and find nothing to do. Stopped midway, it goes on at the next run.
 * Throws MIGRATION_CHANGED, _GAP, _FAILED, _LOCKED or DATABASE_NEWER.
 */
export async function migrate(db: Database, options: MigrateOptions = {}): Promise<readonly Migration[]> {
  const { log = silentLogger } = options;
  const migrations = options.migrations ?? (await loadMigrations());
  return db.session(async (session) => {
    await lock(session, db.schema, options);
    // Nothing in a migration may depend on the search path, which differs from one role to the next.
    await session.query(`set lock_timeout = '${TABLE_LOCK_TIMEOUT}'; set search_path = pg_catalog`);
    const [schema] = await session.query<{ found: boolean }>(SCHEMA_EXISTS, [db.schema]);
    if (!schema?.found) await session.query(CREATE_SCHEMA);
    await session.query(CREATE_TABLE);
    const pending = pendingOf(migrations, await session.query<Applied>(APPLIED), db.schema);
    for (const migration of pending) {
      await apply(session, migration);
      log.info({ version: migration.version, name: migration.name, schema: db.schema }, 'migration applied');
    }
    return pending;
  });
}

/** What `migrate` would apply. Throws MIGRATION_CHANGED, _GAP or DATABASE_NEWER. */
export async function pendingMigrations(
  db: Database,
  options: Pick<MigrateOptions, 'migrations'> = {},
): Promise<readonly Migration[]> {
  const migrations = options.migrations ?? (await loadMigrations());
  return pendingOf(migrations, await appliedMigrations(db), db.schema);
}

/** Throws DATABASE_NOT_MIGRATED when something is pending, and what `pendingMigrations` throws. */
export async function assertMigrated(
  db: Database,
  options: Pick<MigrateOptions, 'migrations'> = {},
): Promise<void> {
  const pending = await pendingMigrations(db, options);
  if (pending.length === 0) return;
  throw new SpokeError(
    'DATABASE_NOT_MIGRATED',
    `The schema "${db.schema}" lacks ${pending.length} ${pending.length === 1 ? 'migration' : 'migrations'} (${pending.map(label).join(', ')}): run \`spoke migrate\`.`,
    { facts: { schema: db.schema, pending: pending.map(({ version }) => version) } },
  );
}

/** The whole SQL for an empty database, with the schema put in, for psql and for review. */
export async function migrationSql(schema: string): Promise<string> {
  const migrations = await loadMigrations();
  const parts = migrations.map((migration) => {
    const { version, name, checksum } = migration;
    const record = `insert into {schema}.migrations (version, name, checksum) values (${version}, '${name}', '${checksum}');`;
    const body = `-- ${label(migration)}\n${migration.sql.trim()}\n${record}`;
    return migration.transaction ? `begin;\n${body}\ncommit;\n` : `${body}\n`;
  });
  return [
    `-- Spoke's schema, migrations 1 to ${migrations.length}, for an empty database: stop at the first error.`,
    'set search_path = pg_catalog;',
    'create schema if not exists {schema};',
    `${CREATE_TABLE};\n`,
    ...parts,
    'reset search_path;\n',
  ]
    .join('\n')
    .replaceAll('{schema}', quoteSchema(schema));
}

async function lock(session: Queryable, schema: string, options: MigrateOptions): Promise<void> {
  const { clock = systemClock, lockTimeout = LOCK_TIMEOUT_MS, log = silentLogger } = options;
  const deadline = clock.monotonic() + lockTimeout;
  for (let attempt = 1; ; attempt += 1) {
    // Asked again and again: a statement that waits would hold a snapshot, for which `create index concurrently` waits in turn.
    const [row] = await session.query<{ locked: boolean }>(TRY_LOCK, [schema]);
    if (row?.locked) return;
    if (clock.monotonic() >= deadline) {
      throw new SpokeError(
        'MIGRATION_LOCKED',
        `Another process has been migrating the schema "${schema}" for more than ${lockTimeout} ms: wait for it and run \`spoke migrate\` again.`,
      );
    }
    if (attempt === 1) log.info({ schema }, 'waiting for another process that migrates');
    await clock.sleep(LOCK_POLL_MS);
  }
}

async function apply(session: Queryable, migration: Migration): Promise<void> {
  const record = [migration.version, migration.name, migration.checksum];
  try {
    if (migration.transaction) {
      await session.query('begin');
      await session.query(RECORD, record);
      await session.query(migration.sql);
      await session.query('commit');
    } else {
      for (const statement of splitStatements(migration.sql)) await session.query(statement);
      await session.query(RECORD, record);
    }
  } catch (error) {
    await session.query('rollback').catch(() => undefined);
    throw new SpokeError(
      'MIGRATION_FAILED',
      `Migration ${label(migration)} failed: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
        facts: { version: migration.version, name: migration.name, sqlState: sqlState(error) },
      },
    );
  }
}

async function appliedMigrations(db: Database): Promise<readonly Applied[]> {
  try {
    return await db.query<Applied>(APPLIED);
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/** Applied ones have to be the first of ours, unchanged; the rest is pending. */
function pendingOf(
  migrations: readonly Migration[],
  applied: readonly Applied[],
  schema: string,
): readonly Migration[] {
  const newest = applied.at(-1);
  if (newest && newest.version > migrations.length) {
    throw new SpokeError(
      'DATABASE_NEWER',
      `The schema "${schema}" is at migration ${label(newest)} and this version of Spoke knows ${migrations.length}: run the newer version.`,
      { facts: { schema, database: newest.version, code: migrations.length } },
    );
  }
  applied.forEach((row, index) => {
    const migration = migrations[index];
    if (!migration || row.version !== migration.version) {
      throw new SpokeError(
        'MIGRATION_GAP',
        `In the schema "${schema}" migration ${index + 1} is not recorded though ${label(row)} is: restore the table "${schema}".migrations.`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new SpokeError(
        'MIGRATION_CHANGED',
        `Migration ${label(migration)} differs from what was applied to the schema "${schema}": restore the released file and put changes into a new one.`,
        { facts: { version: row.version, applied: row.checksum, file: migration.checksum } },
      );
    }
  });
  return migrations.slice(applied.length);
}

function label({ version, name }: Pick<Migration, 'version' | 'name'>): string {
  return `${String(version).padStart(4, '0')}-${name}`;
}
