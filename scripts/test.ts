// `npm run check` (with --fast) and `npm test`: every gate, then the tests, then one line `N passed, N failed`.
//
// The gates all run, whatever one of them finds, so that one run tells everything. Further arguments go to Vitest.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Gate {
  readonly name: string;
  /** A program of node_modules/.bin with its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Left out of the fast run. */
  readonly slow?: true;
}

interface Run {
  readonly code: number;
  readonly output: string;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const GATES: readonly Gate[] = [
  {
    name: 'types',
    command: [
      'tsc',
      '--project',
      '.',
      '--incremental',
      '--tsBuildInfoFile',
      'node_modules/.cache/types.tsbuildinfo',
    ],
  },
  {
    name: "types of the simulator's page",
    command: [
      'tsc',
      '--project',
      'tsconfig.page.json',
      '--incremental',
      '--tsBuildInfoFile',
      'node_modules/.cache/types-page.tsbuildinfo',
    ],
  },
  {
    name: 'types of the browser side',
    command: [
      'tsc',
      '--project',
      'tsconfig.browser.json',
      '--incremental',
      '--tsBuildInfoFile',
      'node_modules/.cache/types-browser.tsbuildinfo',
    ],
  },
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'import directions', command: ['npm', 'run', '--silent', 'boundaries'] },
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'file sizes', command: ['tsx', 'scripts/check-file-sizes.ts'] },
  { name: 'sizes of the browser side', command: ['tsx', 'scripts/check-browser-sizes.ts'] },
  { name: 'lockfile', command: ['tsx', 'scripts/check-lockfile.ts'] },
  { name: 'links', command: ['tsx', 'scripts/check-links.ts'] },
  { name: 'reference pages', command: ['tsx', 'scripts/reference.ts', '--check'] },
  { name: 'schema dump', command: ['tsx', 'scripts/schema-dump.ts', '--check'], slow: true },
];

/** One for each core of the smallest machine that this is run on. */
const GATES_AT_ONCE = 2;
const BIN = join(process.cwd(), 'node_modules', '.bin');
const ENV = { ...process.env, PATH: `${BIN}:${process.env.PATH ?? ''}` };

const fast = process.argv.includes('--fast');
const vitestArgs = process.argv.slice(2).filter((arg) => arg !== '--fast');

const broken = await runGates(GATES.filter((gate) => !(fast && gate.slow)));
const tests = await runTests([...(fast ? ['--project', 'unit'] : []), ...vitestArgs]);
if (broken.length > 0)
  console.log(`Broken gates: ${broken.join(', ')}. What they found stands above the tests.\n`);
console.log(`${tests.passed} passed, ${tests.failed + broken.length} failed`);
process.exitCode = tests.failed + broken.length === 0 ? 0 : 1;

async function runGates(gates: readonly Gate[]): Promise<string[]> {
  const broken: string[] = [];
  const waiting = [...gates];
  const next = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      const start = performance.now();
      const { code, output } = await run(gate.command, 'captured');
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'BROKEN'}  ${gate.name} (${seconds} s)`);
      if (code !== 0) {
        broken.push(gate.name);
        console.log(output.replace(/^/gm, '        '));
      }
    }
  };
  await Promise.all(Array.from({ length: GATES_AT_ONCE }, next));
  return broken;
}

async function runTests(args: readonly string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-tests-'));
  const report = join(folder, 'report.json');
  try {
    const { code } = await run(
      ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
      'shown',
    );
    const counts = await readCounts(report);
    // A file that cannot be loaded and an error outside any test fail the run without failing a test.
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readCounts(report: string): Promise<Counts> {
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests } = JSON.parse(text) as Record<string, unknown>;
  if (typeof numPassedTests !== 'number' || typeof numFailedTests !== 'number')
    return { passed: 0, failed: 1 };
  // A run without a test proves nothing.
  return {
    passed: numPassedTests,
    failed: numPassedTests === 0 && numFailedTests === 0 ? 1 : numFailedTests,
  };
}

function run([program, ...args]: readonly [string, ...string[]], output: 'captured' | 'shown'): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: ENV,
      stdio: output === 'shown' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    const parts: string[] = [];
    child.stdout?.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    child.on('error', (error) =>
      resolve({ code: 1, output: `${program} could not be started: ${error.message}` }),
    );
    child.on('close', (code) => resolve({ code: code ?? 1, output: parts.join('') }));
  });
}
