import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { cancelEvents, showEvent } from '../../src/outbox/events.ts';
import { moveRedriveChunk } from '../../src/outbox/move-redrive.ts';
import { previewRedrive } from '../../src/outbox/redrive-preview.ts';
import type { RedriveFilter } from '../../src/outbox/redrive-request.ts';
import { startDueRedrives } from '../../src/outbox/redrive-rules.ts';
import { abortRedrive, listRedrives, showRedrive, startRedrive } from '../../src/outbox/redrives.ts';
import { databaseKinds, type TestDatabase, testDatabaseOf } from '../support/database.ts';
import {
  claim,
  insertEvents,
  killAll,
  miscounted,
  redrive,
  route,
  settleLanes,
  verdictsOf,
} from '../support/lanes.ts';

const TABLES =
  '{schema}.outbox_events, {schema}.lanes, {schema}.redrives, {schema}.gates, {schema}.gate_lateness';

const statesOf = async (db: Database) =>
  (await db.query<{ state: string }>('select state from {schema}.outbox_events order by id')).map(
    (row) => row.state,
  );

describe.each(databaseKinds)('redrives on %s', (kind) => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await testDatabaseOf(kind);
    db = database.db;
  });

  afterAll(() => database.drop());

  beforeEach(() => db.query(`truncate ${TABLES} restart identity`));

  /** 1 a lead, 2 b lead, 3 a order, 4 c order: all dead. */
  async function fourDead(): Promise<void> {
    await insertEvents(db, [
      { record: 'a', type: 'lead' },
      { record: 'b', type: 'lead' },
      { record: 'a', type: 'order' },
      { record: 'c', type: 'order' },
    ]);
    await killAll(db);
  }

  describe.each(['anew', 'as-sent'] as const)('%s', (mode) => {
    it('puts dead events back with their tries at nought, behind what is recorded meanwhile', async () => {
      await fourDead();
      const done = await redrive(db, { mode });
      expect(done).toMatchObject({
        state: 'done',
        total: 4,
        moved: 4,
        priority: 9,
        events: { waiting: 4, delivered: 0, deadAgain: 0, elsewhere: 0 },
        finishedAt: expect.any(Date),
      });
      await route(db);
      expect(await miscounted(db)).toEqual([]);
      expect(await showEvent(db, 1)).toMatchObject({
        state: 'pending',
        attemptCount: 0,
        priority: 9,
        processedAt: null,
        lastErrorCode: 'HUBSPOT_REFUSED',
      });
      await insertEvents(db, [{ record: 'z' }]);
      await route(db);
      expect((await claim(db, { lanes: 1 })).map((lane) => lane.recordKey)).toEqual(['z']);
    });

    it('delivers the events of a lane in the order of their ids', async () => {
      await fourDead();
      await redrive(db, { mode }, 1);
      await route(db);
      const lanes = await claim(db);
      expect(lanes.map((lane) => [lane.recordKey, lane.events.map((event) => event.id)])).toEqual([
        ['a', [1, 3]],
        ['b', [2]],
        ['c', [4]],
      ]);
    });

    it('follows what comes of the events', async () => {
      await fourDead();
      const { id } = await redrive(db, { mode });
      await route(db);
      const [first, ...others] = await claim(db);
      await settleLanes(db, verdictsOf(first ? [first] : [], 'dead'));
      await settleLanes(db, verdictsOf(others.slice(0, 1)));
      expect(await showRedrive(db, id)).toMatchObject({
        events: { waiting: 1, delivered: 1, deadAgain: 2, cancelled: 0, elsewhere: 0 },
      });
      await redrive(db, { mode });
      expect(await showRedrive(db, id)).toMatchObject({ moved: 4, events: { deadAgain: 0, elsewhere: 2 } });
    });

    it('leaves what is aborted midway dead, and goes on after a stop where it was', async () => {
      await fourDead();
      const first = await startRedrive(db, { filter: {}, mode });
      expect(await moveRedriveChunk(db, { chunk: 1 })).toEqual({ redrive: first, moved: 1, ended: false });
      expect(await abortRedrive(db, first)).toMatchObject({ state: 'aborted', total: 4, moved: 1 });
      expect(await moveRedriveChunk(db)).toBeUndefined();
      expect(await statesOf(db)).toEqual(['pending', 'dead', 'dead', 'dead']);
      const second = await startRedrive(db, { filter: {}, mode });
      await moveRedriveChunk(db, { chunk: 2 });
      // Another process finds it by itself.
      expect(await moveRedriveChunk(db, { chunk: 2 })).toEqual({ redrive: second, moved: 1, ended: true });
      expect(await statesOf(db)).toEqual(['pending', 'pending', 'pending', 'pending']);
      expect(await abortRedrive(db, second)).toMatchObject({ state: 'done', total: 3, moved: 3 });
      await route(db);
      expect(await miscounted(db)).toEqual([]);
    });
  });

  it('gives an event back to the lane it had, or to the one that the config names now', async () => {
    await fourDead();
    await db.query(
      `update {schema}.outbox_events set payload = '{"record":"moved"}', counted = true, written_back = case when id = 1 then true end`,
    );
    await redrive(db, { mode: 'as-sent', filter: { ids: [1] } });
    await redrive(db, { mode: 'anew', filter: { ids: [2] } });
    await route(db);
    expect(await showEvent(db, 1)).toMatchObject({ recordKey: 'a' });
    expect(await showEvent(db, 2)).toMatchObject({ recordKey: 'moved' });
    // Running values are those of a lane, and the application's row shows the event waiting again.
    expect(
      await db.query('select id, counted, written_back from {schema}.outbox_events where id < 3 order by id'),
    ).toEqual([
      { id: 1, counted: true, written_back: false },
      { id: 2, counted: false, written_back: null },
    ]);
  });

  it('routes an event that never had a lane, in either way', async () => {
    await insertEvents(db, [{ record: 'refuse' }]);
    await route(db);
    await db.query(`update {schema}.outbox_events set payload = '{"record":"a"}'`);
    expect(await redrive(db, { mode: 'as-sent' })).toMatchObject({ moved: 1 });
    expect(await route(db)).toMatchObject({ routed: 1 });
  });

  it('is not ended by a settle of before that comes once more', async () => {
    await insertEvents(db, [{ record: 'a' }]);
    await route(db);
    const verdicts = verdictsOf(await claim(db), 'dead');
    await settleLanes(db, verdicts);
    await redrive(db, { mode: 'as-sent' });
    expect(await settleLanes(db, verdicts)).toEqual({ lost: [1] });
    expect(await statesOf(db)).toEqual(['pending']);
    expect(await miscounted(db)).toEqual([]);
  });

  it.each<[string, RedriveFilter, number[]]>([
    ['by id', { ids: [2, 4, 77] }, [2, 4]],
    ['by type', { types: ['lead'] }, [1, 2]],
    ['by several types', { types: ['lead', 'order'] }, [1, 2, 3, 4]],
    ['by code', { codes: ['HUBSPOT_REFUSED', 'X'] }, [1, 2, 3, 4]],
    ['by another code', { codes: ['X'] }, []],
    ['by record', { recordKey: 'a' }, [1, 3]],
    ['that died since a while', { endedSince: new Date(Date.now() - 3_600_000) }, [1, 2, 3, 4]],
    ['that died before', { endedUntil: new Date(Date.now() - 3_600_000) }, []],
    ['cancelled ones', { state: 'cancelled' }, [5]],
    ['a cancelled one by id', { ids: [5] }, [5]],
    ['that were never redriven', { redrivenBelow: 1 }, [1, 2, 3, 4]],
  ])('chooses %s, and says before what it would choose', async (_, filter, ids) => {
    await fourDead();
    await insertEvents(db, [{ record: 'd' }, { record: 'e' }]);
    await cancelEvents(db, { ids: [5] });
    expect(await previewRedrive(db, { filter })).toMatchObject({ total: ids.length });
    expect(await redrive(db, { filter })).toMatchObject({ total: ids.length, moved: ids.length });
    const moved = await db.query<{ id: number }>(
      'select id from {schema}.outbox_events where redrive_id is not null order by id',
    );
    expect(moved.map((row) => row.id)).toEqual(ids);
  });

  it('takes the oldest when it is for so many only', async () => {
    await fourDead();
    expect(await redrive(db, { limit: 2 }, 1)).toMatchObject({ total: 2, moved: 2, limit: 2 });
    expect(await statesOf(db)).toEqual(['pending', 'pending', 'dead', 'dead']);
  });

  it('leaves alone what died after it was asked for', async () => {
    await fourDead();
    const id = await startRedrive(db, { filter: {} });
    await insertEvents(db, [{ record: 'a' }]);
    await killAll(db);
    while (await moveRedriveChunk(db, { id, chunk: 1 }));
    expect(await showRedrive(db, id)).toMatchObject({ total: 4, moved: 4 });
    expect(await showEvent(db, 5)).toMatchObject({ state: 'dead' });
  });

  it('keeps the priority of named events, and gives the one that is asked for', async () => {
    await fourDead();
    await redrive(db, { filter: { ids: [1] } });
    await redrive(db, { filter: { ids: [2] }, priority: 'interactive' });
    expect(await showEvent(db, 1)).toMatchObject({ priority: 5 });
    expect(await showEvent(db, 2)).toMatchObject({ priority: 1 });
  });

  it('is the same redrive when its idempotency key comes again, and refused with other content', async () => {
    const request = { filter: {}, idempotency: { key: 'k', hash: 'h' } };
    const id = await startRedrive(db, request);
    expect(await startRedrive(db, request)).toBe(id);
    await expect(
      startRedrive(db, { ...request, idempotency: { key: 'k', hash: 'other' } }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each<[string, object]>([
    ['an unknown key', { filter: { typ: 'x' } }],
    ['no ids', { filter: { ids: [] } }],
    ['an id that is none', { filter: { ids: [0] } }],
    ['a state that does not end', { filter: { state: 'pending' } }],
    ['a limit of none', { filter: {}, limit: 0 }],
    ['an unknown way', { filter: {}, mode: 'twice' }],
  ])('is refused with %s', async (_, request) => {
    await expect(startRedrive(db, request as never)).rejects.toMatchObject({ code: 'REDRIVE_INVALID' });
  });

  it('ends aborted, with its reason, when its stored filter cannot be read', async () => {
    await fourDead();
    const id = await startRedrive(db, { filter: {} });
    await db.query(`update {schema}.redrives set filter = '{"all":true}'`);
    expect(await moveRedriveChunk(db)).toEqual({ redrive: id, moved: 0, ended: true });
    expect(await showRedrive(db, id)).toMatchObject({
      state: 'aborted',
      error: expect.stringContaining('all'),
    });
    expect(await statesOf(db)).toEqual(['dead', 'dead', 'dead', 'dead']);
  });

  it('says that there is none', async () => {
    await expect(showRedrive(db, 7)).rejects.toMatchObject({ code: 'REDRIVE_NOT_FOUND' });
    await expect(abortRedrive(db, 7)).rejects.toMatchObject({ code: 'REDRIVE_NOT_FOUND' });
    expect(await listRedrives(db, 5)).toEqual([]);
  });

  it('is previewed with kinds, calls and time, and nothing is changed', async () => {
    await fourDead();
    await insertEvents(db, [{ record: 'd' }]);
    await route(db);
    await db.query(`insert into {schema}.gates (name, step_ms, burst) values ('burst', 500, 3)`);
    expect(await previewRedrive(db, { filter: {} })).toEqual({
      total: 4,
      records: 4,
      groups: [
        { type: 'lead', code: 'HUBSPOT_REFUSED', events: 2 },
        { type: 'order', code: 'HUBSPOT_REFUSED', events: 2 },
      ],
      estimate: {
        calls: 1,
        basis: 'records',
        waiting: { events: 1, calls: 1 },
        callsPerSecond: 2,
        heldSeconds: 0,
        seconds: 1,
        dailyCallsLeft: null,
      },
    });
    expect(await statesOf(db)).toEqual(['dead', 'dead', 'dead', 'dead', 'pending']);
  });

  describe('rules', () => {
    const RULE = { name: 'conflicts', codes: ['HUBSPOT_REFUSED'], afterHours: 2, maxTimes: 2 };
    const age = () =>
      db.query(`update {schema}.outbox_events set processed_at = processed_at - interval '3 hours';
                update {schema}.redrives set created_at = created_at - interval '3 hours'`);

    it('ask for what has been dead long enough, so often and so many times', async () => {
      await fourDead();
      expect(await startDueRedrives(db, [RULE])).toEqual([]);
      for (const redriveId of [1, 2]) {
        await age();
        expect(await startDueRedrives(db, [RULE])).toEqual([{ rule: 'conflicts', redrive: redriveId }]);
        expect(await startDueRedrives(db, [RULE])).toEqual([]);
        while (await moveRedriveChunk(db));
        expect(await showRedrive(db, redriveId)).toMatchObject({ moved: 4, rule: 'conflicts' });
        await killAll(db);
      }
      await age();
      expect(await startDueRedrives(db, [RULE])).toEqual([]);
    });

    it('leave other codes and types alone', async () => {
      await fourDead();
      await age();
      expect(await startDueRedrives(db, [{ ...RULE, codes: ['HUBSPOT_CONFLICT'] }])).toEqual([]);
      expect(await startDueRedrives(db, [{ ...RULE, types: ['nothing'] }])).toEqual([]);
      expect(await startDueRedrives(db, [{ ...RULE, types: ['lead'] }])).toHaveLength(1);
      while (await moveRedriveChunk(db));
      expect(await statesOf(db)).toEqual(['pending', 'pending', 'dead', 'dead']);
    });
  });
});
