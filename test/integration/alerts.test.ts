import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/db/database.ts';
import { silentLogger } from '../../src/log.ts';
import { type DueNotice, listAlerts, markTold } from '../../src/ops/alert-store.ts';
import { startAlertWatch } from '../../src/ops/alert-watch.ts';
import { createAlertWebhook } from '../../src/ops/alert-webhook.ts';
import { type AlertSettings, lookAtRules } from '../../src/ops/look-at-rules.ts';
import { type AlertReceiver, startAlertReceiver } from '../support/alert-receiver.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';
import { insertEvents } from '../support/lanes.ts';
import { setup } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

/** The first PGlite of a clone takes its time. */
const LONG = 120_000;

const settingsOf = (over: Partial<AlertSettings['thresholds']> = {}): AlertSettings => ({
  thresholds: {
    windowMs: 300_000,
    minCalls: 20,
    successRate: 0.95,
    errorRate: 0.05,
    responseMs: 2_000,
    queue: 50,
    dailyShare: 0.8,
    ...over,
  },
  pace: { quietMs: 0, remindMs: 3_600_000 },
});

async function databaseOf(kind: Database['kind']) {
  const { db, drop } = await testDatabaseOf(kind);
  onTestFinished(drop);
  return db;
}

/** One look; rule, subject and what is to be told of it. */
async function look(db: Database, settings = settingsOf()): Promise<string[]> {
  const report = await lookAtRules(db, settings, 0);
  return (report?.due ?? []).map(nameOf).sort();
}

const nameOf = ({ rule, subject, notice }: Pick<DueNotice, 'rule' | 'subject' | 'notice'>) =>
  [rule, subject, notice].filter((part) => part !== '').join(' ');

const attempts = (db: Database, count: number, columns: string) =>
  db.query(
    `insert into {schema}.attempts (worker, call, event_ids, status, applied, not_applied, resent, unknown, duration_ms)
     select 'w', 'contacts.upsert', '{1}', ${columns} from generate_series(1, ${count})`,
  );

const watch = (db: Database, receiver: AlertReceiver, settings: AlertSettings) => {
  const started = startAlertWatch({
    db,
    clock: systemClock,
    log: silentLogger,
    settings,
    webhook: createAlertWebhook(receiver.url, systemClock),
    everyMs: 100,
  });
  onTestFinished(() => started.stop());
};

const told = (receiver: AlertReceiver, rule: string) =>
  receiver.messages.filter(({ alert }) => alert?.rule === rule).map(({ alert }) => alert?.state);

describe.each(databaseKinds)('alerts on %s', { timeout: LONG }, (kind) => {
  it('of a portal that fails open once and resolve once, whoever watches', async () => {
    const bundle = await setup({ database: await testDatabaseOf(kind) });
    const receiver = await startAlertReceiver();
    const settings = settingsOf({ windowMs: 3_000, minCalls: 3 });
    bundle.simulator.addFaults([{ id: 'storm', match: { path: '/batch/' }, do: 'status', status: 503 }]);
    for (let n = 0; n < 10; n += 1)
      await bundle.track('contact_set', { email: `user${n}@example.com`, values: { firstname: 'Ada' } });
    watch(bundle.db, receiver, settings);
    watch(bundle.db, receiver, settings);
    await bundle.start();
    await waitFor(() => told(receiver, 'error-rate').length > 0, { timeout: 60_000 });
    bundle.simulator.removeFaults('storm');
    await bundle.idle(60_000);
    await waitFor(
      () =>
        told(receiver, 'error-rate').includes('resolved') &&
        told(receiver, 'success-rate').includes('resolved'),
      {
        timeout: 60_000,
      },
    );
    expect(told(receiver, 'error-rate')).toEqual(['open', 'resolved']);
    expect(told(receiver, 'success-rate')).toEqual(['open', 'resolved']);
    const bodies = receiver.bodies.join();
    expect(bodies).not.toContain('example.com');
    expect(bodies).not.toContain(bundle.simulator.token);
    expect((await listAlerts(bundle.db, 10)).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  });

  it('see what the database holds', async () => {
    const db = await databaseOf(kind);
    expect(await look(db)).toEqual([]);
    await attempts(db, 20, '200, 99, 0, 0, 0, 3000');
    await attempts(db, 1, '401, 0, 20, 0, 0, 10');
    await attempts(db, 1, '403, 0, 30, 0, 0, 10');
    await insertEvents(db, [{ record: 'a' }]);
    await db.query(
      `update {schema}.outbox_events set state = 'dead', processed_at = clock_timestamp();
       update {schema}.daily_budget set used = 81, call_limit = 100, resets_at = clock_timestamp() + interval '1 hour';
       insert into {schema}.schema_drift values ('contacts', 'plan', 'gone'), ('deals', 'stage', 'gone')`,
    );
    expect(await look(db)).toEqual([
      'daily-budget opened',
      'dead-letters opened',
      'error-rate opened',
      'schema-drift contacts.plan opened',
      'schema-drift deals.stage opened',
      'slow-answers opened',
      'token-refused 401 opened',
      'token-refused 403 opened',
    ]);
    await db.query(`delete from {schema}.schema_drift where property = 'plan'`);
    expect(await look(db)).toEqual(['schema-drift contacts.plan resolved']);
  });

  it('do not take a batch that is searched for its bad input for many failures', async () => {
    const db = await databaseOf(kind);
    await attempts(db, 1, '400, 0, 100, 100, 0, 10');
    await attempts(db, 12, '400, 0, 10, 10, 0, 10');
    await attempts(db, 6, '200, 33, 0, 0, 0, 10');
    await attempts(db, 1, '400, 0, 1, 0, 0, 10');
    expect(await look(db)).toEqual([]);
  });

  it('of a long queue open when it has lasted', async () => {
    const db = await databaseOf(kind);
    await insertEvents(db, [{ record: 'a' }, { record: 'b' }]);
    const settings = settingsOf({ queue: 1 });
    expect(await look(db, settings)).toEqual([]);
    expect(await listAlerts(db, 10)).toEqual([]);
    await db.query(`update {schema}.alerts set since = since - interval '301 seconds'`);
    expect(await look(db, settings)).toEqual(['queue-long opened']);
  });

  it('of a breaker that is left open by the last call do not stand for ever', async () => {
    const db = await databaseOf(kind);
    await db.query(
      `update {schema}.breaker set state = 'open', open_until = clock_timestamp() - interval '1 second'`,
    );
    await look(db);
    expect(await db.query('select rule from {schema}.alerts')).toEqual([]);
    await insertEvents(db, [{ record: 'a' }]);
    await look(db);
    expect(await db.query('select rule, state from {schema}.alerts')).toEqual([
      { rule: 'breaker-open', state: 'pending' },
    ]);
  });

  it('are told again when they stay open, and to the next watcher when one could not tell', async () => {
    const db = await databaseOf(kind);
    await db.query(`insert into {schema}.schema_drift values ('contacts', 'plan', 'gone')`);
    const first = await lookAtRules(db, settingsOf(), 0);
    expect(first?.due.map(nameOf)).toEqual(['schema-drift contacts.plan opened']);
    expect(await look(db)).toEqual([]);
    await db.query(`update {schema}.alerts set notice_after = notice_after - interval '1 minute'`);
    const second = await lookAtRules(db, settingsOf(), 0);
    expect(second?.due.map(nameOf)).toEqual(['schema-drift contacts.plan opened']);
    expect(second?.news).toEqual([]);
    for (const notice of second?.due ?? []) await markTold(db, notice);
    await db.query(`update {schema}.alerts set notified_at = notified_at - interval '61 minutes'`);
    expect(await look(db)).toEqual(['schema-drift contacts.plan reminder']);
  });

  it('are looked at once for all processes', async () => {
    const db = await databaseOf(kind);
    expect(await lookAtRules(db, settingsOf(), 60_000)).toBeDefined();
    expect(await lookAtRules(db, settingsOf(), 60_000)).toBeUndefined();
  });
});
