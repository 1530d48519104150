import { ADA, type Trial, UPSERTS } from '../trial.ts';

/** Less than the request's time-out (3 s): nothing goes wrong but that somebody else may take the lane. */
const HELD_MS = 1_800;

/** One worker waits for its answer while another looks for work. */
export const noLaneLease: Trial = {
  mutant: 'no-lane-lease',
  what: 'A leased lane is nobody else’s: else two workers send for one record at once.',
  settings: { timeoutSeconds: 3, leaseSeconds: 9 },
  async run({ rig, start, record, held, within, judge, writesOf }) {
    await start(0);
    await start(1);
    await rig.portal.hold({ path: UPSERTS, holdMs: HELD_MS, times: 1 });
    await record([ADA]);
    await held();
    await within(HELD_MS, async () => (await writesOf(ADA)).length > 1);
    await rig.portal.releaseHold();
    const { findings, figures } = await judge();
    return [
      ...findings,
      ...(figures.redelivered === 0
        ? []
        : [
            {
              kind: 'duplicate-effect' as const,
              message: `sent ${figures.redelivered + 1} times although nothing failed`,
            },
          ]),
    ];
  },
};
