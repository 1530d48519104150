import { join } from 'node:path';
import { afterApplyFaults } from '../after-apply-faults.ts';
import {
  type Attack,
  killsInTheGap,
  linkFaults,
  postgresKills,
  randomKills,
  stalls,
  swizzles,
} from '../attacks.ts';
import { effectsEvidence } from '../effects/effects-evidence.ts';
import { judgeEffects } from '../effects/effects-judge.ts';
import { type EffectEntry, saveLedger } from '../effects/effects-ledger.ts';
import { EFFECTS_CONFIG, prepareEffects } from '../effects/effects-portal.ts';
import { createPeople, makeMissingDeals, produceEffects } from '../effects/effects-producer.ts';
import { startNemesis } from '../nemesis.ts';
import { MIN_EVENTS, outcomeOf } from '../outcome.ts';
import { startProbe } from '../probe.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import type { Settings } from '../settings.ts';
import { harnessFindings, probeFigures } from '../trouble.ts';

const WORKERS = 8;
const COMPANIES = 40;
const EVENTS_PER_SECOND = 25;
const PRODUCERS = 6;
/** Several calls for each claim: enough lanes in one that the limit carries the events. */
const CLAIM_LANES = 40;
const CONCURRENCY = 3;
const SATURATED_LANES = 60;
const AFTER_APPLY_SHARE = 0.15;
/** Writes of every kind: records, notes, links, lists, consent. */
const WRITES = { path: '/batch/(upsert|create|update|associate)|/memberships/|/statuses/' };
const POSTGRES_KILL_MS = 20_000;
const START_TIMEOUT_MS = 60_000;
/** At least; a longer run may leave more behind, and gets as long as its trouble lasted. */
const SETTLED_TIMEOUT_MS = 180_000;
const RECOVERY_TIMEOUT_MS = 60_000;

/** Effects of every kind on records of every kind, most of them shared; the database server dies as well. */
export const effects: Scenario = {
  name: 'effects',
  what: 'All kinds of effects at once, over shared records, with faults after apply, kills of workers and of Postgres, stalls and broken links.',
  workers: WORKERS,
  async run({ base, settings, progress }) {
    const startedAt = performance.now();
    const rig = await openRig(base, {
      name: 'effects',
      settings,
      limited: true,
      config: EFFECTS_CONFIG,
      environment: { SPOKE_CLAIM_LANES: String(CLAIM_LANES), SPOKE_CONCURRENCY: String(CONCURRENCY) },
    });
    const ledger: EffectEntry[] = [];
    try {
      const people = Math.min(1_500, Math.max(300, settings.seconds * 5));
      const producing = {
        pool: rig.pool,
        track: rig.track,
        random: rig.random.fork('effects'),
        ledger,
        people,
        companies: COMPANIES,
        deals: people / 2,
        producers: PRODUCERS,
        eventsPerSecond: EVENTS_PER_SECOND,
        rollbackShare: 0.1,
        maxTransactionMs: 300,
      };
      await createPeople(rig.pool, people);
      const ids = await prepareEffects(rig.portal);
      await rig.workers.scale(settings.workers);
      await rig.workers.allReady(START_TIMEOUT_MS);
      await rig.portal.addFaults(afterApplyFaults(AFTER_APPLY_SHARE, WRITES));
      const probe = startProbe(rig.pool, SATURATED_LANES);
      const nemesis = startNemesis(attacks(settings), { rig, probe, random: rig.random });
      progress(`${settings.workers} workers, ${people} people, ${settings.seconds} s of trouble`);
      const produced = await produceEffects(producing, AbortSignal.timeout(settings.seconds * 1000));
      const dealsMadeLast = await makeMissingDeals(producing);
      const hits = await nemesis.stop();
      const portalHits = await rig.portal.faultHits();
      await rig.portal.clearFaults();
      progress('the trouble is over; waiting until everything is delivered');
      const healedAt = performance.now();
      const settled = await rig.settled(Math.max(SETTLED_TIMEOUT_MS, settings.seconds * 1000));
      const drainSeconds = (performance.now() - healedAt) / 1000;
      const seen = await probe.stop(settled ? RECOVERY_TIMEOUT_MS : 0);
      await rig.workers.drainAll();
      progress('comparing the portal with the ledger');
      const verdict = judgeEffects(await effectsEvidence(rig, { ledger, ids, people }));
      return outcomeOf({
        scenario: 'effects',
        startedAt,
        findings: [...verdict.findings, ...harnessFindings(hits, settled)],
        hits: { ...hits.byFault, ...portalHits },
        figures: {
          ...verdict.figures,
          ...produced,
          dealsMadeLast,
          ...probeFigures(seen, drainSeconds),
          processesStarted: rig.workers.started,
          startsWithoutDatabase: rig.workers.failedStarts,
        },
        moved: { events: ledger.length, atLeast: MIN_EVENTS },
      });
    } finally {
      await saveLedger(join(rig.folder, 'effects-ledger.ndjson'), ledger);
      await rig.stop();
    }
  },
};

function attacks(settings: Settings): Attack[] {
  return [
    randomKills(settings.killEveryMs * 1.5),
    killsInTheGap(settings.killEveryMs * 2),
    stalls(settings.leaseSeconds * 900),
    linkFaults(2_500, settings),
    swizzles(Math.min(30_000, settings.seconds * 300)),
    postgresKills(POSTGRES_KILL_MS),
  ];
}
