import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';

const NAME = /^spoke_test_(\d+)_/;
/** Databases of runs that were killed are removed after so long; a shared server may serve several runs at once. */
const STALE_MS = 6 * 3_600_000;

/** What global-setup hands to the tests. */
export interface TestPostgres {
  /** Of a database in which others can be made. */
  readonly url: string;
  /** A migrated database to clone. */
  readonly template: string;
  /** The schema in it. */
  readonly schema: string;
}

/** Makes the template on a running server. */
export async function createTemplate(url: string, schema: string): Promise<TestPostgres> {
  const template = newName();
  await administer(url, `create database ${template}`);
  const db = await openDatabase({ url: databaseUrl(url, template), schema, poolSize: 1, log: silentLogger });
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
  return { url, template, schema };
}

/** A new database, empty or a clone of `template`; returns its URL. */
export async function createDatabase(url: string, template?: string): Promise<string> {
  const name = newName();
  await administer(url, `create database ${name}${template ? ` template ${template}` : ''}`);
  return databaseUrl(url, name);
}

/** Ends its sessions too. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await administer(url, `drop database if exists ${name} with (force)`);
}

export async function dropStaleDatabases(url: string): Promise<void> {
  const rows = await administer<{ datname: string }>(
    url,
    `select datname from pg_database where datname like 'spoke\\_test\\_%'`,
  );
  for (const { datname } of rows) {
    const made = Number(NAME.exec(datname)?.[1]);
    if (Date.now() - made > STALE_MS) await dropDatabase(url, datname);
  }
}

export function databaseUrl(url: string, name: string): string {
  const result = new URL(url);
  result.pathname = `/${name}`;
  return result.toString();
}

function newName(): string {
  return `spoke_test_${Date.now()}_${randomBytes(5).toString('hex')}`;
}

async function administer<R extends pg.QueryResultRow>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}
