import { ADA, type Trial } from '../trial.ts';

/** Longer than the request's time-out (2 s), shorter than time-out and settle time together (2 s + 3 s). */
const LATE_MS = 4_000;
/** By then the read-back has come and gone: time-out, settle time, a poll, and time to spare. */
const REPAIRED_MS = 12_000;

/** The first write hangs in the network, is given up and sent again with the second; then the first one lands after all. */
export const noVerify: Trial = {
  mutant: 'no-verify',
  what: 'A record is read back after a write whose end is unknown: else a late old value stays.',
  environment: { SPOKE_CONCURRENCY: '1' },
  async run({ rig, start, record, until, within, writesOf, judge }) {
    await start(0);
    const { hubspot } = rig.links(0);
    const late = hubspot.apply({ kind: 'latency', direction: 'up', delayMs: LATE_MS });
    await record([ADA]);
    await until('the first write to be on its way', () => late.hits > 0);
    late.remove();
    await record([ADA]);
    await until('the old value to land after the newer one', async () => {
      const writes = await writesOf(ADA);
      return writes.some((seq, index) => writes.slice(0, index).some((earlier) => earlier > seq));
    });
    await within(REPAIRED_MS, async () => (await writesOf(ADA)).at(-1) === 2);
    const { findings } = await judge(1_000);
    return findings;
  },
};
