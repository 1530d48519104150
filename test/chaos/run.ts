import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Base, openBase } from './base.ts';
import { runMutants, TRIALS } from './mutants.ts';
import type { Outcome, Status } from './outcome.ts';
import { describeOutcome, describeRun, describeTrial } from './report.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import type { Trial } from './trial.ts';

const USAGE = `npm run chaos -- [options]

  --scenario NAME     ${SCENARIOS.map(({ name }) => name).join(', ')} or all (default ${SCENARIOS[0]?.name}); may be repeated
  --mutants           instead: take each guard of Spoke away and see that somebody notices
  --mutant NAME       only this one of ${TRIALS.map(({ mutant }) => mutant).join(', ')}; may be repeated
  --minutes M         how long there is trouble; or --seconds S (default ${DEFAULT_SETTINGS.seconds})
  --seed N            the same seed makes the same plan (default ${DEFAULT_SETTINGS.seed})
  --workers N         worker processes (default ${DEFAULT_SETTINGS.workers}; effects 8)
  --limit N           calls that the portal allows in 10 s (default ${DEFAULT_SETTINGS.limit})
  --lease S           lease of a claim, s (default ${DEFAULT_SETTINGS.leaseSeconds})
  --kill-every MS     mean time between two random kills (default ${DEFAULT_SETTINGS.killEveryMs})
  --leads FILE        events for the scenario leads, as NDJSON (default: made up)
  --json              one object on stdout instead of text
  --dist FOLDER       use this build instead of making one
  --source            run the workers from source instead of building them

Exit codes: 0 passed, 1 failed, 2 usage, 3 void (nothing wrong, but a planned fault hit nothing or too little moved).
`;

const EXIT_CODES: Readonly<Record<Status, number>> = { pass: 0, fail: 1, void: 3 };

interface Request {
  readonly settings: Settings;
  readonly scenarios: readonly Scenario[];
  /** Not empty: these instead of scenarios. */
  readonly trials: readonly Trial[];
  /** Whether the number of workers was named. */
  readonly workersGiven: boolean;
  readonly json: boolean;
  readonly fromSource: boolean;
  readonly dist?: string;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
async function main(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  if (typeof request === 'string') {
    process.stderr.write(`${request}\n\n${USAGE}`);
    return 2;
  }
  const progress = (line: string): boolean => process.stderr.write(`· ${line}\n`);
  // Ctrl-C ends through the exit handlers of whatever was started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  if (!request.json) process.stdout.write(describeRun(request.settings));
  const base = await openBase({ ...request, progress });
  try {
    return await (request.trials.length > 0 ? runTrials : runScenarios)(request, base, progress);
  } finally {
    await base.stop();
  }
}

async function runScenarios(request: Request, base: Base, progress: (line: string) => void): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const scenario of request.scenarios) {
    progress(`${scenario.name}: ${scenario.what}`);
    const { workers = request.settings.workers } = request.workersGiven ? {} : scenario;
    const outcome = await scenario.run({ base, settings: { ...request.settings, workers }, progress });
    outcomes.push(outcome);
    if (!request.json) process.stdout.write(describeOutcome(outcome));
  }
  const status = worst(outcomes);
  if (request.json) {
    process.stdout.write(
      `${JSON.stringify({ status, settings: request.settings, outcomes, logs: base.folder })}\n`,
    );
  } else {
    process.stdout.write(`${status.toUpperCase()} · logs and ledgers: ${base.folder}\n`);
  }
  return EXIT_CODES[status];
}

async function runTrials(request: Request, base: Base): Promise<number> {
  const results = await runMutants(base, request.trials, request.settings.seed, (result) => {
    if (!request.json) process.stdout.write(describeTrial(result));
  });
  const caught = results.filter((result) => result.caught).length;
  if (request.json) {
    process.stdout.write(`${JSON.stringify({ caught, of: results.length, results, logs: base.folder })}\n`);
  } else {
    process.stdout.write(`${caught} of ${results.length} mutants caught · logs: ${base.folder}\n`);
  }
  return caught === results.length ? EXIT_CODES.pass : EXIT_CODES.fail;
}

function worst(outcomes: readonly Outcome[]): Status {
  for (const status of ['fail', 'void'] as const) {
    if (outcomes.some((outcome) => outcome.status === status)) return status;
  }
  return 'pass';
}

/** The request, or what is wrong with the arguments. */
function readRequest(args: readonly string[]): Request | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string', multiple: true, default: [SCENARIOS[0]?.name ?? ''] },
        minutes: { type: 'string' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string' },
        limit: { type: 'string' },
        lease: { type: 'string' },
        'kill-every': { type: 'string' },
        leads: { type: 'string' },
        mutants: { type: 'boolean', default: false },
        mutant: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        source: { type: 'boolean', default: false },
        dist: { type: 'string' },
      },
    });
    const { scenario: named, mutant: mutants, minutes, seconds } = values;
    const scenarios = SCENARIOS.filter(({ name }) => named.includes('all') || named.includes(name));
    const strange = named.find((name) => name !== 'all' && !SCENARIOS.some((one) => one.name === name));
    if (strange !== undefined) return `There is no scenario ${strange}.`;
    const trials = TRIALS.filter(({ mutant }) =>
      mutants.length === 0 ? values.mutants : mutants.includes(mutant),
    );
    const unknown = mutants.find((name) => !TRIALS.some(({ mutant }) => mutant === name));
    if (unknown !== undefined) return `There is no mutant ${unknown}.`;
    const lease = positive('--lease', values.lease, DEFAULT_SETTINGS.leaseSeconds);
    return {
      scenarios,
      trials,
      workersGiven: values.workers !== undefined,
      json: values.json,
      fromSource: values.source,
      ...(values.dist === undefined ? {} : { dist: resolve(values.dist) }),
      settings: {
        ...DEFAULT_SETTINGS,
        seconds:
          minutes === undefined
            ? positive('--seconds', seconds, DEFAULT_SETTINGS.seconds)
            : 60 * positive('--minutes', minutes, 1),
        seed: positive('--seed', values.seed, DEFAULT_SETTINGS.seed),
        workers: positive('--workers', values.workers, DEFAULT_SETTINGS.workers),
        limit: positive('--limit', values.limit, DEFAULT_SETTINGS.limit),
        leaseSeconds: lease,
        // Spoke refuses a lease of fewer time-outs.
        timeoutSeconds: Math.min(DEFAULT_SETTINGS.timeoutSeconds, lease / 3),
        ...(values.leads === undefined ? {} : { leadsFile: resolve(values.leads) }),
        killEveryMs: positive('--kill-every', values['kill-every'], DEFAULT_SETTINGS.killEveryMs),
      },
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function positive(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0)
    throw new Error(`${name} must be a positive number, was ${text}.`);
  return number;
}
