import { ADA, type Trial, UPSERTS } from '../trial.ts';

/** The portal answers 502 and has written nothing. */
export const dropOnUnknown: Trial = {
  mutant: 'drop-on-unknown',
  what: 'What ended unknown is tried again: else it is lost whenever it was not applied.',
  async run({ rig, start, record, judge }) {
    await rig.portal.addFaults([
      { id: 'not applied, 502', match: { path: UPSERTS }, at: 'before', do: 'status', status: 502, times: 1 },
    ]);
    await start(0);
    await record([ADA]);
    const { findings } = await judge();
    if ((await rig.portal.faultHits())['not applied, 502'] !== 1) throw new Error('no call ended with 502');
    return findings;
  },
};
