// `npm run conformance`: runs the suite against the simulator, or with HUBSPOT_LIVE_TOKEN against a real test portal, and says
// how many cases there are and which were left out for what reason. With --rehearse it runs in live mode against a simulator that
// poses as a test account, and fails when anything is left there. Further arguments go to Vitest.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rehearse } from './rehearse.ts';

interface Case {
  fullName: string;
  status: string;
}

const VITEST = join(process.cwd(), 'node_modules', '.bin', 'vitest');

const rehearsal = process.argv.includes('--rehearse');
const vitestArgs = process.argv.slice(2).filter((arg) => arg !== '--rehearse');

const folder = await mkdtemp(join(tmpdir(), 'spoke-conformance-'));
try {
  const report = join(folder, 'report.json');
  if (rehearsal) {
    const { code, leftovers } = await rehearse((environment) => runVitest(report, environment));
    for (const leftover of leftovers) console.log(`left in the portal: ${leftover}`);
    process.exitCode = leftovers.length > 0 ? 1 : code;
  } else process.exitCode = await runVitest(report);
  const cases = await readCases(report);
  const count = (status: string) => cases.filter((one) => one.status === status).length;
  const skipped = cases.filter((one) => one.status === 'pending' || one.status === 'skipped');
  for (const { fullName } of skipped) console.log(`left out: ${fullName}`);
  const subject = rehearsal
    ? 'a simulator in live mode'
    : process.env.HUBSPOT_LIVE_TOKEN === undefined
      ? 'the simulator'
      : 'the live portal';
  console.log(
    `${cases.length} cases, asked of ${subject}: ${count('passed')} passed, ${count('failed')} failed, ${skipped.length} left out`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

function runVitest(report: string, environment: Record<string, string> = {}): Promise<number> {
  const args = ['run', '--project', 'conformance', '--reporter=dot', '--reporter=json'];
  const child = spawn(VITEST, [...args, `--outputFile.json=${report}`, ...vitestArgs], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

async function readCases(report: string): Promise<Case[]> {
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as {
    testResults: { assertionResults: Case[] }[];
  };
  return testResults.flatMap(({ assertionResults }) => assertionResults);
}
