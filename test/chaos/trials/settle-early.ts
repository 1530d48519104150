import { ADA, type Trial } from '../trial.ts';

/** The request vanishes in the network and the worker is killed. */
export const settleEarly: Trial = {
  mutant: 'settle-early',
  what: 'An event is delivered after its call, not before: else it is lost when the worker dies in between.',
  async run({ rig, start, record, until, judge }) {
    const a = await start(0);
    const hole = rig.links(0).hubspot.apply({ kind: 'black-hole', onHeal: 'reset' });
    await record([ADA]);
    await until('the request to be on its way', () => hole.hits > 0);
    await rig.workers.kill(a);
    hole.remove();
    const { findings } = await judge();
    return findings;
  },
};
