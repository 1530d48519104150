import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { WebsiteConfig } from '../../src/config/website.ts';
import type { Database } from '../../src/db/database.ts';
import { createApiKey } from '../../src/http/api-keys.ts';
import { type HttpServer, startHttpServer } from '../../src/http/server.ts';
import { silentLogger } from '../../src/log.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { createPullOnDemand } from '../../src/pull/pull-on-demand.ts';
import { type DatabaseKind, type TestDatabase, testDatabaseOf } from './database.ts';
import { plainConfig, testWebsite } from './website.ts';

/** The origin that the server lists. */
export const LISTED = 'https://www.example.com';
/** What a visitor may post to `contact`. */
export const ADA = { email: 'Ada@Example.com', message: 'Hello', newsletter: true };

/** A server with the plain forms for all tests of a `describe`, which each begin without submissions, and what visits it. */
export function formVisits(kind: DatabaseKind) {
  let database: TestDatabase;
  let db: Database;
  let server: HttpServer;
  let key: string;

  const config = plainConfig();

  const start = (settings: WebsiteConfig = {}, forms: Database = db) =>
    startHttpServer({
      db,
      config: config,
      mapper: createMapper(config),
      clock: systemClock,
      log: silentLogger,
      pull: createPullOnDemand(),
      metrics: createMetrics({ db, config: config, clock: systemClock, log: silentLogger }),
      website: testWebsite(forms, settings),
      host: '127.0.0.1',
      port: 0,
    });

  /** A server of the test's own. */
  const startOther = async (settings: WebsiteConfig, forms?: Database) => {
    const other = await start(settings, forms);
    onTestFinished(() => other.stop());
    return other;
  };

  beforeAll(async () => {
    database = await testDatabaseOf(kind);
    db = database.db;
    server = await start({ origins: [LISTED] });
    ({ key } = await createApiKey(db, { name: 'tests', scopes: ['submissions:read', 'submissions:write'] }));
  });

  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  beforeEach(async () => {
    await db.query(
      'truncate {schema}.submissions, {schema}.consents, {schema}.outbox_events, {schema}.form_limits, {schema}.form_solutions',
    );
  });

  async function ask(
    method: string,
    path: string,
    given: { body?: unknown; headers?: Record<string, string>; url?: string } = {},
  ) {
    const isJson =
      given.body !== undefined &&
      !(given.body instanceof URLSearchParams) &&
      !(given.body instanceof FormData);
    const response = await fetch((given.url ?? server.url) + path, {
      method,
      redirect: 'manual',
      headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...given.headers },
      ...(given.body === undefined
        ? {}
        : {
            body:
              isJson && typeof given.body !== 'string'
                ? JSON.stringify(given.body)
                : (given.body as string | URLSearchParams | FormData),
          }),
    });
    const text = await response.text();
    const json = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
      ? JSON.parse(text)
      : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }

  const post = (body: unknown, headers: Record<string, string> = {}, path = '/api/forms/contact') =>
    ask('POST', path, { body, headers });
  const keyed = (method: string, path: string) =>
    ask(method, path, { headers: { authorization: `Bearer ${key}` } });
  const rows = <R extends Record<string, unknown>>(sql: string) => db.query<R>(sql);
  const submissions = () => rows('select * from {schema}.submissions order by received_at, id');
  const events = () =>
    rows<{ type: string; payload: Record<string, unknown>; priority: number }>(
      'select type, payload, priority from {schema}.outbox_events order by id',
    );
  const counts = async () => ({ submissions: (await submissions()).length, events: (await events()).length });

  return {
    ask,
    post,
    keyed,
    rows,
    submissions,
    events,
    counts,
    startOther,
    db: () => db,
    key: () => key,
    url: () => server.url,
  };
}
