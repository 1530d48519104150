// Over 400 lines: every route is held to the same rules, by one table over the same server.

import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/db/database.ts';
import { createApiKey, listApiKeys, revokeApiKey, SCOPE_NAMES, type Scope } from '../../src/http/api-keys.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../src/http/server.ts';
import { createLogger, silentLogger } from '../../src/log.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { moveRedriveChunk } from '../../src/outbox/move-redrive.ts';
import { createPullOnDemand } from '../../src/pull/pull-on-demand.ts';
import { databaseKinds, type TestDatabase, testDatabaseOf } from '../support/database.ts';
import { insertEvents } from '../support/lanes.ts';
import { testConfig } from '../support/setup.ts';

describe.each(databaseKinds)('the HTTP API on %s', (kind) => {
  let database: TestDatabase;
  let db: Database;
  let server: HttpServer;
  let key: string;

  const start = (over: Partial<HttpServerOptions> = {}) =>
    startHttpServer({
      db,
      config: testConfig,
      mapper: createMapper(testConfig),
      clock: systemClock,
      log: silentLogger,
      pull: createPullOnDemand(),
      metrics: createMetrics({ db, config: testConfig, clock: systemClock, log: silentLogger }),
      host: '127.0.0.1',
      port: 0,
      ...over,
    });

  beforeAll(async () => {
    database = await testDatabaseOf(kind);
    db = database.db;
    server = await start();
  });

  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  /** Events 1 to 3 are dead, 4 waits. */
  beforeEach(async () => {
    await db.query(
      'truncate {schema}.outbox_events, {schema}.lanes, {schema}.redrives, {schema}.api_keys, {schema}.attempts restart identity',
    );
    await insertEvents(
      db,
      ['lead_created', 'lead_created', 'order', 'order'].map((type) => ({ record: 'ada', type })),
    );
    await db.query(
      `update {schema}.outbox_events set state = 'dead', processed_at = clock_timestamp(), last_error_code = 'HUBSPOT_REFUSED', last_error = 'no' where id < 4;
       insert into {schema}.attempts (worker, call, event_ids, status, duration_ms) values ('w', 'contacts.upsert', '{1}', 400, 12)`,
    );
    ({ key } = await createApiKey(db, { name: 'tests', scopes: SCOPE_NAMES }));
  });

  async function ask(
    method: string,
    path: string,
    given: { body?: unknown; headers?: object; key?: string } = {},
  ) {
    const response = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${given.key ?? key}`,
        ...(given.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...given.headers,
      },
      ...(given.body === undefined
        ? {}
        : { body: typeof given.body === 'string' ? given.body : JSON.stringify(given.body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      // biome-ignore lint/suspicious/noExplicitAny: the tests look at any part of an answer
      json: (text === '' ? undefined : JSON.parse(text)) as any,
    };
  }

  const states = async () =>
    (await db.query<{ state: string }>('select state from {schema}.outbox_events order by id')).map(
      ({ state }) => state,
    );

  describe('without a key', () => {
    it.each(['/livez', '/readyz', '/openapi.json'])('answers %s', async (path) => {
      const response = await fetch(server.url + path);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(expect.any(Object));
    });

    it.each([
      ['GET', '/api/events'],
      ['GET', '/api/events/1'],
      ['GET', '/api/redrives'],
      ['GET', '/api/redrives/1'],
      ['POST', '/api/redrives'],
      ['POST', '/api/redrives/1/abort'],
      ['POST', '/internal/leads/resync-failed'],
      ['GET', '/api/integrations/hubspot/contacts'],
      ['GET', '/api/integrations/hubspot/contacts.csv'],
      ['GET', '/api/integrations/hubspot/contacts.ndjson'],
      ['DELETE', '/api/integrations/hubspot/contacts'],
      ['POST', '/api/integrations/hubspot/sync'],
      ['GET', '/api/integrations/hubspot/sync/stats'],
      ['GET', '/api/integrations/hubspot/sync/runs/1'],
      ['POST', '/api/integrations/hubspot/bulk-changes'],
      ['GET', '/api/integrations/hubspot/bulk-changes'],
      ['GET', '/api/integrations/hubspot/bulk-changes/1'],
      ['POST', '/api/integrations/hubspot/bulk-changes/1/abort'],
    ])('refuses %s %s before it looks at anything else', async (method, path) => {
      const response = await fetch(server.url + path, { method });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ code: 'HTTP_UNAUTHENTICATED' });
    });
  });

  describe('keys', () => {
    it.each<[string, (key: string) => string]>([
      ['an unknown id', (real) => real.replace(/_[0-9a-f]{12}_/, '_000000000000_')],
      ['another secret', (real) => `${real.slice(0, -1)}${real.endsWith('A') ? 'B' : 'A'}`],
      ['a shorter secret', (real) => real.slice(0, -1)],
      ['its id alone', (real) => real.slice(0, 17)],
      ['nothing like a key', () => 'spk_'],
    ])('with %s do not count', async (_, change) => {
      expect(await ask('GET', '/api/events', { key: change(key) })).toMatchObject({ status: 401 });
    });

    it('do not count any more once they are revoked', async () => {
      const [made] = await listApiKeys(db);
      expect((await ask('GET', '/api/events')).status).toBe(200);
      await revokeApiKey(db, made?.id ?? '');
      expect((await ask('GET', '/api/events')).status).toBe(401);
    });

    it.each<[Scope, string, string]>([
      ['redrive:write', 'GET', '/api/events'],
      ['redrive:write', 'GET', '/api/redrives'],
      ['events:read', 'POST', '/api/redrives'],
      ['events:read', 'POST', '/api/redrives/1/abort'],
      ['metrics:read', 'POST', '/internal/leads/resync-failed'],
      ['events:read', 'GET', '/metrics'],
      ['events:read', 'GET', '/api/integrations/hubspot/contacts'],
      ['mirror:read', 'DELETE', '/api/integrations/hubspot/contacts'],
      ['mirror:read', 'POST', '/api/integrations/hubspot/sync'],
      ['mirror:read', 'POST', '/api/integrations/hubspot/bulk-changes'],
      ['mirror:write', 'GET', '/api/integrations/hubspot/contacts'],
    ])('with %s alone may not %s %s', async (scope, method, path) => {
      const made = await createApiKey(db, { name: 'one scope', scopes: [scope] });
      const { status, json } = await ask(method, path, { key: made.key });
      expect({ status, code: json.code }).toEqual({ status: 403, code: 'HTTP_FORBIDDEN' });
    });

    it('are stored as a hash, and their last use once a minute', async () => {
      const [stored] = await db.query('select to_jsonb(k)::text as row from {schema}.api_keys k');
      expect(String(stored?.row)).not.toContain(key.slice(17));
      await ask('GET', '/api/events');
      const [first] = await listApiKeys(db);
      expect(first?.lastUsedAt).toEqual(expect.any(Date));
      await ask('GET', '/api/events');
      expect((await listApiKeys(db))[0]?.lastUsedAt).toEqual(first?.lastUsedAt);
    });
  });

  describe('refusals', () => {
    it.each<[number, string, string, string, { body?: unknown; headers?: object }]>([
      [404, 'HTTP_NOT_FOUND', 'GET', '/api/nothing', {}],
      [404, 'HTTP_NOT_FOUND', 'GET', '/api/events/1/2', {}],
      [404, 'EVENT_NOT_FOUND', 'GET', '/api/events/99', {}],
      [404, 'REDRIVE_NOT_FOUND', 'GET', '/api/redrives/99', {}],
      [404, 'REDRIVE_NOT_FOUND', 'POST', '/api/redrives/99/abort', {}],
      [405, 'HTTP_METHOD', 'DELETE', '/api/events', {}],
      [413, 'HTTP_TOO_LARGE', 'POST', '/api/redrives', { body: { filter: {}, x: 'x'.repeat(300_000) } }],
      [
        415,
        'HTTP_MEDIA_TYPE',
        'POST',
        '/api/redrives',
        { body: '{}', headers: { 'content-type': 'text/plain' } },
      ],
      [400, 'HTTP_BODY_INVALID', 'POST', '/api/redrives', { body: '{"filter":' }],
      [422, 'HTTP_INVALID', 'POST', '/api/redrives', {}],
      [422, 'HTTP_INVALID', 'POST', '/api/redrives', { body: [] }],
      [422, 'HTTP_INVALID', 'GET', '/api/events?limit=0', {}],
      [422, 'HTTP_INVALID', 'GET', '/api/events?state=deed', {}],
      [422, 'HTTP_INVALID', 'GET', '/api/events?since=yesterday', {}],
      [422, 'HTTP_INVALID', 'GET', '/api/events?cursor=x', {}],
      [422, 'HTTP_INVALID', 'GET', '/api/events/x', {}],
      [
        422,
        'HTTP_INVALID',
        'POST',
        '/api/redrives',
        { body: { filter: {} }, headers: { 'idempotency-key': 'a b' } },
      ],
    ])('are %i %s for %s %s', async (status, code, method, path, given) => {
      const answer = await ask(method, path, given);
      expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.json.requestId).toBe(answer.headers.get('x-request-id'));
      expect(answer.json.message).toMatch(/\.$/);
    });

    it('name every field that is wrong', async () => {
      const { json } = await ask('POST', '/api/redrives', {
        body: { filter: { ids: [0], typ: 'x' }, mode: 'twice', priority: 'bulk' },
      });
      expect(Object.keys(json.fields)).toEqual(['filter.ids.0', 'filter.typ', 'mode']);
    });

    it('of a method say which there are', async () => {
      const { headers } = await ask('PUT', '/api/redrives');
      expect(headers.get('allow')).toBe('GET, POST');
    });

    it('of a body without a length that grows too large come before it is read to the end', async () => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const sent = httpRequest(`${server.url}/api/redrives`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        });
        sent.on('response', (answer) => resolve(answer.statusCode));
        sent.on('error', reject);
        for (let n = 0; n < 40; n += 1) sent.write('x'.repeat(10_000));
        sent.end();
      });
      expect(status).toBe(413);
    });
  });

  it('sends security headers with every answer', async () => {
    for (const path of ['/livez', '/api/events', '/nothing']) {
      const { headers } = await ask('GET', path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
      });
    }
  });

  it('answers a fault without its words, and logs it under the request id', async () => {
    const lines: string[] = [];
    const log = createLogger({ destination: { write: (text) => lines.push(text) } });
    const broken = { ...db, query: () => Promise.reject(new Error('relation "x" is gone')) };
    const faulty = await start({ db: broken as unknown as Database, log });
    onTestFinished(() => faulty.stop());
    const response = await fetch(`${faulty.url}/api/events`, { headers: { authorization: `Bearer ${key}` } });
    const body = await response.text();
    expect(response.status).toBe(500);
    expect(body).not.toContain('relation');
    expect(lines.join('')).toContain(JSON.parse(body).requestId);
    expect((await fetch(`${faulty.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${faulty.url}/livez`)).status).toBe(200);
  });

  describe('events', () => {
    it('are listed newest first, a page at a time', async () => {
      const first = await ask('GET', '/api/events?limit=3');
      expect(first.json.events.map((event: { id: number }) => event.id)).toEqual([4, 3, 2]);
      const second = await ask('GET', `/api/events?limit=3&cursor=${first.json.nextCursor}`);
      expect(second.json).toMatchObject({ events: [{ id: 1 }], nextCursor: null });
    });

    it.each<[string, number[]]>([
      ['state=dead', [3, 2, 1]],
      ['type=order', [4, 3]],
      ['type=order&type=lead_created&state=dead', [3, 2, 1]],
      ['code=HUBSPOT_REFUSED&type=order', [3]],
      ['since=2100-01-01T00:00:00Z', []],
      ['until=2100-01-01T00:00:00%2B01:00', [4, 3, 2, 1]],
    ])('are chosen by %s', async (query, ids) => {
      const { json } = await ask('GET', `/api/events?${query}`);
      expect(json.events.map((event: { id: number }) => event.id)).toEqual(ids);
    });

    it('are shown one by one with payload and attempts', async () => {
      const { json } = await ask('GET', '/api/events/1');
      expect(json).toMatchObject({
        id: 1,
        state: 'dead',
        lastErrorCode: 'HUBSPOT_REFUSED',
        payload: { record: 'ada' },
        attempts: [{ call: 'contacts.upsert', status: 400, durationMs: 12 }],
        createdAt: expect.stringMatching(/Z$/),
      });
    });
  });

  describe('redrives', () => {
    it('are previewed without changing anything', async () => {
      const { status, json } = await ask('POST', '/api/redrives', { body: { filter: {}, dryRun: true } });
      expect(status).toBe(200);
      expect(json).toMatchObject({
        count: 3,
        groups: [{ type: 'lead_created', code: 'HUBSPOT_REFUSED', events: 2 }, { events: 1 }],
        estimate: { basis: 'mapping', waiting: { events: 1 } },
      });
      expect((await ask('GET', '/api/redrives')).json).toEqual({ redrives: [] });
    });

    it('are asked for, followed and ended', async () => {
      const asked = await ask('POST', '/api/redrives', {
        body: { filter: { types: ['lead_created'], endedSince: '2020-01-01T00:00:00Z' }, mode: 'as-sent' },
      });
      expect(asked).toMatchObject({ status: 202, json: { redriveId: 1, count: 2 } });
      await moveRedriveChunk(db, { chunk: 1 });
      expect(await ask('GET', '/api/redrives/1')).toMatchObject({
        status: 200,
        json: { state: 'running', total: 2, moved: 1, requestedBy: 'key tests', events: { waiting: 1 } },
      });
      expect(await ask('POST', '/api/redrives/1/abort')).toMatchObject({
        status: 200,
        json: { state: 'aborted' },
      });
      expect(await states()).toEqual(['pending', 'dead', 'dead', 'pending']);
    });

    it('asked for again with the same idempotency key are the same, and another body is refused', async () => {
      const headers = { 'idempotency-key': 'monday' };
      const given = { body: { filter: { types: ['order'] } }, headers };
      const first = await ask('POST', '/api/redrives', given);
      while (await moveRedriveChunk(db));
      expect(await ask('POST', '/api/redrives', given)).toMatchObject({ status: 202, json: first.json });
      expect(await ask('POST', '/api/redrives', { body: { filter: {} }, headers })).toMatchObject({
        status: 422,
        json: { code: 'IDEMPOTENCY_KEY_REUSED' },
      });
      // Another caller's key is another key.
      const other = await createApiKey(db, { name: 'other', scopes: ['redrive:write'] });
      const third = await ask('POST', '/api/redrives', { ...given, key: other.key });
      expect(third).toMatchObject({ status: 202, json: { count: 0 } });
      expect(third.json.redriveId).not.toBe(first.json.redriveId);
    });
  });

  it('makes one redrive of requests that come at once with one idempotency key', async () => {
    const given = { body: { filter: {} }, headers: { 'idempotency-key': 'at-once' } };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('POST', '/api/redrives', given)));
    expect(new Set(answers.map(({ status, json }) => `${status} ${JSON.stringify(json)}`)).size).toBe(1);
    expect(await db.query('select id from {schema}.redrives')).toHaveLength(1);
  });

  describe('resync of failed leads', () => {
    const path = '/internal/leads/resync-failed';

    it('needs to know what a lead is, where the config has none', async () => {
      expect(await ask('POST', path, { body: {} })).toMatchObject({
        status: 422,
        json: { code: 'HTTP_INVALID', fields: { type: expect.any(String) } },
      });
    });

    it.each<[string, object, number, number[]]>([
      ['of a type', { type: 'lead_created' }, 202, [1, 2]],
      ['of so many', { type: 'lead_created', limit: 1 }, 202, [1]],
      ['since a time to come', { type: 'lead_created', since: '2100-01-01T00:00:00Z' }, 202, []],
      ['as a dry run', { type: 'lead_created', dryRun: true }, 200, []],
    ])('puts back those %s', async (_, body, status, ids) => {
      const answer = await ask('POST', path, { body });
      expect(answer.status).toBe(status);
      if (status === 202) expect(answer.json).toEqual({ redriveId: expect.any(Number), count: ids.length });
      while (await moveRedriveChunk(db));
      const moved = await db.query<{ id: number }>(
        'select id from {schema}.outbox_events where redrive_id is not null order by id',
      );
      expect(moved.map(({ id }) => id)).toEqual(ids);
    });
  });

  it('hangs up on who sends too slowly', async () => {
    const strict = await start({
      limits: { headersMs: 200, requestMs: 400, keepAliveMs: 100, drainMs: 100 },
    });
    onTestFinished(() => strict.stop());
    const socket = connect(Number(new URL(strict.url).port), '127.0.0.1');
    socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n');
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('408 Request Timeout');
  });

  it('stops while connections are open, and is not ready meanwhile', async () => {
    const own = await start({
      limits: { headersMs: 5_000, requestMs: 5_000, keepAliveMs: 60_000, drainMs: 50 },
    });
    expect((await fetch(`${own.url}/readyz`)).status).toBe(200);
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write('GET /livez HTTP/1.1\r\n');
    await own.stop();
    await expect(fetch(`${own.url}/readyz`)).rejects.toThrow();
    socket.destroy();
  });

  it('says so when its port is taken', async () => {
    await expect(start({ port: Number(new URL(server.url).port) })).rejects.toMatchObject({
      code: 'HTTP_NOT_LISTENING',
    });
  });
});
