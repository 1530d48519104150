import { EFFECTS_CONFIG } from '../effects/effects-portal.ts';
import { openEffects } from '../effects/effects-stage.ts';
import type { Trial } from '../trial.ts';

const PROPERTIES = '/crm/properties/2026-09/companies';
const NAME = 'chaos_a';

/** A property that the config writes is taken out of the portal, and comes back. */
export const driftIsDead: Trial = {
  mutant: 'drift-is-dead',
  what: 'What sets a property that has gone waits for it: else a slip of a person makes dead letters of all of it.',
  config: EFFECTS_CONFIG,
  async run(stage) {
    const { rig, start, until } = stage;
    const { person, stateOf, judge } = await openEffects(stage);
    await rig.portal.api('DELETE', `${PROPERTIES}/${NAME}`);
    const event = await person(1, { tag: 'drift', company: { company: 1, slots: [NAME], champion: false } });
    await start(0);
    await until(
      'the property to be missed',
      async () => (await stateOf(event)).error === 'HUBSPOT_PROPERTY_MISSING',
    );
    await rig.portal.api('POST', PROPERTIES, {
      name: NAME,
      label: NAME,
      groupName: 'companyinformation',
      type: 'string',
      fieldType: 'text',
    });
    return judge();
  },
};
