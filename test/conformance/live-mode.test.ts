import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startSimulator } from '../../simulator/index.ts';
import { send } from './answer.ts';
import { KINDS } from './kinds.ts';
import { lists, objects, pipelines, properties } from './paths.ts';
import { simulatorOnly } from './subject.ts';

const VITEST = join(process.cwd(), 'node_modules', '.bin', 'vitest');
/** Budgets that no run uses up, but that are told in the headers. */
const PLENTY = {
  perWindow: 1_000_000,
  daily: 10_000_000,
  searchPerSecond: 1_000_000,
  associationsPerWindow: 1_000_000,
  associationsDaily: 10_000_000,
};
/** One run of all files one after the other, most of it waiting for the index of search (ms). */
const RUN_TIMEOUT_MS = 240_000;

simulatorOnly('it runs the suite itself', () => {
  it(
    'a whole live run passes and leaves the portal as it was',
    async () => {
      const simulator = await startSimulator({ limits: PLENTY, account: { accountType: 'DEVELOPER_TEST' } });
      const folder = await mkdtemp(join(tmpdir(), 'spoke-live-'));
      try {
        const before = await holdings(simulator);
        const report = join(folder, 'report.json');
        const output = await runSuite(simulator, report);
        const { numFailedTests, numPassedTests, numPendingTests } = JSON.parse(
          await readFile(report, 'utf8'),
        );
        expect({ numFailedTests }, output).toEqual({ numFailedTests: 0 });
        expect(numPassedTests).toBeGreaterThan(250);
        expect(numPendingTests).toBeGreaterThan(0);
        expect(await holdings(simulator)).toEqual(before);
      } finally {
        await simulator.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    RUN_TIMEOUT_MS,
  );
});

/** Records, definitions, groups, lists and pipelines that a portal holds, by what names them. */
async function holdings(target: { url: string; token: string }): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const types = [...KINDS.map(({ type }) => type), 'notes', 'tasks', 'calls', 'meetings'];
  const names = async (method: string, path: string, field: string, body?: unknown) => {
    const answer = await send(target, method, path, { body });
    const rows = (answer.body.results ?? answer.body.lists) as unknown as Record<string, unknown>[];
    return rows.map((row) => String(row[field])).sort();
  };
  for (const type of types) {
    found[type] = await names('GET', `${objects('2026-09', type)}?limit=100`, 'id');
    found[`${type} properties`] = await names('GET', properties('2026-09', type), 'name');
    found[`${type} groups`] = await names('GET', `${properties('2026-09', type)}/groups`, 'name');
  }
  for (const type of ['deals', 'tickets'])
    found[`${type} pipelines`] = await names('GET', pipelines('2026-09', type), 'id');
  found.lists = await names('POST', `${lists('2026-09')}/search`, 'listId', { count: 500 });
  return found;
}

function runSuite({ url, token }: { url: string; token: string }, report: string): Promise<string> {
  const child = spawn(
    VITEST,
    ['run', '--project', 'conformance', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
    {
      env: {
        ...process.env,
        HUBSPOT_LIVE_TOKEN: token,
        HUBSPOT_LIVE_URL: url,
        HUBSPOT_LIVE_CALLS_PER_SECOND: '10000',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(parts.join('')));
  });
}
