import { ADA, NOTES, type Trial } from '../trial.ts';

/** The portal makes the note and cuts the connection instead of answering. */
export const noIntent: Trial = {
  mutant: 'no-intent',
  what: 'Notes have an intent row and are looked for before they are sent again: else there are two.',
  async run({ rig, start, record, judge }) {
    await rig.portal.addFaults([
      { id: 'applied, then reset', match: { path: NOTES }, at: 'after-apply', do: 'reset', times: 1 },
    ]);
    await start(0);
    await record([ADA], { note: true });
    const { findings } = await judge();
    const hits = await rig.portal.faultHits();
    if (hits['applied, then reset'] !== 1) throw new Error('the note was never made without an answer');
    return findings;
  },
};
