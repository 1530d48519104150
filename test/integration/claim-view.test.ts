import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { claim, insertEvents, route, settleLanes, verdictsOf } from '../support/lanes.ts';

/** The claim looks for ready lanes only this long after its statement has begun, as on a busy server. */
const SLOW_LOOK_MS = 600;

describePostgres('a claim that begins before a lane is settled, and takes it after', () => {
  it('does not get the events that have been delivered meanwhile', { timeout: 30_000 }, async () => {
    const database = await testDatabase();
    onTestFinished(() => database.drop());
    const { db } = database;
    await insertEvents(db, [{ record: 'a' }, { record: 'a' }]);
    await route(db);
    const former = await claim(db, { eventsPerLane: 1 });
    await db.query(
      `create or replace function {schema}.ready_lanes(p_lowest_priority integer, p_min_crashes integer, p_max_crashes integer, p_limit integer)
       returns bigint[] language plpgsql as $$
       begin
         perform pg_sleep(${SLOW_LOOK_MS / 1_000});
         return array(select id from {schema}.lanes where pending > 0 and ready_at <= clock_timestamp() for update skip locked);
       end $$`,
    );
    const later = claim(db);
    await systemClock.sleep(SLOW_LOOK_MS / 3);
    const running = { total: { value: '1', of: 'number' } } as const;
    await settleLanes(db, verdictsOf(former, 'delivered', { running }));
    const [lane] = await later;
    expect(lane).toMatchObject({ epoch: 2, running });
    expect(lane?.events.map((event) => event.id)).toEqual([2]);
  });

  it('does not count what is settled a second time', { timeout: 30_000 }, async () => {
    const database = await testDatabase();
    onTestFinished(() => database.drop());
    const { db } = database;
    await insertEvents(db, [{ record: 'a' }]);
    await route(db);
    const verdicts = verdictsOf(await claim(db), 'delivered', {
      running: { total: { value: '1', of: 'number' } },
    });
    await settleLanes(db, verdicts);
    await settleLanes(
      db,
      verdicts.map((lane) => ({ ...lane, running: { total: { value: '2', of: 'number' } } })),
    );
    expect(await db.query('select running from {schema}.lanes')).toEqual([
      { running: { total: { value: '1', of: 'number' } } },
    ]);
  });
});
