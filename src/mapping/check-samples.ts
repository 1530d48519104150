import type { ConfigProblem, SpokeConfig } from '../config/define-config.ts';
import { eventsOf } from './forms/form-event.ts';
import { createMapper } from './mapper.ts';

/** Maps the `sample` of every event that has one; what would be refused is a problem of the config. */
export function checkSamples(config: SpokeConfig): ConfigProblem[] {
  const mapper = createMapper(config);
  return Object.entries(eventsOf(config)).flatMap(([type, { sample }]) => {
    if (sample === undefined) return [];
    const plan = mapper.plan({ id: 'sample', type, payload: sample, occurredAt: new Date(0) });
    return plan.ok ? [] : [{ name: `events.${type}.sample`, message: `${plan.code}: ${plan.message}` }];
  });
}
