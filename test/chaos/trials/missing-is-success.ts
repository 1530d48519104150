import { ADA, BOB, type Trial, UPSERTS } from '../trial.ts';

/** One of two inputs is neither written nor mentioned in the answer. */
export const missingIsSuccess: Trial = {
  mutant: 'missing-is-success',
  what: 'An input that the answer does not mention is unknown: else it counts as delivered and is lost.',
  async run({ rig, start, record, judge }) {
    await rig.portal.addFaults([
      { id: 'dropped', match: { path: UPSERTS }, at: 'before', do: 'drop-item', times: 1 },
    ]);
    await record([ADA, BOB]);
    await start(0);
    const { findings } = await judge();
    if ((await rig.portal.faultHits()).dropped !== 1) throw new Error('no input was dropped');
    return findings;
  },
};
