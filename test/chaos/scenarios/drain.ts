import type { Pool } from 'pg';
import { systemClock } from '../../../src/clock.ts';
import { type Finding, judge } from '../oracle.ts';
import { outcomeOf } from '../outcome.ts';
import { createEntities, madeUpContacts, produce } from '../producer.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';

const ROUNDS = 3;
const WORKERS = 3;
/** How long a drain may take, ms. */
const DRAIN_MS = 15_000;
/** Every write takes this long to answer, so that SIGTERM finds calls in flight. */
const SLOW_MS = 700;
const LOAD_MS = 3_000;
const READY_MS = 30_000;
const SETTLED_MS = 120_000;

/** SIGTERM to all workers while their calls are under way, some times over. */
export const drain: Scenario = {
  name: 'drain',
  what: 'SIGTERM in mid-flight: exit 0 within 15 s, leases given back, nothing sent twice.',
  async run({ base, settings, progress }) {
    const startedAt = performance.now();
    const rig = await openRig(base, {
      name: 'drain',
      settings: { ...settings, workers: WORKERS },
      environment: { SPOKE_CLAIM_LANES: '20' },
    });
    try {
      const contacts = madeUpContacts(300);
      await createEntities(rig.pool, contacts);
      await rig.portal.addFaults([
        { id: 'slow', match: { path: '/batch/' }, at: 'after-apply', do: 'slow', delayMs: SLOW_MS },
      ]);
      const findings: Finding[] = [];
      const took: number[] = [];
      let inFlight = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        progress(`drain, round ${round + 1} of ${ROUNDS}`);
        await rig.workers.scale(WORKERS);
        await rig.workers.allReady(READY_MS);
        const load = produce(
          {
            pool: rig.pool,
            track: rig.track,
            ledger: rig.ledger,
            random: rig.random.fork(`round ${round}`),
            contacts,
            producers: 4,
            eventsPerSecond: 150,
            rollbackShare: 0,
            noteShare: 0.3,
            maxTransactionMs: 20,
          },
          AbortSignal.timeout(LOAD_MS),
        );
        await systemClock.sleep(LOAD_MS - SLOW_MS / 2);
        inFlight += await leasedLanes(rig.pool);
        const begin = performance.now();
        for (const exit of await rig.workers.drainAll()) {
          if (exit.code === 0) continue;
          findings.push({
            kind: 'crash',
            message: `a drained worker ended with code ${exit.code}, signal ${exit.signal}`,
          });
        }
        took.push(performance.now() - begin);
        const left = await leasedLanes(rig.pool);
        if (left > 0)
          findings.push({ kind: 'lane-books', message: `${left} lanes are still leased after the drain` });
        await load;
      }
      const longest = Math.max(...took);
      if (longest > DRAIN_MS)
        findings.push({ kind: 'crash', message: `a drain took ${Math.round(longest)} ms` });
      await rig.portal.clearFaults();
      await rig.workers.scale(WORKERS);
      await rig.settled(SETTLED_MS);
      await rig.workers.drainAll();
      const verdict = judge(await rig.evidence());
      const { redelivered } = verdict.figures;
      if (redelivered > 0) {
        findings.push({ kind: 'duplicate-effect', message: `${redelivered} writes were sent a second time` });
      }
      return outcomeOf({
        scenario: 'drain',
        startedAt,
        findings: [...verdict.findings, ...findings],
        gaps: inFlight > 0 ? [] : ['nothing was in flight when SIGTERM came'],
        figures: {
          events: verdict.figures.events,
          rounds: ROUNDS,
          lanesInFlight: inFlight,
          longestDrainSeconds: Math.round(longest / 100) / 10,
          redelivered,
        },
      });
    } finally {
      await rig.stop();
    }
  },
};

async function leasedLanes(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ lanes: number }>(
    'select count(*)::int as lanes from spoke.lanes where leased_by is not null',
  );
  return rows[0]?.lanes ?? 0;
}
