import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/db/database.ts';
import { type HttpServer, startHttpServer } from '../../src/http/server.ts';
import { silentLogger } from '../../src/log.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { createPullOnDemand } from '../../src/pull/pull-on-demand.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { plainConfig, testWebsite } from '../support/website.ts';

const LIMITS = { headersMs: 2_500, requestMs: 3_000, keepAliveMs: 500, drainMs: 500 };
const SLOW_SOCKETS = 200;
const HEAD = 'POST /api/contact HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const BODY = JSON.stringify({ email: 'ada@example.com' });
const POST = `${HEAD}content-length: ${BODY.length}\r\n\r\n${BODY}`;

describe('forms under attack', () => {
  let database: TestDatabase;
  let db: Database;
  let server: HttpServer;
  let port: number;

  beforeAll(async () => {
    database = await testDatabase();
    db = database.db;
    const config = plainConfig();
    server = await startHttpServer({
      db,
      config,
      mapper: createMapper(config),
      clock: systemClock,
      log: silentLogger,
      pull: createPullOnDemand(),
      metrics: createMetrics({ db, config, clock: systemClock, log: silentLogger }),
      website: testWebsite(db),
      host: '127.0.0.1',
      port: 0,
      limits: LIMITS,
    });
    port = Number(new URL(server.url).port);
  });

  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  beforeEach(() => db.query('truncate {schema}.submissions, {schema}.consents, {schema}.outbox_events'));

  /** A connection that says what it is told; `closed` resolves with all that was answered. */
  function dial(said = ''): { socket: Socket; closed: Promise<string> } {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined);
    const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(answer)));
    onTestFinished(() => {
      socket.destroy();
    });
    socket.write(said);
    return { socket, closed };
  }

  const stored = async () => {
    const [row] = await db.query<{ count: number }>('select count(*) as count from {schema}.submissions');
    return row?.count;
  };
  const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  const post = (body: string, type = 'application/json') =>
    fetch(`${server.url}/api/contact`, { method: 'POST', headers: { 'content-type': type }, body });

  it('a visitor is answered at once beside hundreds of sockets that never finish', {
    timeout: 60_000,
  }, async () => {
    const slow = Array.from({ length: SLOW_SOCKETS }, (_, n) =>
      dial([`${HEAD}content-length: 9999\r\n\r\n{`, HEAD, 'POST /api/co', ''][n % 4]),
    );
    let ended = 0;
    for (const { closed } of slow) void closed.then(() => (ended += 1));
    expect((await post(BODY)).status).toBe(201);
    // It did not have to wait until they were sent away.
    expect(ended).toBeLessThan(SLOW_SOCKETS / 2);
    const answers = await Promise.all(slow.map(({ closed }) => closed));
    // Told that it was too slow, or nothing where nothing was asked; never taken.
    for (const answer of answers) expect([0, 400, 408]).toContain(statusOf(answer));
    expect(await stored()).toBe(1);
  });

  it('a body that comes byte by byte is given up after the time of a request', async () => {
    const { socket, closed } = dial(`${HEAD}content-length: 5000\r\n\r\n`);
    const drip = setInterval(() => socket.write(' '), 50);
    onTestFinished(() => clearInterval(drip));
    await closed;
    // Sooner than its 5,000 bytes would have been there.
    expect(socket.bytesWritten).toBeLessThan(1_000);
    expect(await stored()).toBe(0);
  });

  it.each<[string, string]>([
    ['two lengths', `${HEAD}content-length: 5\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`],
    [
      'a length and chunks',
      `${HEAD}content-length: ${BODY.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['chunks under another name', `${HEAD}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a chunk of no number', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n${BODY}\r\n0\r\n\r\n`],
    ['a negative length', `${HEAD}content-length: -1\r\n\r\n${BODY}`],
    ['a header folded over two lines', `${HEAD}x: a\r\n b\r\ncontent-length : ${BODY.length}\r\n\r\n${BODY}`],
    ['a header of 64 kB', `${HEAD}x: ${'a'.repeat(65_536)}\r\n\r\n`],
    ['thousands of headers', `${HEAD}${'x: a\r\n'.repeat(10_000)}\r\n`],
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
  ])('%s: refused, and what follows in the connection is not taken for a request', async (_, said) => {
    const { closed } = dial(`${said}${POST}`);
    const answer = await closed;
    expect([400, 431]).toContain(statusOf(answer));
    expect(answer.match(/HTTP\/1\.1 2/g)).toBeNull();
    expect(await stored()).toBe(0);
  });

  it.each<[string, number, string, string?]>([
    ['nested 100,000 levels deep', 400, `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['a list of lists', 400, '['.repeat(100_000) + ']'.repeat(100_000)],
    ['a field nested deep', 400, `{"email":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
    ['thousands of fields', 400, `{${Array.from({ length: 5_000 }, (_, n) => `"f${n}":1`).join(',')}}`],
    ['a list of thousands', 400, JSON.stringify({ email: 'a@example.com', x: Array(5_000).fill(1) })],
    ['a name of thousands of letters', 400, JSON.stringify({ ['x'.repeat(5_000)]: 1 })],
    ['half of JSON', 400, '{"email":"a@example.com"'],
    ['a number', 400, '17'],
    ['null', 400, 'null'],
    ['nothing', 400, ''],
    ['more than 256 kB', 413, JSON.stringify({ email: 'a@example.com', message: 'x'.repeat(262_144) })],
    ['XML', 415, '<a/>', 'application/xml'],
    ['text', 415, BODY, 'text/plain'],
    ['thousands of posted fields', 400, 'a=1&'.repeat(5_000), 'application/x-www-form-urlencoded'],
    [
      'thousands of parts',
      400,
      `${'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(4_000)}--b--\r\n`,
      'multipart/form-data; boundary=b',
    ],
    [
      'parts without end',
      400,
      '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1',
      'multipart/form-data; boundary=b',
    ],
    ['parts without boundary', 400, 'x', 'multipart/form-data'],
  ])('a body that is %s: %i', async (_, status, body, type) => {
    expect((await post(body, type)).status).toBe(status);
    expect(await stored()).toBe(0);
  });

  it('a body in chunks without end is cut at the limit', async () => {
    const { socket, closed } = dial(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`;
    for (let n = 0; n < 8; n += 1) socket.write(chunk);
    expect(statusOf(await closed)).toBe(413);
  });

  it('names of JavaScript’s own are fields like others, and change nothing', async () => {
    const body =
      '{"email":"ada@example.com","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x"}';
    expect((await post(body)).status).toBe(201);
    expect(
      (await post('email=b@example.com&__proto__=x&constructor=y', 'application/x-www-form-urlencoded'))
        .status,
    ).toBe(201);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(await db.query('select raw from {schema}.submissions order by received_at')).toEqual([
      { raw: { email: 'ada@example.com' } },
      { raw: { email: 'b@example.com' } },
    ]);
  });

  it('a connection that hangs up in the middle of its body leaves nothing', async () => {
    const { socket, closed } = dial(`${HEAD}content-length: ${BODY.length}\r\n\r\n${BODY.slice(0, 10)}`);
    await new Promise<void>((resolve) => socket.write('', () => resolve()));
    socket.destroy();
    await closed;
    expect((await post(BODY)).status).toBe(201);
    await waitFor(async () => (await stored()) === 1);
  });
});
