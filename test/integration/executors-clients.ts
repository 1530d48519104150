import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { sql as drizzleSql } from 'drizzle-orm/sql';
import knex from 'knex';
import { CamelCasePlugin, Kysely, sql as kyselySql, PostgresDialect } from 'kysely';
import pg from 'pg';
import postgres from 'postgres';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';

/** An application's way to its database, as the library's own documentation shows it. */
export interface Client {
  /** What is in the application's hand outside a transaction. */
  readonly handle: unknown;
  /** Commits when `work` resolves, rolls back when it rejects. `run` executes the application's own SQL in it. */
  transaction<T>(work: (tx: unknown, run: (text: string) => Promise<unknown>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type Clients = readonly (readonly [name: string, open: (url: string) => Promise<Client>])[];

export const CLIENTS: Clients = [
  ['pg Client', openPgClient],
  ['pg Pool client', openPgPool],
  ['Kysely', (url) => openKysely(url, [])],
  ['Kysely with CamelCasePlugin', (url) => openKysely(url, [new CamelCasePlugin()])],
  ['Drizzle on node-postgres', openDrizzleNodePostgres],
  ['Drizzle on postgres.js', openDrizzlePostgresJs],
  ['Knex', openKnex],
  ['postgres.js', (url) => openPostgresJs(url, {})],
  ['postgres.js with camel transform', (url) => openPostgresJs(url, { transform: postgres.camel })],
  ['postgres.js without prepared statements', (url) => openPostgresJs(url, { prepare: false })],
  ["Spoke's own database", openSpoke],
];

async function openPgClient(url: string): Promise<Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { handle: client, transaction: (work) => inPgTransaction(client, work), close: () => client.end() };
}

async function openPgPool(url: string): Promise<Client> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  return {
    handle: pool,
    async transaction(work) {
      const client = await pool.connect();
      try {
        return await inPgTransaction(client, work);
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

async function inPgTransaction<T>(
  client: pg.ClientBase,
  work: (tx: unknown, run: (text: string) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  await client.query('begin');
  try {
    const result = await work(client, (text) => client.query(text));
    const { command } = await client.query('commit');
    // Postgres answers COMMIT with ROLLBACK, and no error, when a statement had failed.
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back at commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function openKysely(url: string, plugins: CamelCasePlugin[]): Promise<Client> {
  const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 2 }) });
  const db = new Kysely<Record<string, never>>({ dialect, plugins });
  return {
    handle: db,
    transaction: (work) =>
      db.transaction().execute((trx) => work(trx, (text) => kyselySql.raw(text).execute(trx))),
    close: () => db.destroy(),
  };
}

async function openDrizzleNodePostgres(url: string): Promise<Client> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const db = drizzleNodePostgres(pool);
  return {
    handle: db,
    transaction: (work) =>
      db.transaction((tx) => work(tx, async (text) => await tx.execute(drizzleSql.raw(text)))),
    close: () => pool.end(),
  };
}

async function openDrizzlePostgresJs(url: string): Promise<Client> {
  const sql = postgres(url, { max: 2, onnotice: () => {} });
  const db = drizzlePostgresJs(sql);
  return {
    handle: db,
    transaction: (work) =>
      db.transaction((tx) => work(tx, async (text) => await tx.execute(drizzleSql.raw(text)))),
    close: () => sql.end(),
  };
}

async function openKnex(url: string): Promise<Client> {
  const db = knex({ client: 'pg', connection: url, pool: { min: 0, max: 2 } });
  return {
    handle: db,
    transaction: (work) => db.transaction((trx) => work(trx, async (text) => await trx.raw(text))),
    close: () => db.destroy(),
  };
}

async function openPostgresJs(
  url: string,
  options: postgres.Options<Record<string, never>>,
): Promise<Client> {
  const sql = postgres(url, { max: 2, onnotice: () => {}, ...options });
  return {
    handle: sql,
    async transaction<T>(
      work: (tx: unknown, run: (text: string) => Promise<unknown>) => Promise<T>,
    ): Promise<T> {
      let result: { value: T } | undefined;
      await sql.begin(async (tx) => {
        result = { value: await work(tx, async (text) => await tx.unsafe(text)) };
      });
      if (!result) throw new Error('begin resolved without calling back');
      return result.value;
    },
    close: () => sql.end(),
  };
}

async function openSpoke(url: string): Promise<Client> {
  const db = await openDatabase({ url, poolSize: 2, log: silentLogger });
  return {
    handle: db,
    transaction: (work) => db.transaction((tx) => work(tx, (text) => tx.query(text))),
    close: () => db.close(),
  };
}
