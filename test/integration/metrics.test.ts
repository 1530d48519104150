import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/http/api-keys.ts';
import { silentLogger } from '../../src/log.ts';
import { METRICS, type MetricRow } from '../../src/ops/metric-table.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { databaseKinds, type TestDatabase, testDatabaseOf } from '../support/database.ts';
import { claim, insertEvents, route } from '../support/lanes.ts';
import { type MetricSample, metric, readMetrics } from '../support/read-metrics.ts';
import { setup, testConfig } from '../support/setup.ts';

/** The first PGlite of a clone takes its time. */
const LONG = 120_000;

/** Metrics of a database, with a clock that passes the time between two looks. */
function metricsOf({ db }: TestDatabase) {
  let now = 0;
  const metrics = createMetrics({
    db,
    config: { ...testConfig, mirror: { objects: { contacts: {} } } },
    clock: { monotonic: () => now },
    log: silentLogger,
  });
  return {
    observers: metrics.observers,
    countSubmission: metrics.countSubmission,
    uploads: metrics.uploads,
    pass: (ms: number) => (now += ms),
    read: async () => readMetrics(await metrics.render()),
  };
}

describe.each(databaseKinds)('metrics on %s', { timeout: LONG }, (kind) => {
  it('count what a worker delivers, buries and tries again', async () => {
    const bundle = await setup({ database: await testDatabaseOf(kind) });
    bundle.simulator.addFaults([
      { match: { path: '/contacts/batch/upsert' }, do: 'status', status: 503, times: 1 },
      {
        match: { path: '/notes/batch/create' },
        do: 'status',
        status: 429,
        times: 1,
        body: { policyName: 'SECONDLY' },
      },
    ]);
    await bundle.track('contact_noted', { email: 'ada@example.com', text: 'hello' });
    await bundle.track('contact_set', { email: 'not an address', values: {} });
    const app = await bundle.start();
    await bundle.idle(60_000);
    await app.stop();
    const samples = readMetrics(await app.metrics.render());
    const read = (name: string, labels = {}) => metric(samples, name, labels);
    expect(read('spoke_events_delivered_total', { type: 'contact_noted' })).toBe(1);
    expect(read('spoke_events_dead_total', { type: 'contact_set', code: 'EMAIL_UNUSABLE' })).toBe(1);
    expect(read('spoke_attempts_total', { call: 'contacts.upsert', outcome: 'unknown' })).toBe(1);
    expect(read('spoke_attempts_total', { call: 'notes.create', outcome: 'applied' })).toBe(1);
    expect(read('spoke_inputs_total', { call: 'notes.create', outcome: 'not_applied' })).toBe(1);
    expect(read('spoke_http_answers_total', { call: 'contacts.upsert', status: '5xx' })).toBe(1);
    expect(read('spoke_http_answers_total', { call: 'notes.create', status: '4xx' })).toBe(1);
    expect(read('spoke_rate_limited_total', { policy: 'SECONDLY' })).toBe(1);
    expect(read('spoke_event_retries_total', { code: 'HUBSPOT_UNAVAILABLE' })).toBe(1);
    expect(read('spoke_http_answers_total', { call: 'read' })).toBeGreaterThan(0);
    expect(read('spoke_http_call_duration_seconds_count', { call: 'contacts.upsert' })).toBeGreaterThan(1);
    expect(read('spoke_event_age_seconds_count')).toBe(1);
    expect(read('spoke_event_age_seconds_sum')).toBeGreaterThan(0);
    expect(read('spoke_event_age_seconds_sum')).toBeLessThan(60);
  });

  it('are answered over HTTP to a key with the scope', async () => {
    const bundle = await setup({ database: await testDatabaseOf(kind) });
    await bundle.track('contact_set', { email: 'ada@example.com', values: {} });
    const app = await bundle.start({ env: { SPOKE_HTTP_PORT: '0', HUBSPOT_ENABLED: 'false' } });
    const { key } = await createApiKey(bundle.db, { name: 'prometheus', scopes: ['metrics:read'] });
    const response = await fetch(`${app.httpUrl}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metric(readMetrics(await response.text()), 'spoke_events_waiting')).toBe(1);
  });

  it('show what stands in the database, and read it at most every 5 s', async () => {
    const database = await testDatabaseOf(kind);
    const metrics = metricsOf(database);
    await insertEvents(
      database.db,
      ['ada', 'ada', 'bea', 'refuse'].map((record) => ({ record })),
    );
    await route(database.db);
    const [first] = await claim(database.db, { lanes: 1 });
    await database.db.query(
      `update {schema}.outbox_events set created_at = clock_timestamp() - interval '1 hour' where id = 1;
       update {schema}.lanes set crashes = 3, verify_at = clock_timestamp() where id = ${first?.id};
       update {schema}.breaker set state = 'open', open_until = clock_timestamp() + interval '1 minute';
       update {schema}.daily_budget set used = 40, call_limit = 50, resets_at = clock_timestamp() + interval '1 hour';
       insert into {schema}.gates (name, step_ms, burst, tat) values ('burst', 60000, 3, clock_timestamp());
       insert into {schema}.schema_drift values ('contacts', 'plan', 'gone');
       insert into {schema}.mirror_objects (object_type, caught_up_at, complete_at)
         values ('contacts', clock_timestamp() - interval '2 hours', now()), ('deals', clock_timestamp(), now());
       insert into {schema}.shared_records (record_key, held_by, held_until) values ('a', 'x', clock_timestamp() + interval '1 hour'), ('b', null, default)`,
    );
    const samples = await metrics.read();
    const read = (name: string, labels = {}) => metric(samples, name, labels);
    expect(read('spoke_database_up')).toBe(1);
    expect(read('spoke_events_waiting')).toBe(3);
    expect(read('spoke_events_dead')).toBe(1);
    expect(read('spoke_oldest_waiting_event_age_seconds')).toBeCloseTo(3_600, -2);
    expect(read('spoke_lanes', { state: 'waiting' })).toBe(1);
    expect(read('spoke_lanes', { state: 'leased' })).toBe(1);
    expect(read('spoke_lanes', { state: 'suspect' })).toBe(1);
    expect(read('spoke_lanes_in_doubt')).toBe(1);
    expect(read('spoke_breaker_state', { state: 'open' })).toBe(1);
    expect(read('spoke_breaker_state', { state: 'closed' })).toBe(0);
    expect(read('spoke_gate_use_ratio', { gate: 'burst' })).toBeCloseTo(2 / 3, 1);
    expect(read('spoke_daily_budget_used_calls')).toBe(40);
    expect(read('spoke_daily_budget_limit_calls')).toBe(50);
    expect(read('spoke_schema_drift_properties')).toBe(1);
    expect(read('spoke_records_held')).toBe(1);
    expect(read('spoke_mirror_age_seconds', { object_type: 'contacts' })).toBeCloseTo(7_200, -2);
    // Of an object type that the config does not keep any more.
    expect(read('spoke_mirror_age_seconds', { object_type: 'deals' })).toBeUndefined();

    await database.db.query('truncate {schema}.schema_drift');
    metrics.pass(4_999);
    expect(metric(await metrics.read(), 'spoke_schema_drift_properties')).toBe(1);
    metrics.pass(1);
    expect(metric(await metrics.read(), 'spoke_schema_drift_properties')).toBe(0);
    await database.drop();
  });

  it('leave the gauges out when the database is away, and say so', async () => {
    const database = await testDatabaseOf(kind);
    const metrics = metricsOf(database);
    expect(metric(await metrics.read(), 'spoke_events_waiting')).toBe(0);
    await database.drop();
    metrics.pass(5_000);
    const samples = await metrics.read();
    expect(metric(samples, 'spoke_database_up')).toBe(0);
    expect(metric(samples, 'spoke_events_waiting')).toBeUndefined();
    expect(metric(samples, 'spoke_lanes')).toBeUndefined();
  });

  it('have the names and labels of the table and no others', async () => {
    const database = await testDatabaseOf(kind);
    const metrics = metricsOf(database);
    const { onClaim, onExchange, onRouted } = metrics.observers;
    const answer = { kind: 'reply', status: 429, headers: {}, body: {}, durationMs: 5 } as const;
    const attempt = {
      call: 'x',
      eventIds: [1],
      startedAt: 0,
      durationMs: 5,
      status: 200,
      applied: 1,
      notApplied: 1,
      resent: 0,
      unknown: 1,
    };
    onExchange?.('contacts.upsert', answer);
    onRouted?.({
      taken: 1,
      routed: 0,
      refused: [{ id: 1, type: 'ada@example.com', code: 'ada@example.com' }],
    });
    onClaim?.({
      attempts: [attempt],
      events: (['delivered', 'dead', 'pending'] as const).map((state) => ({
        type: 'x',
        state,
        tries: 1,
        ageMs: 1,
      })),
      delivered: 1,
      dead: [],
      waiting: 1,
      lost: [],
      heldMs: 0,
    });
    metrics.countSubmission('contact', 'accepted');
    await database.db.query(
      `insert into {schema}.gates (name, step_ms, burst) values ('burst', 100, 3);
       insert into {schema}.mirror_objects (object_type, complete_at, caught_up_at) values ('contacts', now(), now());
       update {schema}.daily_budget set call_limit = 50, resets_at = clock_timestamp() + interval '1 hour'`,
    );
    metrics.uploads.onAsked('given');
    metrics.uploads.onStored(8);
    metrics.uploads.onLooked('ready', 12);
    const samples = await metrics.read();
    expect(shapeOf(samples)).toEqual(shapeOfTable());
    expect(JSON.stringify(samples)).not.toContain('ada');
    await database.drop();
  });
});

const SUFFIX = /_(bucket|sum|count)$/;

/** Labels by name; a histogram's samples are one metric. */
function shapeOf(samples: readonly MetricSample[]): Record<string, string[]> {
  const histograms = Object.values<MetricRow>(METRICS).filter(({ kind }) => kind === 'histogram');
  const shape: Record<string, Set<string>> = {};
  for (const { name, labels } of samples) {
    const own = histograms.find((row) => row.name === name.replace(SUFFIX, ''))?.name ?? name;
    shape[own] ??= new Set();
    for (const label of Object.keys(labels)) if (label !== 'le') shape[own].add(label);
  }
  return Object.fromEntries(Object.entries(shape).map(([name, labels]) => [name, [...labels].sort()]));
}

function shapeOfTable(): Record<string, string[]> {
  return Object.fromEntries(
    Object.values<MetricRow>(METRICS).map(({ name, labels = {} }) => [name, Object.keys(labels).sort()]),
  );
}
