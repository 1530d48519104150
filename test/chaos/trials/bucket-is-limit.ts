import { systemClock } from '../../../src/clock.ts';
import { type Finding, mostInWindow, WINDOW_MS } from '../oracle.ts';
import { createEntities, madeUpContacts, recordEvents } from '../producer.ts';
import type { Trial } from '../trial.ts';

const LIMIT = 60;
/** Enough to fill two windows when each event is a call of its own. */
const EVENTS = 150;
/** Fewer calls in the fullest window would prove nothing. */
const MUST_USE = 0.6;

/** One call for each event, as fast as the gate lets them go, against a portal that only counts. */
export const bucketIsLimit: Trial = {
  mutant: 'bucket-is-limit',
  what: 'The gate is sized for any window: else burst and refill together reach twice the limit.',
  settings: { limit: LIMIT },
  environment: { SPOKE_CLAIM_LANES: '1', SPOKE_CONCURRENCY: '6' },
  async run({ rig, start }) {
    const contacts = madeUpContacts(EVENTS);
    await rig.pool.query('drop table entities');
    await createEntities(rig.pool, contacts);
    await start(0);
    // As after a quiet minute: the gate has saved up all that it may.
    await rig.pool.query(`update spoke.gates set tat = clock_timestamp() - interval '1 minute'`);
    await recordEvents(rig, contacts, 1);
    await systemClock.sleep(WINDOW_MS + 1_000);
    const most = mostInWindow(
      (await rig.portal.calls()).filter((call) => call.worker !== null).map((call) => call.at),
      WINDOW_MS,
    );
    if (most < LIMIT * MUST_USE) throw new Error(`only ${most} calls in the fullest window`);
    const findings: Finding[] = [];
    if (most > LIMIT)
      findings.push({ kind: 'limit-exceeded', message: `${most} calls in 10 s; the limit is ${LIMIT}` });
    return findings;
  },
};
