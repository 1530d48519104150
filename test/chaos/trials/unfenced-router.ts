import { ADA, strictly, type Trial } from '../trial.ts';

/** A's router stands still with the first event in its hands; B finds the second. */
export const unfencedRouter: Trial = {
  mutant: 'unfenced-router',
  what: 'One router at a time: else an event is routed twice, or a later one of a record before an earlier one.',
  async run({ rig, start, record, until, within, delivered, slowNextRoute, isHeldInDatabase, judge }) {
    await start(0);
    await slowNextRoute(4_000);
    const [first] = await record([ADA]);
    await until("A's router to be held in the database", isHeldInDatabase);
    await start(1);
    const [second] = await record([ADA]);
    // Without the lock B routes and delivers meanwhile; with it nothing happens until A is through.
    await within(4_000, async () => !!second && (await delivered(second)));
    await until('the first event to be delivered', async () => !!first && (await delivered(first)));
    const verdict = await judge(8_000);
    const { rows } = await rig.pool.query<{ early: boolean }>(
      'select a.processed_at > b.processed_at as early from spoke.outbox_events a, spoke.outbox_events b where a.id = $1 and b.id = $2',
      [first?.eventId, second?.eventId],
    );
    return [
      ...strictly(verdict),
      ...(rows[0]?.early
        ? [{ kind: 'order-break' as const, message: 'the second event was delivered before the first' }]
        : []),
    ];
  },
};
