import { ADA, type Trial, UPSERTS } from '../trial.ts';

/** Less than the request's time-out: B's call is in flight all the while. */
const LOOK_MS = 1_800;

/**
 * A's outcome reaches the database only after B has taken over, delivered, and sent the next event. Settled without the fence it
 * gives B's lane back, and somebody else sends for the record while B's call is still in flight.
 */
export const noEpoch: Trial = {
  mutant: 'no-epoch',
  what: 'Settle is fenced by the epoch: else a late outcome frees a lane that is another worker’s.',
  settings: { timeoutSeconds: 3, leaseSeconds: 9 },
  async run({ rig, start, record, held, until, within, delivered, writesOf, judge }) {
    const a = await start(0);
    await rig.portal.hold({ path: UPSERTS, holdMs: 20_000, times: 1 });
    const [first] = await record([ADA]);
    await held();
    const hole = rig.links(0).postgres.apply({ kind: 'black-hole', onHeal: 'deliver' });
    await rig.portal.releaseHold();
    const b = await start(1);
    await until(
      'B to take over and deliver the first event',
      async () => !!first && (await delivered(first)),
    );

    await rig.portal.hold({ path: UPSERTS, holdMs: 20_000, times: 1, worker: b.name });
    await record([ADA]);
    await held();
    hole.remove();
    await until("A's late outcome to arrive", async () => {
      const { rows } = await rig.pool.query('select 1 from spoke.attempts where worker = $1', [a.name]);
      return rows.length > 0;
    });
    const sentTwice = await within(
      LOOK_MS,
      async () => (await writesOf(ADA)).filter((seq) => seq === 2).length > 1,
    );
    await rig.portal.releaseHold();
    const { findings } = await judge();
    return sentTwice
      ? [...findings, { kind: 'duplicate-effect', message: 'two workers sent for one record at once' }]
      : findings;
  },
};
