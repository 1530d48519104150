import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { type Bench, type BenchOptions, sized } from '../bench.ts';
import { readProfile, topSelfTimes } from '../cpu-profile.ts';
import { judge, type Sample, summarise } from '../figures.ts';
import { type Portal, startPortal } from '../portal.ts';
import { type ProcessUsage, usageOf } from '../process-usage.ts';
import { createUpsertSender } from '../upsert-load.ts';

const INPUTS_PER_CALL = 100;
const CONNECTIONS = 8;
const FILLED = 20_000;
const WARM_UP_CALLS = 1_000;
const CALLS = 6_000;
const SEEDED = 1_000_000;
const SEARCHES = 30;
const PROFILED_CALLS = 4_000;
const TOP_FUNCTIONS = 12;
const CONTENDER = 'simulator';
const UPSERTS = `upserts of ${INPUTS_PER_CALL} contacts`;
const PER_CPU_SECOND = 'calls per CPU second';
const PEAK_MEMORY = 'most memory';
const LEAST_CALLS = 2_000;
const MOST_MB = 2_560;

/** Pages of 100; each search differs, so that nothing can be kept from one to the next. */
const SEARCHES_BY_CASE = {
  'search: one filter, newest first': (turn: number) => ({
    filterGroups: [
      { filters: [{ propertyName: 'num_conversion_events', operator: 'EQ', value: String(turn % 6) }] },
    ],
    sorts: [{ propertyName: 'createdate', direction: 'DESCENDING' }],
    limit: 100,
  }),
  'search: changed since, in order of change': (turn: number) => ({
    filterGroups: [
      {
        filters: [
          {
            propertyName: 'lastmodifieddate',
            operator: 'GTE',
            value: String(Date.now() - turn * 86_400_000),
          },
        ],
      },
    ],
    sorts: [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }],
    limit: 100,
  }),
  'search: last page that can be reached': (turn: number) => ({ limit: 100, after: String(9_900 - turn) }),
};

export const simulatorBench: Bench = {
  name: 'simulator',
  what: "The simulator's own speed and memory: upserts for each CPU second, a million contacts made up, pages of search among them.",
  peers: false,
  rounds: 1,
  async run(options) {
    const seeded = sized(SEEDED, options.scale, 2_000);
    const rounds: Sample[][] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      options.signal.throwIfAborted();
      options.progress(`round ${round}/${options.rounds}: upserts`);
      const upserts = await measureUpserts(options);
      options.progress(`round ${round}/${options.rounds}: ${seeded.toLocaleString('en-US')} contacts`);
      rounds.push([...upserts, ...(await measureSeeded(options, seeded))]);
    }
    const figures = summarise(rounds, CONTENDER);
    const about = { contender: CONTENDER, of: 'median' } as const;
    const speed = judge(
      figures,
      {
        ...about,
        text: PER_CPU_SECOND,
        case: UPSERTS,
        measure: PER_CPU_SECOND,
        limit: LEAST_CALLS,
        direction: 'at least',
      },
      options.scale,
    );
    const memory = judge(
      figures,
      {
        ...about,
        text: 'most memory with all contacts, in MB',
        case: seededCase(seeded),
        measure: PEAK_MEMORY,
        limit: MOST_MB,
        direction: 'at most',
      },
      options.scale,
    );
    const notes = [
      'The portal is a process of its own, without limits and with a journal of 100,000 requests; its CPU (user and system) and memory are read from /proc.',
      'A made-up contact has about 17 properties that are set; companies (one for 8 contacts) and deals (one for 10) come on top.',
    ];
    if (speed.value < LEAST_CALLS)
      notes.push(`where the CPU time of upserts went: ${(await profile(options)).join('; ')}`);
    return {
      bench: this.name,
      what: this.what,
      settings: {
        'contacts upserted': sized(FILLED, options.scale, 1_000),
        'contacts made up': seeded,
        connections: CONNECTIONS,
      },
      figures,
      goals: [speed, memory],
      notes,
    };
  },
};

async function measureUpserts(options: BenchOptions): Promise<Sample[]> {
  const portal = await startPortal(options.scope);
  const calls = sized(CALLS, options.scale, 100);
  const sender = senderTo(portal, options);
  await sender.fill();
  await sender.send(sized(WARM_UP_CALLS, options.scale, 100), options.signal);
  const before = await used(portal);
  const began = performance.now();
  await sender.send(calls, options.signal);
  const seconds = (performance.now() - began) / 1_000;
  const after = await used(portal);
  await sender.close();
  await portal.stop();
  return [
    sample(UPSERTS, PER_CPU_SECOND, '/s', calls / (after.cpuSeconds - before.cpuSeconds)),
    sample(UPSERTS, 'calls per second', '/s', calls / seconds),
  ];
}

async function measureSeeded(options: BenchOptions, contacts: number): Promise<Sample[]> {
  const portal = await startPortal(options.scope);
  const name = seededCase(contacts);
  const before = await used(portal);
  const began = performance.now();
  await post(portal, '/_simulator/seed', { contacts });
  const seconds = (performance.now() - began) / 1_000;
  const after = await used(portal);
  const samples = [
    sample(name, 'time to make them up', 's', seconds),
    sample(name, 'CPU to make them up', 's', after.cpuSeconds - before.cpuSeconds),
  ];
  for (const [searched, bodyOf] of Object.entries(SEARCHES_BY_CASE)) {
    const times: number[] = [];
    for (let turn = 0; turn <= SEARCHES; turn += 1) {
      options.signal.throwIfAborted();
      const from = performance.now();
      await post(portal, '/crm/objects/2026-09/contacts/search', bodyOf(turn));
      times.push(performance.now() - from);
    }
    const [first = Number.NaN, ...rest] = times;
    rest.sort((one, other) => one - other);
    samples.push(
      sample(searched, 'first page asked for', 'ms', first),
      sample(searched, 'page, p50', 'ms', rest[Math.floor(rest.length / 2)] ?? Number.NaN),
      sample(searched, 'page, slowest', 'ms', rest.at(-1) ?? Number.NaN),
    );
  }
  samples.push(sample(name, PEAK_MEMORY, 'MB', (await used(portal)).peakRssMb));
  await portal.stop();
  return samples;
}

/** Runs upserts once more under the profiler, which itself costs time: only shares are told. */
async function profile(options: BenchOptions): Promise<string[]> {
  options.progress('profile of upserts');
  const folder = await mkdtemp(join(tmpdir(), 'spoke-profile-'));
  const remove = options.scope.defer(() => rm(folder, { recursive: true, force: true }));
  const began = performance.now();
  const portal = await startPortal(options.scope, ['--cpu-prof', '--cpu-prof-dir', folder]);
  const sender = senderTo(portal, options);
  await sender.fill();
  const fromMs = performance.now() - began;
  await sender.send(sized(PROFILED_CALLS, options.scale, 400), options.signal);
  await sender.close();
  await portal.stop();
  const top = topSelfTimes(await readProfile(folder), fromMs, TOP_FUNCTIONS);
  await remove();
  return top;
}

function senderTo({ url, token }: Portal, { scale }: BenchOptions) {
  const contacts = sized(FILLED, scale, 1_000);
  return createUpsertSender({
    url,
    token,
    contacts,
    inputsPerCall: INPUTS_PER_CALL,
    connections: CONNECTIONS,
  });
}

async function used({ pid }: Portal): Promise<ProcessUsage> {
  const usage = await usageOf(pid);
  if (!usage) throw new Error('The simulator’s CPU and memory are read from /proc: this bench needs Linux.');
  return usage;
}

async function post({ url, token }: Portal, path: string, body: unknown): Promise<void> {
  const { statusCode, body: answer } = await request(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    headersTimeout: 0,
  });
  const text = await answer.text();
  if (statusCode >= 300) throw new Error(`POST ${path} was answered ${statusCode}: ${text.slice(0, 300)}`);
}

function seededCase(contacts: number): string {
  return `${contacts.toLocaleString('en-US')} contacts`;
}

function sample(name: string, measure: string, unit: string, value: number): Sample {
  return { case: name, contender: CONTENDER, measure, unit, value };
}
