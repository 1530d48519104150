import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { type OpenDatabaseOptions, openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { startTcpProxy } from '../chaos/tcp-proxy.ts';
import { describePostgres, type TestDatabase, testDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'hush-hush';

function open(options: Omit<OpenDatabaseOptions, 'log'>): Promise<Database> {
  return openDatabase({ poolSize: 1, log: silentLogger, ...options });
}

const failureOf = (options: Omit<OpenDatabaseOptions, 'log'>): Promise<unknown> =>
  open(options).then(
    () => {
      throw new Error('it opened');
    },
    (error: unknown) => error,
  );

describe('a server that cannot be used', () => {
  test('is named with host and port, without the password', async () => {
    const port = await freePort();
    const error = await failureOf({ url: `postgres://ada:${SECRET}@127.0.0.1:${port}/app` });
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining(`127.0.0.1:${port} could not be reached (ECONNREFUSED)`),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRET);
  });

  test('that never answers costs the connect time-out', async () => {
    const server = createServer();
    const port = await listening(server);
    expect(
      await failureOf({ url: `postgres://ada@127.0.0.1:${port}/app`, connectTimeout: 200 }),
    ).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
    server.close();
  });

  test('older than 13 is refused', async () => {
    const server = oldServer('120022');
    const port = await listening(server);
    expect(await failureOf({ url: `postgres://ada@127.0.0.1:${port}/app` })).toMatchObject({
      code: 'DATABASE_TOO_OLD',
      message: expect.stringContaining('version 12'),
    });
    server.close();
  });

  test.each([
    'mysql://ada:hush-hush@localhost/app',
    'postgres://ada:hush-hush@local host:x/app',
    'localhost',
    '',
  ])('as %j is no connection string', async (url) => {
    const error = await failureOf({ url });
    expect(error).toMatchObject({ code: 'DATABASE_URL_INVALID' });
    expect(String(error)).not.toContain(SECRET);
  });
});

describePostgres('a server that refuses', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase({ migrated: false });
  });

  afterAll(() => database.drop());

  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return url.toString();
  };

  test.each([
    ['a database that is not there', (url: URL) => (url.pathname = '/nowhere')],
    ['a wrong password', (url: URL) => (url.password = SECRET)],
    ['an unknown user', (url: URL) => (url.username = 'nobody_here')],
  ])('%s', async (_name, change) => {
    const error = await failureOf({ url: changed(change) });
    expect(error).toMatchObject({ code: 'DATABASE_REFUSED' });
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRET);
  });
});

describePostgres('a connection that is lost', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase({ migrated: false });
  });

  afterAll(() => database.drop());

  const pidOf = async (on: { query: Database['query'] }) =>
    (await on.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid;
  const kill = (pid: number | undefined) => database.db.query('select pg_terminate_backend($1)', [pid]);
  const gone = (pid: number | undefined) =>
    waitFor(
      async () =>
        (await database.db.query('select from pg_stat_activity where pid = $1', [pid])).length === 0,
      {
        what: 'the backend to end',
      },
    );

  test('while idle is replaced', async () => {
    const db = await open({ url: database.url });
    const pid = await pidOf(db);
    await kill(pid);
    await gone(pid);
    await waitFor(async () => (await pidOf(db).catch(() => pid)) !== pid, { what: 'a new connection' });
    await db.close();
  });

  test('inside a transaction fails it with DATABASE_UNREACHABLE, and the next one works', async () => {
    const db = await open({ url: database.url });
    const work = db.transaction(async (tx) => {
      const pid = await pidOf(tx);
      await kill(pid);
      await gone(pid);
      await tx.query('select 1');
    });
    await expect(work).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await db.close();
  });

  test('during COMMIT leaves open what happened', async () => {
    const proxy = await proxied(database.url);
    const db = await open({ url: proxy.url });
    const work = db.transaction(async (tx) => {
      await tx.query('select 1');
      proxy.apply({ kind: 'cut' });
    });
    await expect(work).rejects.toMatchObject({ code: 'DATABASE_COMMIT_UNKNOWN' });
    await db.close();
    await proxy.stop();
  });

  test('without a sign is given up after the statement time-out', async () => {
    const proxy = await proxied(database.url);
    const db = await open({ url: proxy.url, statementTimeout: 100 });
    const hole = proxy.apply({ kind: 'black-hole', onHeal: 'reset' });
    await expect(db.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_TIMEOUT' });
    hole.remove();
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await db.close();
    await proxy.stop();
  });

  test('does not hold up close', async () => {
    const proxy = await proxied(database.url);
    const db = await open({ url: proxy.url, closeTimeout: 100 });
    await db.listen('work', () => undefined);
    proxy.apply({ kind: 'black-hole', onHeal: 'reset' });
    const hanging = db.query('select 1').catch((error: unknown) => error);
    await db.close();
    expect(await hanging).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    await proxy.stop();
  });
});

describePostgres('the limits', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase({ migrated: false });
  });

  afterAll(() => database.drop());

  test('end a statement that takes too long, and keep the connection', async () => {
    const db = await open({ url: database.url, statementTimeout: 100 });
    await expect(db.query('select pg_sleep(20)')).rejects.toMatchObject({ code: '57014' });
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await db.close();
  });

  test('end a transaction that waits too long for its client', async () => {
    const db = await open({ url: database.url, idleInTransactionTimeout: 50 });
    const work = db.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      const backend = 'select from pg_stat_activity where pid = $1';
      await waitFor(async () => (await database.db.query(backend, [row?.pid])).length === 0, {
        what: 'its end',
      });
      await tx.query('select 1');
    });
    await expect(work).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await db.close();
  });

  test('do not hold for a session', async () => {
    const db = await open({ url: database.url, statementTimeout: 100 });
    expect(
      await db.session((session) => session.query('select pg_sleep(0.3) is null as slept')),
    ).toHaveLength(1);
    await db.close();
  });
});

/** The same database through a proxy that can misbehave. */
async function proxied(url: string) {
  const target = new URL(url);
  const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  target.hostname = proxy.host;
  target.port = String(proxy.port);
  return { url: target.toString(), apply: proxy.apply.bind(proxy), stop: proxy.stop.bind(proxy) };
}

async function listening(server: Server): Promise<number> {
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return port;
}

/** Speaks as much of the protocol as it takes to tell its version. */
function oldServer(version: string): Server {
  const message = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const head = Buffer.from(`${type}\0\0\0\0`);
    head.writeUInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const ready = message('Z', Buffer.from('I'));
  const answer = Buffer.concat([
    message(
      'T',
      int(1, 2),
      Buffer.from('server_version_num\0'),
      int(0, 6),
      int(25, 4),
      int(-1, 2),
      int(-1, 4),
      int(0, 2),
    ),
    message('D', int(1, 2), int(version.length, 4), Buffer.from(version)),
    message('C', Buffer.from('SHOW\0')),
    ready,
  ]);
  return createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int(0, 4)), ready]));
      socket.on('data', (data) => {
        if (data[0] === 'Q'.charCodeAt(0)) socket.write(answer);
        else socket.end();
      });
    });
  });
}
