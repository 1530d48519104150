import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import type { EventFilter } from '../../src/outbox/event-filter.ts';
import { cancelEvents, countEvents, countWaiting, listEvents, showEvent } from '../../src/outbox/events.ts';
import { databaseKinds, type TestDatabase, testDatabaseOf } from '../support/database.ts';
import { insertEvents, miscounted, passTime } from '../support/lanes.ts';

describe.each(databaseKinds)('events on %s', (kind) => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await testDatabaseOf(kind);
    db = database.db;
  });

  afterAll(() => database.drop());

  /** 1 delivered, 2 dead, 3 in a worker's hands, 4 waiting in the lane of 3, 5 waiting in a lane of its own, 6 unrouted. */
  beforeEach(async () => {
    await db.query(
      'truncate {schema}.outbox_events, {schema}.lanes, {schema}.links, {schema}.effects, {schema}.attempts restart identity',
    );
    await insertEvents(
      db,
      ['a', 'b', 'a', 'a', 'c', 'd'].map((record, n) => ({ record, type: n < 4 ? 'lead' : 'order' })),
    );
    await db.query(
      `insert into {schema}.lanes (record_key, pending, leased_by, ready_at) values
         ('a', 2, 'worker', clock_timestamp() + interval '1 minute'), ('b', 0, null, clock_timestamp()), ('c', 1, null, clock_timestamp());
       update {schema}.outbox_events e set lane_id = l.id, record_key = l.record_key from {schema}.lanes l where l.record_key = e.payload->>'record';
       update {schema}.outbox_events set state = 'delivered', processed_at = clock_timestamp() where id = 1;
       update {schema}.outbox_events set state = 'dead', processed_at = clock_timestamp(), attempt_count = 3, last_error_code = 'HUBSPOT_REFUSED', last_error = 'no' where id = 2;
       insert into {schema}.links (record_key, object_type, hubspot_id) values ('a', 'contacts', '601')`,
    );
  });

  const idsOf = async (filter: EventFilter) => (await listEvents(db, filter, 50)).map((event) => event.id);

  it.each<[string, EventFilter, number[]]>([
    ['all, newest first', {}, [6, 5, 4, 3, 2, 1]],
    ['by ids', { ids: [1, 5, 77] }, [5, 1]],
    ['delivered', { state: 'delivered' }, [1]],
    ['dead', { state: 'dead' }, [2]],
    ['leased', { state: 'leased' }, [4, 3]],
    ['pending', { state: 'pending' }, [6, 5]],
    ['cancelled', { state: 'cancelled' }, []],
    ['by type', { types: ['order'] }, [6, 5]],
    ['by code', { codes: ['HUBSPOT_REFUSED'] }, [2]],
    ['by record', { recordKey: 'a' }, [4, 3, 1]],
    ['by the time they ended', { endedSince: new Date(Date.now() - 3_600_000) }, [2, 1]],
    ['ended before a time long gone', { endedUntil: new Date(0) }, []],
    ['never redriven', { redrivenBelow: 1, types: ['order'] }, [6, 5]],
    ['older than one', { beforeId: 3 }, [2, 1]],
    ['by several at once', { recordKey: 'a', types: ['lead'], state: 'delivered' }, [1]],
    ['since a time to come', { since: new Date(Date.now() + 3_600_000) }, []],
    ['until a time to come', { until: new Date(Date.now() + 3_600_000), types: ['order'] }, [6, 5]],
  ])('lists %s', async (_, filter, ids) => {
    expect(await idsOf(filter)).toEqual(ids);
  });

  it('lists no more than asked for', async () => {
    expect(await listEvents(db, {}, 2)).toHaveLength(2);
  });

  it('takes what is looked for as a value, never as SQL', async () => {
    expect(await idsOf({ types: [`x' or true --`], codes: [`'; drop table outbox_events; --`] })).toEqual([]);
    expect(await idsOf({})).toHaveLength(6);
  });

  it('calls an event leased only while the lease lasts', async () => {
    await passTime(db);
    expect(await idsOf({ state: 'leased' })).toEqual([]);
  });

  it('counts by stored state', async () => {
    expect(await countEvents(db)).toEqual({ pending: 4, delivered: 1, dead: 1 });
  });

  it('shows one event with its lane, its link, its calls and its notes', async () => {
    await db.query(
      `insert into {schema}.attempts (worker, call, event_ids, duration_ms, status, error) values ('w', 'contacts.upsert', '{3,4}', 12, 502, 'bad gateway');
       insert into {schema}.attempts (worker, call, event_ids) values ('w', 'contacts.upsert', '{5}');
       insert into {schema}.effects (event_id, ordinal, kind, mark, target_id) values (3, 1, 'note', '[#abc]', '601')`,
    );
    expect(await showEvent(db, 3)).toMatchObject({
      id: 3,
      state: 'leased',
      recordKey: 'a',
      payload: { record: 'a' },
      hubspotId: '601',
      lane: { waiting: 2, leasedBy: 'worker', readyAt: expect.any(Date) },
      attempts: [{ call: 'contacts.upsert', status: 502, durationMs: 12, error: 'bad gateway' }],
      effects: [{ kind: 'note', mark: '[#abc]', hubspotId: null }],
    });
    expect(await showEvent(db, 1)).toMatchObject({ state: 'delivered', lane: null, attempts: [] });
    expect(await showEvent(db, 77)).toBeUndefined();
  });

  it('cancels what waits, routed or not, and leaves what a worker holds', async () => {
    expect(await countWaiting(db, {})).toBe(4);
    expect(await cancelEvents(db, {})).toEqual({ cancelled: 2, inFlight: 2 });
    expect(await idsOf({ state: 'cancelled' })).toEqual([6, 5]);
    expect(await idsOf({ state: 'leased' })).toEqual([4, 3]);
    expect(await miscounted(db)).toEqual([]);
  });

  it('cancels an event whose holder has lost its lease', async () => {
    await passTime(db);
    expect(await cancelEvents(db, { ids: [3] })).toEqual({ cancelled: 1, inFlight: 0 });
    expect(await miscounted(db)).toEqual([]);
  });

  it('cancels by filter, and an ended event never', async () => {
    expect(await cancelEvents(db, { ids: [1, 2] })).toEqual({ cancelled: 0, inFlight: 0 });
    expect(await cancelEvents(db, { types: ['order'], recordKey: 'c' })).toEqual({
      cancelled: 1,
      inFlight: 0,
    });
    expect(await idsOf({ state: 'cancelled' })).toEqual([5]);
  });
});
