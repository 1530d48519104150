import { systemClock } from '../../../src/clock.ts';
import { randomKills } from '../attacks.ts';
import type { ContactKey } from '../ledger.ts';
import { startNemesis } from '../nemesis.ts';
import { type Finding, judge } from '../oracle.ts';
import { MIN_EVENTS, outcomeOf, shownFigures } from '../outcome.ts';
import { startProbe } from '../probe.ts';
import { createEntities, madeUpContacts } from '../producer.ts';
import { openRig, type Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';

const READY_MS = 60_000;
const SETTLED_MS = 120_000;
const KILL_EVERY_MS = 3_000;
/** Share of the limit that must be used while there is more work than it allows. */
const MIN_USE = 0.85;
/** Ready lanes from which on the limit is what holds delivery back. */
const SATURATED_LANES = 40;
/** Share of the time after which the number of workers is doubled. */
const STEP_SHARE = 0.2;
/** More calls than the limit allows in the time. */
const OVERLOAD = 1.3;

/** One call for each event, more of them than the limit allows, with more and more workers and a kill every three seconds. */
export const limit: Scenario = {
  name: 'limit',
  what: 'From one worker to all under overload, with kills: no window beyond the limit, and at least 85 % of it used.',
  async run({ base, settings, progress }) {
    const startedAt = performance.now();
    const rig = await openRig(base, {
      name: 'limit',
      settings,
      limited: true,
      environment: { SPOKE_CLAIM_LANES: '1', SPOKE_CONCURRENCY: '6' },
    });
    try {
      const calls = Math.ceil((settings.limit / 10) * settings.seconds * OVERLOAD);
      const contacts = madeUpContacts(Math.max(MIN_EVENTS, calls));
      await createEntities(rig.pool, contacts);
      await recordInBulk(rig, contacts);
      await rig.workers.scale(1);
      await rig.workers.allReady(READY_MS);
      const probe = startProbe(rig.pool, SATURATED_LANES);
      const nemesis = startNemesis([randomKills(KILL_EVERY_MS)], { rig, probe, random: rig.random });
      const stepMs = settings.seconds * 1000 * STEP_SHARE;
      let workers = 1;
      for (; workers < settings.workers; workers = Math.min(settings.workers, workers * 2)) {
        progress(`limit: ${workers} of ${settings.workers} workers`);
        await systemClock.sleep(stepMs);
        await rig.workers.scale(Math.min(settings.workers, workers * 2));
      }
      progress(`limit: ${workers} workers until everything is delivered`);
      const settled = await rig.settled(settings.seconds * 2_000 + SETTLED_MS);
      const hits = await nemesis.stop();
      const seen = await probe.stop(0);
      await rig.workers.drainAll();
      const verdict = judge(await rig.evidence(seen.saturated));
      const { useWhenSaturated: use, saturatedSeconds } = verdict.figures;
      const findings: Finding[] = [...verdict.findings];
      if (use !== null && use < MIN_USE) {
        findings.push({
          kind: 'limit-unused',
          message: `only ${Math.round(use * 100)} % of the limit was used`,
        });
      }
      if (!settled) findings.push({ kind: 'undelivered', message: 'it did not come to rest in time' });
      return outcomeOf({
        scenario: 'limit',
        startedAt,
        findings,
        hits: hits.byFault,
        gaps: use === null ? [`it was never saturated for a whole window (${saturatedSeconds} s)`] : [],
        figures: { ...shownFigures(verdict), processesStarted: rig.workers.started },
        moved: { events: verdict.figures.events, atLeast: MIN_EVENTS },
      });
    } finally {
      await rig.stop();
    }
  },
};

/** One event for each contact, in few transactions: the load must stand before the first worker starts. */
async function recordInBulk(rig: Rig, contacts: readonly ContactKey[]): Promise<void> {
  const client = await rig.pool.connect();
  try {
    await client.query('begin');
    const entries = [];
    for (const key of contacts) {
      const eventId = await rig.track(client, 'chaos_changed', { ...key, seq: 1, value: '1.a' });
      entries.push({ eventId, key, seq: 1, set: { chaos_seq: '1', chaos_value: '1.a' } });
    }
    await client.query('commit');
    rig.ledger.add(entries);
  } finally {
    client.release();
  }
}
