import { ADA, BOB, strictly, type Trial } from '../trial.ts';

/** A stands still at the gate, with what it has claimed, until B has delivered a newer event; then it wakes. */
export const noDeadline: Trial = {
  mutant: 'no-deadline',
  what: 'No call is started that could outlive the lease: else a stalled worker sends an old value over a newer one.',
  environment: { SPOKE_CONCURRENCY: '1' },
  async run({
    rig,
    start,
    record,
    until,
    delivered,
    slowNextTurn,
    isHeldInDatabase,
    stallOutsideTransactions,
    judge,
  }) {
    const a = await start(0);
    await slowNextTurn(1_500);
    const [first] = await record([ADA]);
    await until("A's turn at the gate to be held in the database", isHeldInDatabase);
    await stallOutsideTransactions(a);
    await until("A's turn to be through", async () => !(await isHeldInDatabase()));
    const b = await start(1);
    await until('B to take over', async () => !!first && (await delivered(first)));
    const [second] = await record([ADA]);
    await until('B to deliver the newer event', async () => !!second && (await delivered(second)));

    await rig.workers.drain(b);
    rig.workers.resume(a);
    // With one claim at a time, A is through with the old one when it has delivered another record's event.
    const [other] = await record([BOB]);
    await until('A to go on', async () => !!other && (await delivered(other)));
    return strictly(await judge());
  },
};
