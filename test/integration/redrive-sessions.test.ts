import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { moveRedriveChunk } from '../../src/outbox/move-redrive.ts';
import { showRedrive, startRedrive } from '../../src/outbox/redrives.ts';
import { describePostgres, type TestDatabase, testDatabaseOf } from '../support/database.ts';
import {
  claim,
  insertEvents,
  killAll,
  miscounted,
  route,
  settleLanes,
  verdictsOf,
} from '../support/lanes.ts';
import { waitFor } from '../support/wait-for.ts';

const TABLES = '{schema}.outbox_events, {schema}.lanes, {schema}.redrives';

describePostgres('redrives by many processes at once', () => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await testDatabaseOf('postgres', { poolSize: 12 });
    db = database.db;
  });

  afterAll(() => database.drop());

  beforeEach(() => db.query(`truncate ${TABLES} restart identity`));

  it('count exactly, while events are routed, delivered and refused', async () => {
    await insertEvents(
      db,
      Array.from({ length: 600 }, (_, n) => ({ record: `r${n % 40}`, type: n % 2 === 0 ? 'lead' : 'order' })),
    );
    await killAll(db);
    const ids = await Promise.all(
      (['anew', 'as-sent', 'anew', 'as-sent'] as const).map((mode, n) =>
        startRedrive(db, { filter: n < 2 ? {} : { types: ['lead'] }, mode }),
      ),
    );
    let moving = 4;
    const movers = Array.from({ length: 4 }, async () => {
      while ((await db.query(`select 1 from {schema}.redrives where state = 'running'`)).length > 0)
        await moveRedriveChunk(db, { chunk: 17 });
      moving -= 1;
    });
    const workers = Array.from({ length: 3 }, async (_, n) => {
      while (moving > 0) {
        await route(db);
        const lanes = await claim(db, { lanes: 9, eventsPerLane: 5 });
        await settleLanes(db, verdictsOf(lanes, n === 0 ? 'dead' : 'delivered'));
      }
    });
    await Promise.all([...movers, ...workers]);
    await route(db);
    expect(await miscounted(db)).toEqual([]);
    const redrives = await Promise.all(ids.map((id) => showRedrive(db, id)));
    // Each event was put back once and no more: what died again did so after all four had been asked for.
    expect(redrives.reduce((sum, { moved }) => sum + moved, 0)).toBe(600);
    const [counted] = await db.query<{ once: number; states: number }>(
      `select count(*) filter (where redrive_count = 1) as once, count(*) filter (where state <> 'dead' or redrive_id is not null) as states
       from {schema}.outbox_events`,
    );
    expect(counted).toEqual({ once: 600, states: 600 });
    for (const { moved, events, state } of redrives) {
      expect(state).toBe('done');
      expect(events.waiting + events.delivered + events.deadAgain).toBe(moved);
    }
  });

  it('as-sent goes beside the router without each waiting for the other', async () => {
    await insertEvents(db, [{ record: 'a' }]);
    await killAll(db);
    const id = await startRedrive(db, { filter: {}, mode: 'as-sent' });
    let moving: Promise<unknown> = Promise.resolve();
    await db.transaction(async (tx) => {
      // What the router does: its lock, events that another redrive has put back, and only then their lanes.
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('{schema}.router', 0))`);
      await tx.query('select id from {schema}.outbox_events for update');
      moving = moveRedriveChunk(db, { id });
      await waitFor(
        async () =>
          (
            await db.query(
              `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
            )
          ).length > 0,
        { timeout: 20_000, what: 'the redrive to stand in line' },
      );
      await tx.query('update {schema}.lanes set pending = pending where true');
    });
    expect(await moving).toEqual({ redrive: id, moved: 1, ended: true });
    expect(await miscounted(db)).toEqual([]);
  });

  it('goes on with what a process left when it was killed in the middle of a chunk', async () => {
    await insertEvents(db, [{ record: 'a' }, { record: 'b' }]);
    await killAll(db);
    const id = await startRedrive(db, { filter: {} });
    let others: unknown = 'not asked';
    const killed = db.transaction(async (tx) => {
      await tx.query('select id from {schema}.redrives where id = $1 for update', [id]);
      others = await moveRedriveChunk(db, { id });
      throw new Error('killed');
    });
    await expect(killed).rejects.toThrow('killed');
    expect(others).toBeUndefined();
    expect(await moveRedriveChunk(db)).toEqual({ redrive: id, moved: 2, ended: true });
  });
});
