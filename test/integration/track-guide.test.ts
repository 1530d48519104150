import { randomBytes } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, serial, text } from 'drizzle-orm/pg-core';
import knex from 'knex';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { importEvents } from '../../src/outbox/import-events.ts';
import { createTracker, type Tracker } from '../../src/outbox/track.ts';
import { describePostgres, type TestDatabase, testDatabase } from '../support/database.ts';
import { guideBlocks, runGuideBlock } from './track-guide.ts';

const leads = pgTable('leads', { id: serial('id').primaryKey(), email: text('email') });

/** What an application has in its hand, under the name that the guide uses. */
const CLIENTS: readonly (readonly [
  language: string,
  open: (url: string) => [names: object, close: () => Promise<void>],
])[] = [
  [
    'js pg',
    (url) => {
      const pool = new pg.Pool({ connectionString: url });
      return [{ pool }, () => pool.end()];
    },
  ],
  [
    'js kysely',
    (url) => {
      const db = new Kysely({
        dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
      });
      return [{ kysely: db }, () => db.destroy()];
    },
  ],
  [
    'js drizzle',
    (url) => {
      const pool = new pg.Pool({ connectionString: url });
      return [{ drizzle: drizzle(pool), leads }, () => pool.end()];
    },
  ],
  [
    'js knex',
    (url) => {
      const db = knex({ client: 'pg', connection: url });
      return [{ knex: db }, () => db.destroy()];
    },
  ],
  [
    'js postgres.js',
    (url) => {
      const sql = postgres(url);
      return [{ sql }, () => sql.end()];
    },
  ],
];

describePostgres('the guide to track', () => {
  let own: TestDatabase;
  let tracker: Tracker;

  beforeAll(async () => {
    own = await testDatabase();
    tracker = createTracker({ schema: own.schema, log: silentLogger });
    await own.db.query('create table public.leads (id serial primary key, email text)');
  });

  afterAll(() => own.drop());

  test.each(CLIENTS)('its block %s records the event of the lead', async (language, open) => {
    const [names, close] = open(own.url);
    const email = `${language.replace('js ', '')}@example.com`;
    try {
      await runGuideBlock(language, { ...names, email, spoke: tracker });
    } finally {
      await close();
    }
    const rows = await own.db.query(
      `select l.email, e.payload from public.leads l join {schema}.outbox_events e on e.idempotency_key = 'lead-' || l.id
       where l.email = $1`,
      [email],
    );
    expect(rows).toEqual([{ email, payload: { email } }]);
  });

  test('its SQL records an event, by a role that has no more than its grants', async () => {
    const blocks = await guideBlocks('sql');
    const record = blocks.find((block) => block.includes('select spoke.track'));
    const grants = blocks.find((block) => block.includes('grant usage'));
    const role = `spoke_test_${randomBytes(5).toString('hex')}`;
    const here = (sql = '') =>
      sql.replaceAll('spoke.', '{schema}.').replaceAll('schema spoke', 'schema {schema}');
    // The blocks above use the key lead-1 as well.
    await own.db.query('truncate {schema}.outbox_events');
    await own.db.query('revoke execute on all functions in schema {schema} from public');
    await own.db.query(`create role ${role}`);
    try {
      for (const grant of here(grants).replaceAll('to app', `to ${role}`).split(';').slice(0, -1)) {
        await own.db.query(grant);
      }
      await own.db.transaction(async (tx) => {
        await tx.query(`set local role ${role}`);
        const [row] = await tx.query(here(record));
        expect(typeof Object.values(row ?? {})[0]).toBe('number');
        expect(await tracker.track(tx, 'a', {})).toMatchObject({ status: 'recorded' });
      });
      const rows = await own.db.query(
        `select type from {schema}.outbox_events where payload->>'email' = 'ada@example.com'`,
      );
      expect(rows).toEqual([{ type: 'lead_created' }]);
    } finally {
      await own.db.query(`drop owned by ${role}`);
      await own.db.query(`drop role ${role}`);
    }
  });

  test('its line of a file is imported', async () => {
    const [line = ''] = await guideBlocks('json');
    async function* input() {
      yield line.replace('lead-1', 'lead-of-a-file');
    }
    const report = await importEvents({ input: input(), db: own.db, tracker });
    expect(report).toMatchObject({ lines: 1, recorded: 1 });
  });
});
