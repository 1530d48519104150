import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { type Bench, type BenchOptions, inRounds, sized } from '../bench.ts';
import { type BenchDatabase, startBenchPostgres } from '../bench-postgres.ts';
import { builtSpoke } from '../built-spoke.ts';
import { endProcess } from '../end-process.ts';
import { judge, type Sample, summarise } from '../figures.ts';
import { PROPERTIES } from '../mirror.config.ts';
import { type Portal, startPortal } from '../portal.ts';
import { type ProcessUsage, usageOf } from '../process-usage.ts';
import type { PullInput, PullOutput } from '../pull-contender.ts';
import { runProgram } from '../run-program.ts';

const CONTACTS = 1_000_000;
const CONFIG = fileURLToPath(new URL('../mirror.config.ts', import.meta.url));
const LOOK_MS = 50;
const SPOKE = 'Spoke';
const BASELINE = 'HubSpot SDK, a statement for each contact';
const RATE = 'contacts per second';
const PEAK = 'peak memory';

type Contestant =
  | { readonly name: typeof SPOKE }
  | { readonly name: string; readonly write: PullInput['write'] };

const CONTESTANTS: readonly Contestant[] = [
  { name: SPOKE },
  { name: BASELINE, write: 'row' },
  { name: 'HubSpot SDK, a statement for each page', write: 'page' },
];

export const pullBench: Bench = {
  name: 'pull',
  what: 'All contacts of a portal without limits into Postgres: contacts per second, CPU and memory of the reader.',
  peers: true,
  rounds: 1,
  async run(options) {
    const contacts = sized(CONTACTS, options.scale, 2_000);
    const { cli } = await builtSpoke(options.progress);
    const postgres = await startBenchPostgres(options.scope);
    const portal = await startPortal(options.scope);
    options.progress(`making up ${contacts.toLocaleString('en-US')} contacts`);
    await seed(portal, contacts);
    let databases = 0;
    const rounds = await inRounds(options, CONTESTANTS, async (contestant) => {
      databases += 1;
      const name = `pull_${databases}`;
      const database = await postgres.createDatabase(name);
      const used =
        'write' in contestant
          ? await runProgram<PullOutput>(options.scope, './programs/pull-by-sdk.ts', {
              url: portal.url,
              token: portal.token,
              databaseUrl: database.url,
              write: contestant.write,
              capSeconds: options.capSeconds,
            } satisfies PullInput)
          : await pullBySpoke(options, cli, portal, database);
      if (used.contacts < contacts && used.seconds < options.capSeconds)
        throw new Error(`${contestant.name} read ${used.contacts} of ${contacts} contacts.`);
      await database.drop();
      return samplesOf(contestant.name, contacts, used);
    });
    await portal.stop();
    await postgres.stop();
    const figures = summarise(rounds, BASELINE);
    const goal = (text: string, measure: string, limit: number, direction: 'at least' | 'at most') =>
      judge(
        figures,
        { contender: SPOKE, of: 'median', text, case: caseOf(contacts), measure, limit, direction },
        options.scale,
      );
    return {
      bench: this.name,
      what: this.what,
      settings: {
        contacts,
        properties: PROPERTIES.length,
        'cap seconds': options.capSeconds,
        ...postgres.settings,
      },
      figures,
      goals: [goal(RATE, RATE, 10_000, 'at least'), goal('peak memory in MB', PEAK, 300, 'at most')],
      notes: [
        'Spoke is `spoke pull all` of the built package: several streams by ranges of ids, each page with its cursor in one transaction, an upsert that no older state overwrites. Its time is that of the run, without the start of the process.',
        'The SDK reads page after page, as its getAll does, and writes into a table with the same content and no place to go on from after a crash.',
        'The simulator runs on the same machine and does a good part of the work that is timed here.',
      ],
    };
  },
};

async function seed({ url, token }: Portal, contacts: number): Promise<void> {
  const { statusCode, body } = await request(`${url}/_simulator/seed`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ contacts }),
    headersTimeout: 600_000,
    bodyTimeout: 600_000,
  });
  if (statusCode >= 300)
    throw new Error(`The simulator made up no contacts: ${statusCode} ${await body.text()}`);
  await body.dump();
}

async function pullBySpoke(
  { scope, signal }: BenchOptions,
  cli: string,
  portal: Portal,
  database: BenchDatabase,
): Promise<PullOutput> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: database.url,
    SPOKE_CONFIG: CONFIG,
    SPOKE_LOG_LEVEL: 'warn',
    HUBSPOT_API_URL: portal.url,
    HUBSPOT_PRIVATE_APP_TOKEN: portal.token,
    HUBSPOT_PORTAL_ID: String(portal.portalId),
    // The portal has no limit; Spoke's own gate is to be no limit either.
    HUBSPOT_RATE_LIMIT: '10000',
  };
  const run = (...args: string[]) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 2], env });
    return { child, stop: scope.defer(() => endProcess(child)) };
  };
  const migration = run('migrate');
  await once(migration.child, 'exit');
  await migration.stop();
  const { child, stop } = run('pull', 'all', '--json');
  const output = child.stdout ? text(child.stdout) : Promise.resolve('');
  let used: ProcessUsage | undefined;
  const ended = once(child, 'exit');
  while (child.exitCode === null && child.signalCode === null) {
    signal.throwIfAborted();
    used = (await usageOf(child.pid ?? 0)) ?? used;
    await delay(LOOK_MS);
  }
  const [code] = await ended;
  await stop();
  if (code !== 0) throw new Error(`spoke pull ended with ${code}.`);
  const { durationMs, total } = JSON.parse(await output) as {
    durationMs: number;
    total: { inserted: number };
  };
  return {
    contacts: total.inserted,
    seconds: durationMs / 1_000,
    cpuSeconds: used?.cpuSeconds ?? Number.NaN,
    peakRssMb: used?.peakRssMb ?? Number.NaN,
  };
}

function caseOf(contacts: number): string {
  return `${contacts.toLocaleString('en-US')} contacts`;
}

function samplesOf(
  contender: string,
  of: number,
  { contacts, seconds, cpuSeconds, peakRssMb }: PullOutput,
): Sample[] {
  const sample = (measure: string, unit: string, value: number): Sample => ({
    case: caseOf(of),
    contender,
    measure,
    unit,
    value,
  });
  return [
    sample(RATE, '/s', contacts / seconds),
    sample('contacts read', 'contacts', contacts),
    sample('CPU per 1,000 contacts', 's', (cpuSeconds / contacts) * 1_000),
    sample(PEAK, 'MB', peakRssMb),
  ];
}
