// Longer than 400 lines: a gate, the daily budget and the breaker are one question to the database, and share its fixtures.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/db/database.ts';
import { gateSize, lateFactor } from '../../src/delivery/gate-pace.ts';
import { createGates, type GateSettings } from '../../src/delivery/gates.ts';
import { pinPortal } from '../../src/delivery/portal.ts';
import type { Exchange } from '../../src/hubspot/exchange.ts';
import { silentLogger } from '../../src/log.ts';
import {
  databaseKinds,
  describePostgres,
  type TestDatabase,
  testDatabase,
  testDatabaseOf,
} from '../support/database.ts';

const never = new AbortController().signal;
/** Due at this moment: the answer came at once. */
const soon = () => systemClock.monotonic();
const SETTINGS: GateSettings = {
  callsPerSecond: 19,
  breakerThreshold: 5,
  breakerOpenMs: 60_000,
  sized: true,
};

const reply = (status: number, headers: Record<string, string> = {}, body: unknown = {}): Exchange => ({
  kind: 'reply',
  status,
  headers,
  body,
  durationMs: 1,
});
const FAULT: Exchange = { kind: 'fault', reason: 'timeout', sent: true, message: 'time-out', durationMs: 1 };

interface Take {
  granted: boolean;
  wait_ms: number;
  held_by: string | null;
}
const QUEUE = { interactive: 10_000, normal: 1_000, bulk: -500, reading: -500 };
const SHARE = { interactive: 1, normal: 0.95, bulk: 0.7, reading: 0.7 };

const take = async (
  db: Database,
  urgency: keyof typeof QUEUE = 'normal',
  gate: 'burst' | 'search' = 'burst',
): Promise<Take> => {
  const [row] = await db.query<{ granted: boolean; wait_ms: number; held_by: string | null }>(
    'select * from {schema}.gate_take($1, $2, $3, $4, $5)',
    [gate, QUEUE[urgency], SHARE[urgency], urgency === 'reading' ? 0.1 : 0, QUEUE.normal],
  );
  if (!row) throw new Error('no row');
  return row;
};

const reset = async (db: Database) => {
  await db.query('delete from {schema}.gates');
  await db.query(`update {schema}.daily_budget set call_limit = null, used = 0, resets_at = '-infinity'`);
  await db.query(
    `update {schema}.breaker set state = 'closed', failures = 0, failing_at = null, opened_at = null, open_until = '-infinity', successes = 0, probe_until = '-infinity'`,
  );
};

const gatesOn = async (db: Database, over: Partial<GateSettings> = {}) => {
  const gates = createGates(db, { ...SETTINGS, ...over }, systemClock, silentLogger);
  await gates.prepare();
  return gates;
};

const breaker = async (db: Database) =>
  (await db.query<{ state: string; failures: number }>('select * from {schema}.breaker'))[0];
/** By how much calls go slower, and for how long, the greatest first. */
const slower = (db: Database) =>
  db.query<{ factor: number; for_ms: number }>(
    `select factor, (extract(epoch from until - clock_timestamp()) * 1000)::float8 as for_ms from {schema}.gate_lateness order by factor desc`,
  );
const burst = async (db: Database) => {
  const [row] = await db.query<{ step_ms: number; cut: number; pause_ms: number; observed: number }>(
    `select step_ms, cut, observed, (extract(epoch from greatest(paused_until, clock_timestamp()) - clock_timestamp()) * 1000)::float8 as pause_ms from {schema}.gates where name = 'burst'`,
  );
  if (!row) throw new Error('no gate');
  return row;
};

/** Steps that one call takes of a gate in use. */
const pace = async (db: Database) => {
  const tat = async () => {
    const [row] = await db.query<{ ms: number }>(
      `select (extract(epoch from tat - 'today'::timestamptz) * 1000)::float8 as ms from {schema}.gates where name = 'burst'`,
    );
    return row?.ms ?? Number.NaN;
  };
  await db.query(
    `update {schema}.gates set tat = clock_timestamp() + interval '500 ms' where name = 'burst'`,
  );
  const before = await tat();
  await take(db, 'interactive');
  return ((await tat()) - before) / (await burst(db)).step_ms;
};

describe.each(databaseKinds)('on %s', (kind) => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await testDatabaseOf(kind);
    db = database.db;
  });

  beforeEach(() => reset(db));

  afterAll(() => database.drop());

  describe('a gate', () => {
    it.each([8, 19, 25, 1_000])(
      'lets a lone bulk call through at %i calls a second',
      async (callsPerSecond) => {
        await gatesOn(db, { callsPerSecond });
        // An idle gate: the budget of the past is unused.
        await db.query(`update {schema}.gates set tat = clock_timestamp() - interval '1 minute'`);
        expect(await take(db, 'bulk')).toMatchObject({ granted: true });
      },
    );

    it('keeps bulk back while the burst is in use, and lets interactive calls book ahead', async () => {
      await gatesOn(db, { callsPerSecond: 1 });
      for (let n = 0; n < 2; n += 1) await take(db, 'interactive');
      expect(await take(db, 'bulk')).toMatchObject({ granted: false, held_by: 'burst' });
      const urgent = await take(db, 'interactive');
      expect(urgent).toMatchObject({ granted: true });
      expect(urgent.wait_ms).toBeGreaterThan(0);
    });

    /** As if others had booked the gate up to that far ahead. */
    const bookedAhead = (ms: number) =>
      db.query(`update {schema}.gates set tat = clock_timestamp() + $1::float8 * interval '1 ms'`, [ms]);

    it('gives one call in ten to readers that wait while normal work takes all others', async () => {
      await gatesOn(db, { callsPerSecond: 8 });
      const { step_ms: step } = await burst(db);
      const readers = async () => {
        await bookedAhead(QUEUE.normal + step / 2);
        return take(db, 'reading');
      };
      expect(await take(db, 'reading')).toMatchObject({ granted: true });
      // Who comes late for the first time makes up for it by one call.
      expect(await readers()).toMatchObject({ granted: true });
      const refused = await readers();
      expect(refused).toMatchObject({ granted: false, held_by: 'burst' });
      expect(refused.wait_ms).toBeGreaterThan(8 * step);
      expect(refused.wait_ms).toBeLessThanOrEqual(10 * step);
      await db.query(`update {schema}.gates set floor_tat = floor_tat - $1::float8 * interval '1 ms'`, [
        10 * step,
      ]);
      const due = await readers();
      expect(due).toMatchObject({ granted: true });
      expect(due.wait_ms).toBeLessThanOrEqual(QUEUE.normal + step);
      expect(await readers()).toMatchObject({ granted: false });
      await bookedAhead(QUEUE.normal);
      expect(await take(db, 'bulk')).toMatchObject({ granted: false });
    });

    it('gives readers no place that interactive calls have booked, and takes none of theirs', async () => {
      await gatesOn(db, { callsPerSecond: 8 });
      const { step_ms: step } = await burst(db);
      await bookedAhead(3_000);
      const reader = await take(db, 'reading');
      expect(reader).toMatchObject({ granted: false, held_by: 'burst' });
      expect(reader.wait_ms).toBeGreaterThan(2_000 - step - 200);
      const urgent = await take(db, 'interactive');
      expect(urgent).toMatchObject({ granted: true });
      expect(urgent.wait_ms).toBeLessThanOrEqual(3_000);
    });

    it('counts what was left over for readers as theirs, but once only', async () => {
      await gatesOn(db, { callsPerSecond: 8 });
      const { step_ms: step } = await burst(db);
      for (let n = 0; n < 30; n += 1) {
        await db.query(`update {schema}.gates set tat = clock_timestamp() - interval '1 minute'`);
        expect(await take(db, 'reading')).toMatchObject({ granted: true });
      }
      await bookedAhead(QUEUE.normal);
      const refused = await take(db, 'reading');
      expect(refused).toMatchObject({ granted: false });
      expect(refused.wait_ms).toBeLessThanOrEqual(10 * step);
    });

    it('still answers processes of an earlier version, which know of no floor', async () => {
      await gatesOn(db);
      expect(
        await db.query(`select * from {schema}.gate_take('burst', 1000::float8, 0.95::float8)`),
      ).toMatchObject([{ granted: true }]);
    });

    it('pauses for everybody as long as a 429 says', async () => {
      const gates = await gatesOn(db);
      await gates.learn(
        'burst',
        reply(429, { 'retry-after': '60' }, { policyName: 'TEN_SECONDLY_ROLLING' }),
        soon(),
      );
      for (const urgency of ['interactive', 'normal', 'bulk', 'reading'] as const)
        expect(await take(db, urgency)).toMatchObject({ granted: false, held_by: 'paused' });
      expect((await burst(db)).pause_ms).toBeGreaterThan(30_000);
    });

    it('cuts its rate once for all that report within two seconds, and no further than to 30 %', async () => {
      const gates = await gatesOn(db);
      await gates.learn('burst', reply(429), soon());
      await gates.learn('burst', reply(429), soon());
      expect((await burst(db)).cut).toBeCloseTo(0.7);
      for (let n = 0; n < 6; n += 1) {
        await db.query(`update {schema}.gates set cut_at = clock_timestamp() - interval '3 seconds'`);
        await gates.learn('burst', reply(429), soon());
      }
      expect((await burst(db)).cut).toBeCloseTo(0.3);
    });

    it('has recovered 30 s after a cut, and not at once', async () => {
      await gatesOn(db);
      const { step_ms: step } = await burst(db);
      const stepAfter = async (seconds: number) => {
        await db.query(
          `update {schema}.gates set cut = 0.5, cut_at = clock_timestamp() - $1::float8 * interval '1 s', tat = clock_timestamp() + interval '500 ms'`,
          [seconds],
        );
        const before = await db.query<{ tat: Date }>(`select tat from {schema}.gates where name = 'burst'`);
        await take(db, 'interactive');
        const after = await db.query<{ tat: Date }>(`select tat from {schema}.gates where name = 'burst'`);
        return ((after[0]?.tat.getTime() ?? 0) - (before[0]?.tat.getTime() ?? 0)) / step;
      };
      expect(await stepAfter(0)).toBeGreaterThan(1.9);
      expect(await stepAfter(31)).toBeLessThan(1.1);
      await db.query(`update {schema}.gates set cut_at = '-infinity'`);
      expect(await take(db, 'interactive')).toMatchObject({ granted: true });
    });

    it('follows the portal’s own limit down and up again, never above its own setting', async () => {
      const gates = await gatesOn(db, { callsPerSecond: 19 });
      const told = (max: number) =>
        gates.learn(
          'burst',
          reply(200, {
            'x-hubspot-ratelimit-max': String(max),
            'x-hubspot-ratelimit-interval-milliseconds': '10000',
          }),
          soon(),
        );
      await told(100);
      expect((await burst(db)).step_ms).toBeCloseTo(gateSize('burst', 100).stepMs);
      await told(250);
      expect((await burst(db)).step_ms).toBeCloseTo(gateSize('burst', 190).stepMs);
    });

    it('is not moved by the limit of calls that have a budget of their own', async () => {
      const gates = await gatesOn(db, { callsPerSecond: 19 });
      const ofLinks = reply(200, {
        'x-hubspot-ratelimit-max': '150',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
      });
      await gates.learn('burst', ofLinks, soon(), true);
      expect((await burst(db)).step_ms).toBeCloseTo(gateSize('burst', 190).stepMs);
      await gates.learn('burst', ofLinks, soon());
      expect((await burst(db)).step_ms).toBeCloseTo(gateSize('burst', 150).stepMs);
    });

    it('goes slower while calls count that may have arrived late, for every gates object on the database', async () => {
      const gates = await gatesOn(db);
      const lateBy = (ms: number, exchange: Exchange) => gates.learn('burst', exchange, soon() - ms);
      await lateBy(150, reply(200));
      await lateBy(900, { ...FAULT, kind: 'fault', sent: false } as Exchange);
      await gates.learn('search', reply(200), soon() - 900);
      expect(await pace(db)).toBeCloseTo(1, 3);
      await lateBy(340, reply(200));
      expect((await slower(db)).map(({ factor }) => factor)).toEqual([lateFactor(350)]);
      await lateBy(90_000, FAULT);
      expect((await slower(db)).map(({ factor }) => factor)).toEqual([lateFactor(500)]);
      expect((await slower(db))[0]?.for_ms).toBeGreaterThan(10_000);
      await db.query(`update {schema}.gate_lateness set factor = 2`);
      expect(await pace(db)).toBeCloseTo(2, 3);
      await db.query(`update {schema}.gate_lateness set until = clock_timestamp()`);
      expect(await pace(db)).toBeCloseTo(1, 3);
    });

    it('goes by a smaller lateness once the greater one is over, and keeps nothing that no longer counts', async () => {
      await gatesOn(db);
      const late = (factor: number, forMs: number) =>
        db.query('select {schema}.gate_late($1, $2, $3)', ['burst', factor, forMs]);
      const factors = async () => (await slower(db)).map(({ factor }) => factor);
      await late(1.03, 10_000);
      await late(1.01, 15_000);
      await late(1.02, 12_000);
      expect(await factors()).toEqual([1.03, 1.02, 1.01]);
      await late(1.02, 20_000);
      expect(await factors()).toEqual([1.03, 1.02]);
      await db.query(`update {schema}.gate_lateness set until = clock_timestamp() where factor = 1.03`);
      expect(await pace(db)).toBeCloseTo(1.02, 3);
      await late(1.001, 1);
      expect(await factors()).toEqual([1.02, 1.001]);
    });

    it('tells the others once a second that its calls are late, however many are', async () => {
      let written = 0;
      const counting = {
        ...db,
        query: (sql: string) => {
          written += sql.includes('gate_late') ? 1 : 0;
          return Promise.resolve([]);
        },
      } as unknown as Database;
      let now = 0;
      const clock = { ...systemClock, monotonic: () => now };
      const gates = createGates(counting, SETTINGS, clock, silentLogger);
      for (; now < 60_000; now += 50) await gates.learn('burst', reply(200), now - 400);
      expect(written).toBe(60);
    });

    it('does not lose a call’s outcome when what it teaches cannot be written', async () => {
      const broken = { ...db, query: () => Promise.reject(new Error('connection terminated')) } as Database;
      const gates = createGates(broken, SETTINGS, systemClock, silentLogger);
      await expect(gates.learn('burst', FAULT, soon())).resolves.toBeUndefined();
      await expect(gates.learn('burst', reply(429), soon())).resolves.toBeUndefined();
    });
  });

  describe('the daily budget', () => {
    const daily = async () =>
      (
        await db.query<{ call_limit: number | null; used: number; resets_at: Date }>(
          'select * from {schema}.daily_budget',
        )
      )[0];

    it('stops bulk at 70 %, changes at 95 % and interactive calls at the limit', async () => {
      await gatesOn(db, { callsPerSecond: 10_000 });
      await take(db);
      const grants = async (used: number) => {
        await db.query('update {schema}.daily_budget set call_limit = 1000, used = $1', [used]);
        const granted: boolean[] = [];
        for (const urgency of ['interactive', 'normal', 'bulk', 'reading'] as const) {
          await db.query(`update {schema}.gates set tat = clock_timestamp() - interval '1 minute'`);
          granted.push((await take(db, urgency)).granted);
        }
        return granted;
      };
      expect(await grants(690)).toEqual([true, true, true, true]);
      expect(await grants(700)).toEqual([true, true, false, false]);
      expect(await grants(950)).toEqual([true, false, false, false]);
      expect(await grants(1_000)).toEqual([false, false, false, false]);
    });

    it('closes when the portal says that the day is used up, until its midnight', async () => {
      await pinPortal(db, { portalId: '1', timeZone: 'Pacific/Auckland' }, '1');
      const gates = await gatesOn(db);
      await take(db);
      await gates.learn('burst', reply(429, {}, { policyName: 'DAILY' }), soon());
      const held = await take(db, 'interactive');
      expect(held).toMatchObject({ granted: false, held_by: 'daily' });
      const [midnight] = await db.query<{ at: Date }>(
        `select (date_trunc('day', clock_timestamp() at time zone 'Pacific/Auckland') + interval '1 day') at time zone 'Pacific/Auckland' as at`,
      );
      expect((await daily())?.resets_at).toEqual(midnight?.at);
    });

    it('opens at midnight, without a limit that it only guessed when it closed', async () => {
      const gates = await gatesOn(db);
      for (let n = 0; n < 2; n += 1) await take(db);
      await gates.learn('burst', reply(429, {}, { policyName: 'DAILY' }), soon());
      await db.query(`update {schema}.daily_budget set resets_at = clock_timestamp() - interval '1 ms'`);
      for (let n = 0; n < 5; n += 1) {
        await db.query(`update {schema}.gates set tat = clock_timestamp() - interval '1 minute'`);
        expect(await take(db)).toMatchObject({ granted: true });
      }
      expect(await daily()).toMatchObject({ used: 5 });
    });

    it('corrects its count upward only', async () => {
      const gates = await gatesOn(db);
      await take(db);
      const told = (left: number) =>
        gates.learn(
          'burst',
          reply(200, {
            'x-hubspot-ratelimit-daily': '1000',
            'x-hubspot-ratelimit-daily-remaining': String(left),
          }),
          soon(),
        );
      await told(400);
      expect(await daily()).toMatchObject({ call_limit: 1_000, used: 600 });
      await told(900);
      expect(await daily()).toMatchObject({ used: 600 });
    });

    it('goes by UTC where the portal’s time zone is one that Postgres does not know', async () => {
      await db.query('update {schema}.installation set portal_id = null, time_zone = null');
      await pinPortal(db, { portalId: '1', timeZone: 'Mars/Olympus_Mons' }, '1');
      await gatesOn(db);
      expect(await take(db)).toMatchObject({ granted: true });
    });
  });

  describe('the breaker', () => {
    it('opens after five faults with no success between, for every gates object on the database', async () => {
      const [one, other] = [await gatesOn(db), await gatesOn(db)];
      for (let n = 0; n < 4; n += 1) await (n % 2 ? one : other).learn('burst', FAULT, soon());
      expect(await breaker(db)).toMatchObject({ state: 'closed', failures: 4 });
      await one.learn('burst', reply(503), soon());
      expect(await breaker(db)).toMatchObject({ state: 'open' });
      expect(await other.take('burst', 'interactive', 100, never)).toMatchObject({
        granted: false,
        heldBy: 'breaker',
      });
    });

    it('stays closed when a success comes between', async () => {
      const gates = await gatesOn(db);
      for (let n = 0; n < 12; n += 1) await gates.learn('burst', n % 4 === 3 ? reply(200) : FAULT, soon());
      expect((await breaker(db))?.state).toBe('closed');
    });

    it('forgets faults that are more than a minute old', async () => {
      const gates = await gatesOn(db);
      for (let n = 0; n < 4; n += 1) await gates.learn('burst', FAULT, soon());
      await db.query(`update {schema}.breaker set failing_at = clock_timestamp() - interval '61 seconds'`);
      await gates.learn('burst', FAULT, soon());
      expect(await breaker(db)).toMatchObject({ state: 'closed', failures: 1 });
    });

    it.each([reply(429), reply(400), reply(401)])(
      'takes a refusal for an answer ($status)',
      async (exchange) => {
        const gates = await gatesOn(db);
        for (let n = 0; n < 6; n += 1) await gates.learn('burst', exchange, soon());
        expect(await breaker(db)).toMatchObject({ state: 'closed', failures: 0 });
      },
    );

    const openAndDue = async () => {
      const gates = await gatesOn(db);
      for (let n = 0; n < 5; n += 1) await gates.learn('burst', FAULT, soon());
      await db.query(`update {schema}.breaker set open_until = clock_timestamp()`);
      return gates;
    };

    it('lets one probe through at a time once it is due', async () => {
      await openAndDue();
      expect(await take(db)).toMatchObject({ granted: true });
      expect(await breaker(db)).toMatchObject({ state: 'half-open' });
      expect(await take(db)).toMatchObject({ granted: false, held_by: 'breaker' });
    });

    it('closes after three probes that succeed, and opens again with one that fails', async () => {
      const gates = await openAndDue();
      for (let n = 0; n < 3; n += 1) {
        expect((await breaker(db))?.state).not.toBe('closed');
        expect(await take(db)).toMatchObject({ granted: true });
        await gates.learn('burst', reply(200), soon());
      }
      expect((await breaker(db))?.state).toBe('closed');
      const again = await openAndDue();
      await take(db);
      await again.learn('burst', FAULT, soon());
      expect((await breaker(db))?.state).toBe('open');
      expect(await take(db)).toMatchObject({ granted: false, held_by: 'breaker' });
    });

    it('tries another probe when one is never heard of again', async () => {
      await openAndDue();
      await take(db);
      await db.query(`update {schema}.breaker set probe_until = clock_timestamp()`);
      expect(await take(db)).toMatchObject({ granted: true });
    });
  });
});

describePostgres('with eight takers', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase({ poolSize: 9 });
  });

  afterAll(() => database.drop());

  it('never grants more than the limit in any window, and most of it', async () => {
    const { db } = database;
    const [limit, windowMs] = [60, 1_000];
    const gates = await gatesOn(db);
    // The window of searches is a second: the same gate ten times as fast.
    const size = { burst: 5, stepMs: (windowMs + 250) / (limit - 5) };
    await db.query(`update {schema}.gates set step_ms = $1, burst = $2 where name = 'search'`, [
      size.stepMs,
      size.burst,
    ]);
    const grants: number[] = [];
    const until = performance.now() + 4_000;
    await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        while (performance.now() < until) {
          const answer = await gates.take('search', n < 2 ? 'interactive' : 'normal', 1_000, never);
          if (answer.granted) grants.push(performance.now());
        }
      }),
    );
    grants.sort((a, b) => a - b);
    const most = Math.max(
      ...grants.map((at, n) => grants.slice(n).filter((other) => other < at + windowMs).length),
    );
    expect(most).toBeLessThanOrEqual(limit);
    expect(grants.length).toBeGreaterThan(40);
  });

  it('keeps a tenth for readers however many others ask, within the limit, and lets interactive calls wait a step longer at most', async () => {
    const { db } = database;
    const [limit, windowMs] = [60, 1_000];
    const gates = await gatesOn(db);
    const size = { burst: 5, stepMs: (windowMs + 250) / (limit - 5) };
    await db.query(
      `update {schema}.gates set step_ms = $1, burst = $2, tat = clock_timestamp(), floor_tat = '-infinity' where name = 'search'`,
      [size.stepMs, size.burst],
    );
    const grants: { at: number; urgency: string }[] = [];
    const urgent: number[] = [];
    const until = performance.now() + 6_000;
    const taker = async (urgency: 'normal' | 'reading') => {
      while (performance.now() < until) {
        const answer = await gates.take('search', urgency, 2_000, never);
        if (answer.granted) grants.push({ at: performance.now(), urgency });
      }
    };
    const sometimesUrgent = async () => {
      while (performance.now() < until) {
        const { granted, wait_ms } = await take(db, 'interactive', 'search');
        expect(granted).toBe(true);
        urgent.push(wait_ms);
        await systemClock.sleep(150);
      }
    };
    await Promise.all([
      // So many that the normal ones fill all they may book.
      ...Array.from({ length: 60 }, () => taker('normal')),
      ...Array.from({ length: 8 }, () => taker('reading')),
      sometimesUrgent(),
    ]);
    const [at, readers] = [
      grants.map((one) => one.at).sort((a, b) => a - b),
      grants.filter(({ urgency }) => urgency === 'reading').length,
    ];
    const most = Math.max(...at.map((from, n) => at.slice(n).filter((to) => to < from + windowMs).length));
    expect(most).toBeLessThanOrEqual(limit);
    expect(readers / grants.length).toBeGreaterThan(0.07);
    expect(readers / grants.length).toBeLessThan(0.15);
    // Normal work alone books a step beyond its queue; a reader's call comes behind that.
    expect(Math.max(...urgent)).toBeLessThanOrEqual(QUEUE.normal + 2 * size.stepMs + 1);
    expect(Math.max(...urgent)).toBeGreaterThan(QUEUE.normal / 2);
  });
});
