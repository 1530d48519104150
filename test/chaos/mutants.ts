import type { Base } from './base.ts';
import type { Finding } from './oracle.ts';
import { openRig } from './rig.ts';
import { openStage, TRIAL_SETTINGS, type Trial } from './trial.ts';
import { bucketIsLimit } from './trials/bucket-is-limit.ts';
import { countedTwice } from './trials/counted-twice.ts';
import { driftIsDead } from './trials/drift-is-dead.ts';
import { dropOnUnknown } from './trials/drop-on-unknown.ts';
import { linkWithoutEnd } from './trials/link-without-end.ts';
import { missingIsSuccess } from './trials/missing-is-success.ts';
import { noDeadline } from './trials/no-deadline.ts';
import { noDedupe } from './trials/no-dedupe.ts';
import { noDoubtHold } from './trials/no-doubt-hold.ts';
import { noEpoch } from './trials/no-epoch.ts';
import { noIntent } from './trials/no-intent.ts';
import { noLaneLease } from './trials/no-lane-lease.ts';
import { noLateRows } from './trials/no-late-rows.ts';
import { noSharedHold } from './trials/no-shared-hold.ts';
import { noVerify } from './trials/no-verify.ts';
import { noWritten } from './trials/no-written.ts';
import { settleEarly } from './trials/settle-early.ts';
import { unfencedRouter } from './trials/unfenced-router.ts';

/** One trial for each guard that can be switched off. */
export const TRIALS: readonly Trial[] = [
  noEpoch,
  noDeadline,
  noVerify,
  bucketIsLimit,
  noIntent,
  noLaneLease,
  missingIsSuccess,
  unfencedRouter,
  dropOnUnknown,
  settleEarly,
  noDedupe,
  countedTwice,
  driftIsDead,
  linkWithoutEnd,
  noDoubtHold,
  noLateRows,
  noSharedHold,
  noWritten,
];

/** Trials at once: they mostly wait. */
const PARALLEL = 2;

export interface TrialResult {
  readonly mutant: string;
  readonly what: string;
  /** Caught: nothing found with the guard, something without. */
  readonly caught: boolean;
  /** What was found with the guard; must be empty. */
  readonly withGuard: readonly Finding[];
  /** What was found without; must not be empty. */
  readonly withoutGuard: readonly Finding[];
  /** Why the trial proved nothing. */
  readonly failure?: string;
  readonly seconds: number;
}

/** Runs each trial twice, with its guard and without. A guard whose removal nobody notices is not tested. */
export async function runMutants(
  base: Base,
  trials: readonly Trial[],
  seed: number,
  report: (result: TrialResult) => void,
): Promise<TrialResult[]> {
  const results: TrialResult[] = [];
  const queue = [...trials];
  const runners = Array.from({ length: PARALLEL }, async () => {
    for (let trial = queue.shift(); trial; trial = queue.shift()) {
      const result = await runTwice(base, trial, seed);
      results.push(result);
      report(result);
    }
  });
  await Promise.all(runners);
  return results;
}

async function runTwice(base: Base, trial: Trial, seed: number): Promise<TrialResult> {
  const startedAt = performance.now();
  const { mutant, what } = trial;
  const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
  let withGuard: readonly Finding[] = [];
  let withoutGuard: readonly Finding[] = [];
  let during = 'with the guard';
  try {
    withGuard = await runOnce(base, trial, seed, false);
    during = 'without the guard';
    withoutGuard = await runOnce(base, trial, seed, true);
  } catch (error) {
    const failure = `${during}: ${error instanceof Error ? error.message : String(error)}`;
    return { mutant, what, caught: false, withGuard, withoutGuard, failure, seconds: seconds() };
  }
  const caught = withGuard.length === 0 && withoutGuard.length > 0;
  return { mutant, what, caught, withGuard, withoutGuard, seconds: seconds() };
}

async function runOnce(
  base: Base,
  trial: Trial,
  seed: number,
  mutated: boolean,
): Promise<readonly Finding[]> {
  const rig = await openRig(base, {
    name: `${trial.mutant}-${mutated ? 'mutant' : 'guarded'}`,
    settings: { ...TRIAL_SETTINGS, seed, ...trial.settings },
    ...(trial.config === undefined ? {} : { config: trial.config }),
    environment: { ...trial.environment, ...(mutated ? { SPOKE_TEST_MUTANT: trial.mutant } : {}) },
  });
  try {
    return await trial.run(await openStage(rig));
  } finally {
    await rig.stop();
  }
}
