import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import {
  databaseKinds,
  describePostgres,
  type TestDatabase,
  testDatabase,
  testDatabaseOf,
} from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

async function received(db: Database, channel: string) {
  const payloads: string[] = [];
  const subscription = await db.listen(channel, (payload) => payloads.push(payload));
  return { payloads, subscription };
}

describe.each(databaseKinds)('%s', (kind) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabaseOf(kind, { migrated: false });
  });

  afterAll(() => database.drop());

  test('a listener hears its channel and no other', async () => {
    const { payloads } = await received(database.db, 'Spoke "work"');
    await database.db.notify('spoke');
    await database.db.notify('Spoke "work"', 'lane 7');
    await database.db.notify('Spoke "work"');
    await waitFor(() => payloads.length === 2, { what: 'two notifications' });
    expect(payloads).toEqual(['lane 7', '']);
  });

  test('a notification comes after the commit, and not after a rollback', async () => {
    const { payloads } = await received(database.db, 'work');
    const notify = (payload: string) => ["select pg_notify('work', $1)", [payload]] as const;
    await database.db
      .transaction(async (tx) => {
        await tx.query(...notify('lost'));
        throw new Error('no');
      })
      .catch(() => undefined);
    await database.db.transaction((tx) => tx.query(...notify('kept')));
    await waitFor(() => payloads.length > 0, { what: 'a notification' });
    expect(payloads).toEqual(['kept']);
  });

  test('a stopped subscription hears nothing more, the other on its channel does', async () => {
    const first = await received(database.db, 'work');
    const second = await received(database.db, 'work');
    await first.subscription.stop();
    await first.subscription.stop();
    await database.db.notify('work', 'x');
    await waitFor(() => second.payloads.length === 1, { what: 'the other one' });
    expect(first.payloads).toEqual([]);
  });

  test('a listener that throws does not stop the others', async () => {
    await database.db.listen('work', () => {
      throw new Error('no');
    });
    const { payloads } = await received(database.db, 'work');
    await database.db.notify('work', 'x');
    await waitFor(() => payloads.length === 1, { what: 'a notification' });
  });

  test('closing ends the subscriptions', async () => {
    const { subscription } = await received(database.db, 'work');
    await database.db.close();
    await subscription.stop();
    await expect(database.db.listen('work', () => undefined)).rejects.toMatchObject({
      code: 'DATABASE_CLOSED',
    });
  });
});

describePostgres('a lost connection', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await testDatabase({ migrated: false });
  });

  afterEach(() => database.drop());

  const listening = `select pid from pg_stat_activity where query like 'listen%' and datname = current_database() and pid <> pg_backend_pid()`;

  test('comes back by itself, calls once, and hears again', async () => {
    const { payloads } = await received(database.db, 'work');
    const killed = await database.db.query(`select pg_terminate_backend(pid) from (${listening}) l`);
    expect(killed).toHaveLength(1);
    await waitFor(() => payloads.length > 0, { what: 'the call after the reconnect' });
    expect(payloads).toEqual(['']);
    await database.db.notify('work', 'x');
    await waitFor(() => payloads.length === 2, { what: 'a notification' });
    expect(payloads).toEqual(['', 'x']);
  });

  test('exists only while somebody listens', async () => {
    const { subscription } = await received(database.db, 'work');
    expect(await database.db.query(listening)).toHaveLength(1);
    await subscription.stop();
    await waitFor(async () => (await database.db.query(listening)).length === 0, {
      what: 'the connection to end',
    });
  });

  test('does not hold up closing while it is being made anew', async () => {
    const db = await openDatabase({ url: database.url, log: silentLogger, poolSize: 1 });
    await db.listen('work', () => undefined);
    await database.db.query(`alter database "${new URL(database.url).pathname.slice(1)}" connection limit 0`);
    await database.db.query(`select pg_terminate_backend(pid) from (${listening}) l`);
    await db.close();
  });
});
