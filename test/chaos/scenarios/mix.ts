import { afterApplyFaults } from '../after-apply-faults.ts';
import type { Attack } from '../attacks.ts';
import { killsInTheGap, linkFaults, randomKills, stalls, swizzles } from '../attacks.ts';
import { startNemesis } from '../nemesis.ts';
import { judge } from '../oracle.ts';
import { MIN_EVENTS, outcomeOf, shownFigures } from '../outcome.ts';
import { startProbe } from '../probe.ts';
import { createEntities, madeUpContacts, produce } from '../producer.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import type { Settings } from '../settings.ts';
import { harnessFindings, probeFigures } from '../trouble.ts';

/** Small claims, so that delivery needs more calls than the limit allows and the limit is what is tried. */
const CLAIM_LANES = 8;
const CONCURRENCY = 5;
const EVENTS_PER_SECOND = 150;
const PRODUCERS = 8;
/** Ready lanes beyond what the workers hold: the limit is what delivery waits for. */
const SATURATED_LANES = 40;
/** Share of writes that are applied without the caller being told. */
const AFTER_APPLY_SHARE = 0.2;
const START_TIMEOUT_MS = 60_000;
const SETTLED_TIMEOUT_MS = 120_000;
const RECOVERY_TIMEOUT_MS = 60_000;

/** Everything at once: faults after apply, kills, stalls, broken links; judged on the final state. */
export const mix: Scenario = {
  name: 'mix',
  what: 'Faults after apply on 20 % of the writes, kill -9, stalls past the lease and broken links, all at once.',
  async run({ base, settings, progress }) {
    const startedAt = performance.now();
    const rig = await openRig(base, {
      name: 'mix',
      settings,
      limited: true,
      environment: { SPOKE_CLAIM_LANES: String(CLAIM_LANES), SPOKE_CONCURRENCY: String(CONCURRENCY) },
    });
    try {
      const contacts = madeUpContacts(Math.min(2_000, Math.max(400, settings.seconds * 10)));
      await createEntities(rig.pool, contacts);
      await rig.workers.scale(settings.workers);
      await rig.workers.allReady(START_TIMEOUT_MS);
      await rig.portal.addFaults(afterApplyFaults(AFTER_APPLY_SHARE));
      const probe = startProbe(rig.pool, SATURATED_LANES);
      const nemesis = startNemesis(attacks(settings), { rig, probe, random: rig.random });
      progress(`${settings.workers} workers, ${contacts.length} contacts, ${settings.seconds} s of trouble`);
      const produced = await produce(
        {
          pool: rig.pool,
          track: rig.track,
          ledger: rig.ledger,
          random: rig.random.fork('producers'),
          contacts,
          producers: PRODUCERS,
          eventsPerSecond: EVENTS_PER_SECOND,
          rollbackShare: 0.1,
          noteShare: 0.25,
          maxTransactionMs: 300,
        },
        AbortSignal.timeout(settings.seconds * 1000),
      );
      const hits = await nemesis.stop();
      const portalHits = await rig.portal.faultHits();
      await rig.portal.clearFaults();
      progress('the trouble is over; waiting until everything is delivered');
      const healedAt = performance.now();
      const settled = await rig.settled(SETTLED_TIMEOUT_MS);
      const drainSeconds = (performance.now() - healedAt) / 1000;
      const seen = await probe.stop(settled ? RECOVERY_TIMEOUT_MS : 0);
      await rig.workers.drainAll();
      progress('comparing the portal with the ledger');
      const verdict = judge(await rig.evidence(seen.saturated));
      return outcomeOf({
        scenario: 'mix',
        startedAt,
        findings: [...verdict.findings, ...harnessFindings(hits, settled)],
        hits: { ...hits.byFault, ...portalHits },
        figures: {
          ...shownFigures(verdict),
          rolledBack: produced.rolledBack,
          ...probeFigures(seen, drainSeconds),
          processesStarted: rig.workers.started,
          startsWithoutDatabase: rig.workers.failedStarts,
        },
        moved: { events: verdict.figures.events, atLeast: MIN_EVENTS },
      });
    } finally {
      await rig.stop();
    }
  },
};

function attacks(settings: Settings): Attack[] {
  return [
    randomKills(settings.killEveryMs),
    killsInTheGap(settings.killEveryMs * 1.6),
    stalls(settings.leaseSeconds * 650),
    linkFaults(2_500, settings),
    swizzles(Math.min(45_000, settings.seconds * 300)),
  ];
}
