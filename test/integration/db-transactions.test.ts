import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/db/database.ts';
import { type DatabaseKind, databaseKinds, type TestDatabase, testDatabaseOf } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

/** A promise and its key. */
function latch(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

async function setup(kind: DatabaseKind): Promise<TestDatabase> {
  const database = await testDatabaseOf(kind, { migrated: false, poolSize: 1 });
  await database.db.query('create schema {schema}; create table {schema}.notes (id int primary key)');
  return database;
}

describe.each(databaseKinds)('%s, with one connection', (kind) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await setup(kind);
  });

  beforeEach(() => database.db.query('truncate {schema}.notes'));

  afterAll(() => database.drop());

  const add = (on: Queryable, id: number) => on.query('insert into {schema}.notes values ($1)', [id]);
  const ids = async () =>
    (await database.db.query<{ id: number }>('select id from {schema}.notes order by id')).map(
      (row) => row.id,
    );

  test('what a transaction wrote stands when its work resolves', async () => {
    const result = await database.db.transaction(async (tx) => {
      await add(tx, 1);
      await add(tx, 2);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await ids()).toEqual([1, 2]);
  });

  test('nothing stands when its work rejects, and the error comes through', async () => {
    const work = database.db.transaction(async (tx) => {
      await add(tx, 1);
      throw new RangeError('no');
    });
    await expect(work).rejects.toThrow(new RangeError('no'));
    expect(await ids()).toEqual([]);
  });

  test('a swallowed error does not pass for a commit', async () => {
    const work = database.db.transaction(async (tx) => {
      await add(tx, 1);
      await add(tx, 1).catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: 'DATABASE_ROLLED_BACK' });
    expect(await ids()).toEqual([]);
  });

  test('a savepoint saves the rest', async () => {
    await database.db.transaction(async (tx) => {
      await add(tx, 1);
      await tx.query('savepoint here');
      await add(tx, 1).catch(() => tx.query('rollback to here'));
      await add(tx, 2);
    });
    expect(await ids()).toEqual([1, 2]);
  });

  test('a statement after the end of its transaction is refused', async () => {
    let leaked: Queryable | undefined;
    await database.db.transaction(async (tx) => {
      leaked = tx;
    });
    if (!leaked) throw new Error('the work did not run');
    await expect(add(leaked, 1)).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    expect(await ids()).toEqual([]);
  });

  test('a statement that nobody awaits belongs to its transaction', async () => {
    await database.db.transaction(async (tx) => {
      void add(tx, 1);
      void add(tx, 2);
    });
    expect(await ids()).toEqual([1, 2]);
  });

  test('statements and transactions that come together all get their turn', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(
      numbers.map((id) =>
        id % 2 === 0 ? add(database.db, id) : database.db.transaction((tx) => add(tx, id)),
      ),
    );
    expect(await ids()).toEqual(numbers);
  });

  test('a failed statement does not cost the connection', async () => {
    const pid = async () =>
      (await database.db.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid;
    const before = await pid();
    await expect(database.db.query('select 1/0')).rejects.toMatchObject({ code: '22012' });
    expect(await pid()).toBe(before);
  });

  test('a session runs outside a transaction and leaves neither locks nor settings', async () => {
    const db = database.db;
    await db.session(async (session) => {
      await session.query('select pg_advisory_lock(42)');
      await session.query("set application_name = 'other'");
      await session.query('vacuum {schema}.notes');
    });
    // The server notices the end of a connection a moment later.
    const locks =
      "select from pg_locks join pg_database d on d.oid = database where locktype = 'advisory' and datname = current_database()";
    await waitFor(async () => (await db.query(locks)).length === 0, { what: 'the lock to go' });
    expect(await db.query("select current_setting('application_name') = 'other' as other")).toEqual([
      { other: false },
    ]);
  });
});

describe.each(databaseKinds)('%s, with short limits', (kind) => {
  test('a transaction inside another ends with DATABASE_BUSY instead of waiting for itself', async () => {
    const limited = await withLimits(kind);
    const nested = limited.db.transaction(() => limited.db.transaction((tx) => tx.query('select 1')));
    await expect(nested).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
    expect(await limited.db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await limited.drop();
  });

  test('close waits for the work that runs and refuses what comes later', async () => {
    const limited = await withLimits(kind);
    const { opened, open } = latch();
    const started = latch();
    const work = limited.db.transaction(async (tx) => {
      started.open();
      await opened;
      await tx.query('select 1');
      return 'done';
    });
    await started.opened;
    const closed = limited.db.close();
    await expect(limited.db.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    open();
    expect(await work).toBe('done');
    await closed;
    await limited.db.close();
    await limited.drop();
  });

  test('close does not wait forever for work that never ends', async () => {
    const limited = await withLimits(kind);
    const started = latch();
    void limited.db
      .transaction(async (tx) => {
        await tx.query('select 1');
        started.open();
        await new Promise(() => undefined);
      })
      .catch(() => undefined);
    await started.opened;
    await limited.db.close();
    await expect(limited.db.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    await limited.drop();
  });
});

function withLimits(kind: DatabaseKind): Promise<TestDatabase> {
  return testDatabaseOf(kind, { migrated: false, poolSize: 1, connectTimeout: 200, closeTimeout: 500 });
}
