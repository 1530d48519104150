import { EFFECTS_CONFIG } from '../effects/effects-portal.ts';
import { openEffects } from '../effects/effects-stage.ts';
import type { Trial } from '../trial.ts';

/** Without the guard the event is delivered within this time. */
const LOOK_MS = 3_000;

/** A link is recorded before the event that makes its deal. */
export const linkWithoutEnd: Trial = {
  mutant: 'link-without-end',
  what: 'A link waits until both of its records are known: else it is lost when one comes later.',
  config: EFFECTS_CONFIG,
  async run(stage) {
    const { start, within } = stage;
    const { person, own, stateOf, judge } = await openEffects(stage);
    await start(0);
    const event = await person(1, { tag: 'link', deal: { deal: 1, slots: [] } });
    await within(LOOK_MS, async () => (await stateOf(event)).state === 'delivered');
    await own('deal_changed', { of: 1, tag: 'deal', slots: ['chaos_a'] });
    return judge();
  },
};
