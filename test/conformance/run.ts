// `npm run conformance`: runs the suite against the simulator, or with HUBSPOT_LIVE_TOKEN against a real test portal, and says
// how many cases there are and which were left out for what reason. Further arguments go to Vitest.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Case {
  fullName: string;
  status: string;
}

const VITEST = join(process.cwd(), 'node_modules', '.bin', 'vitest');

const folder = await mkdtemp(join(tmpdir(), 'spoke-conformance-'));
try {
  const report = join(folder, 'report.json');
  process.exitCode = await runVitest(report);
  const cases = await readCases(report);
  const count = (status: string) => cases.filter((one) => one.status === status).length;
  const skipped = cases.filter((one) => one.status === 'pending' || one.status === 'skipped');
  for (const { fullName } of skipped) console.log(`left out: ${fullName}`);
  const subject = process.env.HUBSPOT_LIVE_TOKEN === undefined ? 'the simulator' : 'the live portal';
  console.log(
    `${cases.length} cases, asked of ${subject}: ${count('passed')} passed, ${count('failed')} failed, ${skipped.length} left out`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

function runVitest(report: string): Promise<number> {
  const args = ['run', '--project', 'conformance', '--reporter=dot', '--reporter=json'];
  const child = spawn(VITEST, [...args, `--outputFile.json=${report}`, ...process.argv.slice(2)], {
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
