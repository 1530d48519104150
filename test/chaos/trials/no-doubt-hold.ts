import { EFFECTS_CONFIG } from '../effects/effects-portal.ts';
import { openEffects } from '../effects/effects-stage.ts';
import type { Trial } from '../trial.ts';

/** Longer than the request's time-out (2 s), shorter than time-out and settle time together (2 s + 3 s). */
const LATE_MS = 4_000;

/** A contact is put on a list by a call that is given up and lands late, after the contact was to be taken off again. */
export const noDoubtHold: Trial = {
  mutant: 'no-doubt-hold',
  what: 'A list is not changed while an earlier change may still land: else the late one comes out on top.',
  config: EFFECTS_CONFIG,
  async run(stage) {
    const { rig, start, until } = stage;
    const { person, untilDelivered, judge } = await openEffects(stage);
    const landed = async () =>
      (await rig.portal.calls()).some((call) => call.path.endsWith('/memberships/add') && call.applied);
    await rig.portal.addFaults([
      {
        id: 'late',
        match: { path: '/memberships/add' },
        at: 'before',
        do: 'slow',
        delayMs: LATE_MS,
        times: 1,
      },
    ]);
    await start(0);
    await person(1, { tag: 'on', onList: true });
    await until('the call to be on its way', async () => ((await rig.portal.faultHits()).late ?? 0) > 0);
    await untilDelivered(await person(1, { tag: 'off', onList: false }));
    await until('the late call to land', landed);
    return judge();
  },
};
