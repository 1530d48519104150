// Over 400 lines: one table of lane behaviour, run over both drivers, shares its fixtures; split up, each part would repeat them.

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import {
  ALONE_AFTER_CRASHES,
  hasSuspects,
  markSending,
  renewLeases,
  SUSPECT_AFTER_CRASHES,
} from '../../src/outbox/claim.ts';
import { claimDoubts } from '../../src/outbox/doubts.ts';
import { cancelEvents } from '../../src/outbox/events.ts';
import { routeEvents } from '../../src/outbox/route.ts';
import {
  databaseKinds,
  describePostgres,
  type TestDatabase,
  testDatabase,
  testDatabaseOf,
} from '../support/database.ts';
import {
  byPayload,
  claim,
  insertEvents,
  miscounted,
  passTime,
  redrive,
  route,
  settleLanes,
  verdictsOf,
} from '../support/lanes.ts';
import { waitFor } from '../support/wait-for.ts';

const truncate = (db: Database) =>
  db.query(
    'truncate {schema}.outbox_events, {schema}.lanes, {schema}.links, {schema}.effects, {schema}.attempts restart identity',
  );

const laneRows = (db: Database) =>
  db.query<{
    record_key: string;
    pending: number;
    priority: number;
    crashes: number;
    failures: number;
    failing_since: Date | null;
    doubt_from: number | null;
    verify_at: Date | null;
    leased_by: string | null;
    epoch: number;
    ready: boolean;
  }>('select *, ready_at <= clock_timestamp() as ready from {schema}.lanes order by record_key');

describe.each(databaseKinds)('on %s', (kind) => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await testDatabaseOf(kind);
    db = database.db;
  });

  beforeEach(() => truncate(db));

  afterAll(() => database.drop());

  describe('routeEvents', () => {
    it('puts events into the lanes of their records and counts them', async () => {
      await insertEvents(db, [{ record: 'b' }, { record: 'a' }, { record: 'b' }]);
      expect(await route(db)).toEqual({ taken: 3, routed: 3, refused: [] });
      expect(await laneRows(db)).toMatchObject([
        { record_key: 'a', pending: 1 },
        { record_key: 'b', pending: 2 },
      ]);
      expect(await route(db)).toMatchObject({ taken: 0 });
    });

    it('takes the oldest first, as many as it may', async () => {
      await insertEvents(
        db,
        ['a', 'b', 'c'].map((record) => ({ record })),
      );
      expect(await routeEvents(db, byPayload, 2)).toMatchObject({ taken: 2 });
      expect((await laneRows(db)).map((row) => row.record_key)).toEqual(['a', 'b']);
    });

    it('gives a lane the most urgent priority of what waits in it, and that of the next event once it is empty', async () => {
      await insertEvents(db, [
        { record: 'a', priority: 9 },
        { record: 'a', priority: 1 },
      ]);
      await route(db);
      await insertEvents(db, [{ record: 'a', priority: 5 }]);
      await route(db);
      expect(await laneRows(db)).toMatchObject([{ priority: 1 }]);
      await settleLanes(db, verdictsOf(await claim(db)));
      await insertEvents(db, [{ record: 'a', priority: 9 }]);
      await route(db);
      expect(await laneRows(db)).toMatchObject([{ priority: 9 }]);
    });

    it('makes a dead letter of what belongs to no lane, with its reason and without a lane', async () => {
      await insertEvents(db, [{ record: 'refuse' }, { record: 'a' }]);
      expect(await route(db)).toMatchObject({
        taken: 2,
        routed: 1,
        refused: [{ id: 1, code: 'EMAIL_UNUSABLE' }],
      });
      expect(
        await db.query(
          'select state, lane_id, last_error_code, last_error from {schema}.outbox_events order by id',
        ),
      ).toMatchObject([
        { state: 'dead', lane_id: null, last_error_code: 'EMAIL_UNUSABLE', last_error: 'no' },
        { state: 'pending' },
      ]);
      expect(await laneRows(db)).toHaveLength(1);
    });

    it('is not stopped by a reason that Postgres cannot store', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      const message = `thrown \0 with \ud83d${'x'.repeat(5_000)}`;
      await routeEvents(db, () => ({ ok: false, code: 'EVENT_MAPPING_FAILED', message }));
      expect(await db.query('select state from {schema}.outbox_events')).toEqual([{ state: 'dead' }]);
    });

    it('does not end the back-off of a lane that has waiting events', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      await settleLanes(db, verdictsOf(await claim(db), 'pending', { waitMs: 60_000 }));
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      expect(await claim(db)).toEqual([]);
    });

    it('counts one event after the other into a lane that is held, without making it claimable', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      const held = await claim(db);
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      expect(await claim(db)).toEqual([]);
      await settleLanes(db, verdictsOf(held));
      expect(await claim(db)).toMatchObject([{ events: [{ id: 2 }] }]);
    });
  });

  describe('claimLanes', () => {
    it('takes urgent lanes first and the oldest events of each, in order', async () => {
      await insertEvents(db, [
        { record: 'bulk', priority: 9 },
        { record: 'normal' },
        { record: 'urgent', priority: 1 },
        { record: 'urgent', priority: 1 },
      ]);
      await route(db);
      const [first] = await claim(db, { lanes: 1, eventsPerLane: 1 });
      expect(first).toMatchObject({
        recordKey: 'urgent',
        epoch: 1,
        events: [{ id: 3, payload: { record: 'urgent' } }],
      });
      expect((await claim(db, { lanes: 1 }))[0]?.recordKey).toBe('normal');
      expect((await claim(db, { lanes: 1 }))[0]?.recordKey).toBe('bulk');
    });

    it('leaves a lane alone while its lease lasts', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      expect(await claim(db)).toHaveLength(1);
      expect(await claim(db)).toEqual([]);
    });

    it('counts a crash when it takes over a lease that was never settled, and asks for the record to be read back', async () => {
      await insertEvents(db, [{ record: 'a' }, { record: 'a' }]);
      await route(db);
      await claim(db);
      await passTime(db);
      expect(await claim(db, { settleMs: 60_000 })).toMatchObject([{ epoch: 2, crashes: 1 }]);
      const [lane] = await laneRows(db);
      expect(lane).toMatchObject({ crashes: 1, doubt_from: 1 });
      expect((lane?.verify_at?.getTime() ?? 0) - Date.now()).toBeGreaterThan(30_000);
    });

    it('counts none after a settle, which also ends the run', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      await claim(db);
      await passTime(db);
      await settleLanes(db, verdictsOf(await claim(db), 'pending'));
      expect(await claim(db)).toMatchObject([{ crashes: 0 }]);
    });

    it('keeps a lane that kills its workers out of the claims of others', async () => {
      await insertEvents(db, [{ record: 'bad' }, { record: 'bad' }, { record: 'good' }]);
      await route(db);
      for (let crash = 0; crash <= SUSPECT_AFTER_CRASHES; crash += 1) {
        await claim(db);
        await passTime(db);
        // The good lane is settled each time.
        await db.query(`update {schema}.lanes set leased_by = null, crashes = 0 where record_key = 'good'`);
      }
      expect((await claim(db)).map((lane) => lane.recordKey)).toEqual(['good']);
      expect(await hasSuspects(db)).toBe(true);
      expect(await claim(db, { kind: 'suspect' })).toMatchObject([{ recordKey: 'bad' }]);
      expect(await hasSuspects(db)).toBe(false);
    });

    it('gives suspect lanes in small companies, and alone, an event at a time, when workers go on dying of them', async () => {
      await insertEvents(
        db,
        Array.from({ length: 30 }, (_, n) => ({ record: `lane ${n % 15}` })),
      );
      await route(db);
      const claimAtCrashes = async (crashes: number, kind: 'suspect' | 'alone') => {
        await db.query(
          'update {schema}.lanes set leased_by = null, ready_at = clock_timestamp(), crashes = $1',
          [crashes],
        );
        return (await claim(db, { kind })).map((lane) => lane.events.length);
      };
      expect(await claimAtCrashes(SUSPECT_AFTER_CRASHES - 1, 'suspect')).toEqual([]);
      expect(await claimAtCrashes(SUSPECT_AFTER_CRASHES, 'suspect')).toEqual(Array(10).fill(2));
      expect(await claimAtCrashes(ALONE_AFTER_CRASHES - 1, 'alone')).toEqual([]);
      expect(await claimAtCrashes(ALONE_AFTER_CRASHES, 'suspect')).toEqual([]);
      expect(await claimAtCrashes(ALONE_AFTER_CRASHES, 'alone')).toEqual([1]);
    });

    it('blames a lane for the workers that died over it alone before they sent, and for no others', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      const dieOver = async (kind: 'plain' | 'suspect' | 'alone', sending = false) => {
        const [lane] = await claim(db, { kind });
        if (lane && sending) await markSending(db, lane, 'test');
        await passTime(db);
        return lane && [lane.crashes, lane.planCrashes];
      };
      // The first claim takes nothing over.
      for (let crashes = 0; crashes <= ALONE_AFTER_CRASHES; crashes += 1)
        expect(await dieOver(crashes <= SUSPECT_AFTER_CRASHES ? 'plain' : 'suspect')).toEqual([crashes, 0]);
      expect(await dieOver('suspect')).toBeUndefined();
      expect(await dieOver('alone', true)).toEqual([ALONE_AFTER_CRASHES + 1, 0]);
      expect(await dieOver('alone')).toEqual([ALONE_AFTER_CRASHES + 2, 0]);
      expect(await dieOver('alone')).toEqual([ALONE_AFTER_CRASHES + 3, 1]);
      await settleLanes(db, verdictsOf(await claim(db, { kind: 'alone' }), 'pending'));
      expect(await claim(db)).toMatchObject([{ crashes: 0, planCrashes: 0 }]);
    });

    it('gives an unfolding lane one event at a time until its fold is past', async () => {
      await insertEvents(
        db,
        Array.from({ length: 4 }, () => ({ record: 'a' })),
      );
      await route(db);
      await settleLanes(db, verdictsOf(await claim(db), 'pending', { unfoldUntil: 2 }));
      for (const id of [1, 2]) {
        const lanes = await claim(db);
        expect(lanes.map((lane) => lane.events.map((event) => event.id))).toEqual([[id]]);
        await settleLanes(db, verdictsOf(lanes, 'delivered', { unfoldUntil: id < 2 ? 2 : null }));
      }
      expect((await claim(db))[0]?.events.map((event) => event.id)).toEqual([3, 4]);
    });

    it('renews only leases that are still held under the same epoch', async () => {
      await insertEvents(db, [{ record: 'a' }, { record: 'b' }]);
      await route(db);
      const lanes = await claim(db);
      expect(await renewLeases(db, lanes, 30_000)).toBe(2);
      await db.query(`update {schema}.lanes set ready_at = clock_timestamp() where record_key = 'a'`);
      await claim(db);
      expect(await renewLeases(db, lanes, 30_000)).toBe(1);
    });
  });

  describe('settle', () => {
    it('writes nothing for a stale holder, and keeps its attempts', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      const stale = await claim(db);
      await passTime(db);
      const fresh = await claim(db);
      const attempts = [
        {
          call: 'contacts.upsert',
          eventIds: [1],
          startedMsAgo: 0,
          durationMs: 1.5,
          status: 200,
          applied: 1,
          notApplied: 0,
          resent: 0,
          unknown: 0,
        },
      ];
      expect(await settleLanes(db, verdictsOf(stale), { attempts })).toEqual({ lost: [1] });
      expect(await db.query('select state, attempt_count from {schema}.outbox_events')).toEqual([
        { state: 'pending', attempt_count: 0 },
      ]);
      expect(await laneRows(db)).toMatchObject([{ pending: 1, epoch: 2, leased_by: 'test' }]);
      expect(await db.query('select event_ids, status from {schema}.attempts')).toEqual([
        { event_ids: [1], status: 200 },
      ]);
      expect(await settleLanes(db, verdictsOf(fresh))).toEqual({ lost: [] });
    });

    it('counts nothing twice when it is repeated because its commit was not heard of', async () => {
      await insertEvents(db, [{ record: 'a' }, { record: 'a' }]);
      await route(db);
      const [lane] = await claim(db, { eventsPerLane: 1 });
      const verdicts = verdictsOf(lane ? [lane] : []);
      await settleLanes(db, verdicts);
      await settleLanes(db, verdicts);
      expect(await laneRows(db)).toMatchObject([{ pending: 1 }]);
      expect(await db.query('select attempt_count from {schema}.outbox_events order by id')).toEqual([
        { attempt_count: 1 },
        { attempt_count: 0 },
      ]);
    });

    it('keeps since when a lane has failed while it fails, and starts anew after progress', async () => {
      await insertEvents(db, [{ record: 'a' }, { record: 'a' }]);
      await route(db);
      const fail = async (over: Parameters<typeof verdictsOf>[2]) => {
        await settleLanes(db, verdictsOf(await claim(db), 'pending', over));
        const [row] = await laneRows(db);
        return row;
      };
      const first = await fail({ failures: 'failed' });
      const second = await fail({ failures: 'failed' });
      expect([first?.failures, second?.failures]).toEqual([1, 2]);
      expect(second?.failing_since).toEqual(first?.failing_since);
      expect(await fail({ failures: 'kept' })).toMatchObject({
        failures: 2,
        failing_since: first?.failing_since,
      });
      const after = await fail({ failures: 'failed', progressed: true });
      expect(after?.failures).toBe(1);
      expect(after?.failing_since?.getTime()).toBeGreaterThan(first?.failing_since?.getTime() ?? 0);
      expect(await fail({ failures: 'kept', progressed: true })).toMatchObject({
        failures: 0,
        failing_since: null,
      });
    });

    it('lengthens the back-off for the portal’s trouble without counting it towards giving up', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      for (let n = 0; n < 3; n += 1)
        await settleLanes(db, verdictsOf(await claim(db), 'pending', { failures: 'waited' }));
      expect(await laneRows(db)).toMatchObject([{ failures: 3, failing_since: null }]);
    });

    it('stores whatever HubSpot said', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      const message = `${'x'.repeat(499)}😀 \0 ${'y'.repeat(4_000)}`;
      const lanes = await claim(db);
      const verdicts = verdictsOf(lanes, 'dead').map((lane) => ({
        ...lane,
        events: lane.events.map((event) => ({ ...event, code: 'HUBSPOT_REFUSED', message })),
      }));
      const attempts = [
        {
          call: 'c',
          eventIds: [1],
          startedMsAgo: 0,
          durationMs: 1,
          status: 400,
          applied: 0,
          notApplied: 1,
          resent: 0,
          unknown: 0,
          error: message,
        },
      ];
      await settleLanes(db, verdicts, { attempts });
      expect(await db.query('select state from {schema}.outbox_events')).toEqual([{ state: 'dead' }]);
      expect(await db.query('select length(error) <= 500 as short from {schema}.attempts')).toEqual([
        { short: true },
      ]);
    });
  });

  describe('claimDoubts', () => {
    const doubtful = async () => {
      await insertEvents(db, [{ record: 'a' }, { record: 'a' }]);
      await route(db);
      await settleLanes(db, verdictsOf(await claim(db, { eventsPerLane: 1 }), 'delivered', { doubtFrom: 1 }));
    };
    const options = { worker: 'reader', lanes: 10, leaseMs: 30_000, settleMs: 0 };

    it('leases the lane with every event since the one whose write may have landed late', async () => {
      await doubtful();
      expect(await claimDoubts(db, options)).toMatchObject([
        {
          events: [
            { id: 1, delivered: true },
            { id: 2, delivered: false },
          ],
          backoffMs: 0,
        },
      ]);
      expect(await claim(db)).toEqual([]);
      expect(await claimDoubts(db, options)).toEqual([]);
    });

    it('waits until the write must have landed', async () => {
      await insertEvents(db, [{ record: 'a' }]);
      await route(db);
      await settleLanes(db, verdictsOf(await claim(db), 'pending', { doubtFrom: 1 }), { settleMs: 60_000 });
      expect(await claimDoubts(db, options)).toEqual([]);
    });

    it('says how long a back-off still lasts, so that reading back does not end it', async () => {
      await doubtful();
      await settleLanes(db, verdictsOf(await claim(db), 'pending', { waitMs: 60_000 }));
      const [lane] = await claimDoubts(db, options);
      expect(lane?.backoffMs).toBeGreaterThan(30_000);
    });

    it('does not forgive a lane its crashes', async () => {
      await doubtful();
      await claim(db);
      await passTime(db);
      await claim(db);
      await db.query(
        'update {schema}.lanes set leased_by = null, ready_at = clock_timestamp(), verify_at = clock_timestamp()',
      );
      const lanes = await claimDoubts(db, options);
      await settleLanes(
        db,
        lanes.map(({ id, epoch }) => ({
          id,
          epoch,
          events: [],
          waitMs: 0,
          progressed: false,
          failures: 'kept',
          unfoldUntil: null,
          verified: true,
        })),
      );
      expect(await laneRows(db)).toMatchObject([
        { crashes: 1, verify_at: null, doubt_from: null, leased_by: null },
      ]);
    });

    it('leaves a lane whose holder died to the claim, which counts the crash', async () => {
      await doubtful();
      await claim(db);
      await passTime(db);
      expect(await claimDoubts(db, options)).toEqual([]);
      expect(await claim(db)).toMatchObject([{ crashes: 1 }]);
    });
  });

  it('counts what waits in each lane exactly, whatever is done in whatever order', async () => {
    type Claims = Awaited<ReturnType<typeof claim>>;
    const record = fc.constantFrom('a', 'b', 'c');
    const state = fc.constantFrom('delivered', 'dead', 'pending' as const);
    const step = fc.oneof(
      fc.record({ do: fc.constant('track' as const), record }),
      fc.record({ do: fc.constant('route' as const) }),
      fc.record({
        do: fc.constant('claim' as const),
        eventsPerLane: fc.integer({ min: 1, max: 3 }),
        kind: fc.constantFrom('plain', 'suspect', 'alone'),
      }),
      fc.record({ do: fc.constant('settle' as const), which: fc.nat(5), state }),
      fc.record({ do: fc.constant('pass time' as const) }),
      fc.record({ do: fc.constant('cancel' as const), id: fc.integer({ min: 1, max: 12 }) }),
      fc.record({
        do: fc.constant('redrive' as const),
        id: fc.integer({ min: 1, max: 12 }),
        mode: fc.constantFrom('anew' as const, 'as-sent' as const),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        await truncate(db);
        const claims: Claims[] = [];
        for (const each of steps) {
          if (each.do === 'track') await insertEvents(db, [{ record: each.record }]);
          else if (each.do === 'route') await route(db);
          else if (each.do === 'claim')
            claims.push(await claim(db, { eventsPerLane: each.eventsPerLane, kind: each.kind as 'plain' }));
          // Old claims are settled again and again: late, lost and repeated settles.
          else if (each.do === 'settle')
            await settleLanes(db, verdictsOf(claims[each.which] ?? [], each.state as 'dead'));
          else if (each.do === 'pass time') await passTime(db);
          else if (each.do === 'cancel') await cancelEvents(db, { ids: [each.id] });
          else await redrive(db, { filter: { ids: [each.id] }, mode: each.mode });
          expect(await miscounted(db)).toEqual([]);
        }
        // And nothing that waits is out of reach.
        await route(db);
        await passTime(db);
        for (const kindOfClaim of ['plain', 'suspect', 'alone'] as const) {
          for (let round = 0; round < 40; round += 1) {
            const lanes = await claim(db, { kind: kindOfClaim });
            if (lanes.length === 0) break;
            await settleLanes(db, verdictsOf(lanes));
          }
        }
        expect(await db.query('select id from {schema}.outbox_events where processed_at is null')).toEqual(
          [],
        );
        expect(await miscounted(db)).toEqual([]);
      }),
      { numRuns: kind === 'postgres' ? 40 : 10 },
    );
  }, 120_000);
});

describePostgres('with many sessions', () => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await testDatabase({ poolSize: 8 });
    db = database.db;
  });

  beforeEach(() => truncate(db));

  afterAll(() => database.drop());

  it('routes in one place at a time', async () => {
    await insertEvents(db, [{ record: 'a' }]);
    let second: Awaited<ReturnType<typeof route>> | undefined;
    await db.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('{schema}.router', 0))`);
      second = await route(db);
    });
    expect(second).toEqual({ taken: 0, routed: 0, refused: [] });
    expect(await route(db)).toMatchObject({ taken: 1 });
  });

  it('gives no lane to two of eight claimers, and every lane to one', async () => {
    await insertEvents(
      db,
      Array.from({ length: 400 }, (_, n) => ({ record: `r${n}` })),
    );
    await route(db);
    const claimed: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (;;) {
          const lanes = await claim(db, { lanes: 7 });
          if (lanes.length === 0) return;
          claimed.push(...lanes.map((lane) => lane.recordKey));
        }
      }),
    );
    expect(new Set(claimed).size).toBe(claimed.length);
    // A claimer that found the last rows locked by others may have gone early; they are there for the next look.
    claimed.push(...(await claim(db, { lanes: 400 })).map((lane) => lane.recordKey));
    expect(claimed).toHaveLength(400);
  });

  it('cancels beside the router without each waiting for the other', async () => {
    await insertEvents(db, [{ record: 'a' }]);
    await route(db);
    await insertEvents(db, [{ record: 'a' }]);
    let cancelled: Promise<unknown> = Promise.resolve();
    await db.transaction(async (tx) => {
      // What the router does: its lock, the new events, and only then their lanes.
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('{schema}.router', 0))`);
      await tx.query('select id from {schema}.outbox_events where lane_id is null for update');
      cancelled = cancelEvents(db, { types: ['thing'] });
      await waitFor(
        async () =>
          (
            await db.query(
              `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
            )
          ).length > 0,
        { timeout: 20_000, what: 'the cancel to stand in line' },
      );
      await tx.query('update {schema}.lanes set pending = pending where true');
    });
    expect(await cancelled).toEqual({ cancelled: 2, inFlight: 0 });
    expect(await miscounted(db)).toEqual([]);
  });
});
