import { EFFECTS_CONFIG } from '../effects/effects-portal.ts';
import { openEffects } from '../effects/effects-stage.ts';
import { type Trial, UPSERTS } from '../trial.ts';

/** An event is kept back until a newer one, of another lane, has set the same property of the same company. */
export const noWritten: Trial = {
  mutant: 'no-written',
  what: 'It is noted which event has set a shared property: else an older one that comes late overwrites the newer one.',
  config: EFFECTS_CONFIG,
  environment: { SPOKE_CLAIM_LANES: '1', SPOKE_CONCURRENCY: '1' },
  async run(stage) {
    const { rig, start } = stage;
    const { person, untilDelivered, stateOf, judge } = await openEffects(stage);
    await rig.portal.addFaults([
      {
        id: 'kept back',
        match: { path: UPSERTS, contains: 'older' },
        at: 'before',
        do: 'status',
        status: 502,
      },
    ]);
    const company = { company: 1, slots: ['chaos_a' as const], champion: false };
    const older = await person(1, { tag: 'older', company });
    const newer = await person(3, { tag: 'newer', company });
    await start(0);
    await untilDelivered(newer);
    if ((await stateOf(older)).state !== 'pending') throw new Error('the older event was not kept back');
    await rig.portal.clearFaults();
    return judge();
  },
};
