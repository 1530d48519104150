import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { describePostgres, type TestDatabase, testDatabase } from '../support/database.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { setup } from '../support/setup.ts';
import { createDatabase, createTemplate } from '../support/test-databases.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 90_000;
const DAY_MS = 24 * 3_600_000;
const EVENTS = 40;

type Bundle = Awaited<ReturnType<typeof setup>>;

async function trackAll(bundle: Bundle, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1)
    await bundle.track('contact_noted', {
      email: `user${n % 10}@example.com`,
      text: `note ${n}`,
      values: { jobtitle: `title ${n}` },
    });
}

/** Every note once, and every contact as its last event said. */
function expectAll(bundle: Bundle, events: number): void {
  const notes = bundle.simulator
    .records('notes')
    .map((note) => /note \d+/.exec(note.properties.hs_note_body ?? '')?.[0]);
  expect(notes.sort()).toEqual(Array.from({ length: events }, (_, n) => `note ${n}`).sort());
  for (let n = events - 10; n < events; n += 1)
    expect(bundle.contact(`user${n % 10}@example.com`)).toMatchObject({ jobtitle: `title ${n}` });
}

/** A session beside the application's, as an administrator has one. */
async function administrator({ url }: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const endSessions = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

describePostgres('delivery', { timeout: LONG }, () => {
  it('goes on by itself after the database could only be read, as after a failover', async () => {
    const database = await testDatabase();
    const bundle = await setup({ database });
    const admin = await administrator(database);
    await trackAll(bundle, 0, EVENTS / 2);
    const turn = async (setting: string) => {
      await admin.query(
        `do $$ begin execute format('alter database %I ${setting}', current_database()); end $$`,
      );
      await admin.query(endSessions);
    };
    await bundle.start();
    await turn('set default_transaction_read_only = on');
    await waitFor(
      () =>
        bundle.track('contact_set', { email: 'no@example.com', values: {} }).then(
          () => false,
          () => true,
        ),
      { timeout: 10_000, what: 'track to be refused' },
    );
    await admin.query('set default_transaction_read_only = off');
    await turn('reset default_transaction_read_only');
    const answers = () =>
      bundle.db.query('select 1').then(
        () => true,
        () => false,
      );
    await waitFor(answers, { timeout: 10_000, what: 'the database to answer' });
    await trackAll(bundle, EVENTS / 2, EVENTS);
    await bundle.idle(40_000);
    expectAll(bundle, EVENTS);
  });

  it('needs no second connection while it holds one: a pool of one is enough', async () => {
    const bundle = await setup({ env: { SPOKE_POOL_SIZE: '1' } });
    await trackAll(bundle, 0, EVENTS);
    await bundle.start();
    await bundle.idle(40_000);
    expectAll(bundle, EVENTS);
  });

  it.each([1, -1])('does not go by the clock of its machine, which is %i day off', async (days) => {
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + days * DAY_MS };
    const bundle = await setup();
    bundle.simulator.addFaults([
      { match: { path: '/notes/batch/create' }, at: 'after-apply', do: 'reset', times: 2 },
      { match: { path: '/contacts/batch/upsert' }, at: 'before', do: 'status', status: 429, times: 1 },
    ]);
    await trackAll(bundle, 0, EVENTS);
    await bundle.start({ clock });
    await bundle.start();
    await bundle.idle(40_000);
    expectAll(bundle, EVENTS);
  });

  it('outlasts a server that takes no further connection', async () => {
    const server = await startPostgres({ maxConnections: 20 });
    onTestFinished(() => server.stop());
    const { url, template, schema } = await createTemplate(server.url, 'spoke');
    const databaseUrl = await createDatabase(url, template);
    const db = await openDatabase({ url: databaseUrl, schema, poolSize: 2, log: silentLogger });
    const bundle = await setup({ database: { db, url: databaseUrl, schema, drop: () => db.close() } });
    await bundle.start();
    await trackAll(bundle, 0, EVENTS / 2);
    const hogs = await takeAllConnections(databaseUrl);
    expect(hogs.length).toBeGreaterThan(0);
    await trackAll(bundle, EVENTS / 2, EVENTS);
    await Promise.all(hogs.map((hog) => hog.end()));
    await bundle.idle(40_000);
    expectAll(bundle, EVENTS);
  });
});

/** Leaves only what others have open already. */
async function takeAllConnections(connectionString: string): Promise<pg.Client[]> {
  const hogs: pg.Client[] = [];
  for (;;) {
    const hog = new pg.Client({ connectionString });
    hog.on('error', () => undefined);
    try {
      await hog.connect();
    } catch {
      return hogs;
    }
    hogs.push(hog);
  }
}
