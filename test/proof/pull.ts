// `npm run proof -- pull [--contacts N] [--kill-every S] [--limit CALLS] [--latency MS]`: a full reading by `spoke pull all`.
//
// A portal of N contacts (default 1,000,000) in a process of its own, without limits unless `--limit` names the calls it takes in 10 s,
// each page answered after `--latency` ms. Every S seconds (0: never) the reader is killed with SIGKILL, and the next one goes on. In the end
// the mirror must hold every contact as the portal has it, and the portal may have handed out contacts a second time only on the page
// of each stream that was under way when a reader died, and on pages that reach into the next range of ids.
//
// Prints the rate, the share of what the portal lets through, contacts read twice, and the most memory of a reader. Exit code 1 when a
// contact differs or too much was read again.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Database } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { PORTAL_ID, PORTAL_TOKEN, type PortalProcess, startPortal } from '../chaos/portal-process.ts';
import { startPostgres } from '../support/postgres-server.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const CONFIG = fileURLToPath(new URL('./pull.config.ts', import.meta.url));
const PROPERTIES = ['email', 'firstname', 'lastname', 'lifecyclestage'];
/** Streams of a reader, each with a page under way when it dies. */
const STREAMS = 8;
/** Places where one range of ids ends and the next begins, which the last page of the first reaches into. */
const BORDERS = 31;
const WINDOW_S = 10;
const LOOK_MS = 2_000;
const PAGE = 100;

const { values } = parseArgs({
  options: {
    contacts: { type: 'string', default: '1000000' },
    'kill-every': { type: 'string', default: '20' },
    limit: { type: 'string' },
    latency: { type: 'string', default: '0' },
  },
});
const contacts = Number(values.contacts);
const killEveryMs = Number(values['kill-every']) * 1_000;
const limit = values.limit === undefined ? undefined : Number(values.limit);
const latencyMs = Number(values.latency);

const server = await startPostgres({ fsync: true });
const portal = await startPortal({
  seed: 1,
  ...(limit === undefined ? {} : { limit }),
});
try {
  await portal.api('POST', '/_simulator/seed', { contacts });
  if (latencyMs > 0)
    await portal.addFaults([{ id: 'latency', match: { method: 'GET' }, do: 'slow', delayMs: latencyMs }]);
  const schema = 'proof';
  const db = await openDatabase({ url: server.url, schema, poolSize: 2, log: silentLogger });
  await migrate(db);
  const read = await readAll(schema);
  const starts = pageStarts(await portal.calls());
  await portal.clearFaults();
  if (limit !== undefined) await portal.api('POST', '/_simulator/limits', { perWindow: 1_000_000 });
  const { ids, ...wrong } = await differences(db, portal);
  await db.close();
  const again = readAgain(starts, ids);
  // One that takes over begins at the id before, which may be there.
  const allowed = read.kills * STREAMS * (PAGE + 1) + BORDERS * PAGE;
  const ok = wrong.count === 0 && again <= allowed;
  console.log(
    `${ok ? 'ok    ' : 'FAILED'}  ${contacts} contacts, killed ${read.kills} times: ${starts.length} pages read, ${again} contacts of them again ` +
      `(at most ${allowed}), ${Math.round(read.peakRssMb)} MB at most, ${wrong.count} differences${wrong.example && ` (${wrong.example})`}`,
  );
  const rate = contacts / read.seconds;
  console.log(
    `        ${Math.round(rate)} contacts/s while a reader was at work (${read.seconds.toFixed(1)} s)`,
  );
  if (limit !== undefined) {
    const possible = (limit / WINDOW_S) * PAGE;
    console.log(
      `        ${((100 * rate) / possible).toFixed(1)} % of the ${possible} contacts/s that ${limit} calls in ${WINDOW_S} s allow, at ${latencyMs} ms a page`,
    );
  }
  process.exitCode = ok ? 0 : 1;
} finally {
  await portal.stop();
  await server.stop();
}

/** Runs readers, one after the other, until one of them is through. */
async function readAll(schema: string): Promise<{ kills: number; seconds: number; peakRssMb: number }> {
  let kills = 0;
  let seconds = 0;
  let peakRssMb = 0;
  let call = '0';
  for (;;) {
    call = await latestCall(call);
    const reader = spawnReader(schema);
    const said = lastWords(reader);
    const ended = once(reader, 'exit') as Promise<[number | null]>;
    const first = await firstCall(reader, call);
    while (reader.exitCode === null && (killEveryMs === 0 || performance.now() - first < killEveryMs)) {
      await Promise.race([delay(200), ended]);
      peakRssMb = Math.max(peakRssMb, await peakOf(reader.pid ?? 0));
    }
    const isOver = reader.exitCode !== null;
    if (!isOver) reader.kill('SIGKILL');
    const [code] = await ended;
    seconds += (performance.now() - first) / 1_000;
    if (code === 0) return { kills, seconds, peakRssMb };
    if (!isOver) {
      kills += 1;
      continue;
    }
    // What a dead reader has held is free once its time is over: nothing was read meanwhile.
    const isHeld = code === 3 || said().includes('PULL_RUNNING');
    if (!isHeld) throw new Error(`A reader ended with ${code}: ${said()}`);
    seconds -= (performance.now() - first) / 1_000;
    await delay(LOOK_MS);
  }
}

function spawnReader(schema: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'pull', 'all', '--config', CONFIG], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE_URL: server.url,
      SPOKE_SCHEMA: schema,
      SPOKE_LOG_LEVEL: 'warn',
      HUBSPOT_API_URL: portal.url,
      HUBSPOT_PRIVATE_APP_TOKEN: PORTAL_TOKEN,
      HUBSPOT_PORTAL_ID: String(PORTAL_ID),
      HUBSPOT_RATE_LIMIT: String(limit === undefined ? 10_000 : limit / WINDOW_S),
    },
  });
}

/** The end of what a process writes to stderr. */
function lastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    words = (words + part).slice(-2_000);
  });
  return () => words;
}

/** Number of the last call that the portal has seen, looked for from another one on. */
async function latestCall(from: string): Promise<string> {
  for (let latest = from; ; ) {
    const next = (await callsAfter(latest, 1_000)).at(-1);
    if (next === undefined) return latest;
    latest = next.n;
  }
}

/** When the portal has seen a call after `before`; at once where the reader ends before. */
async function firstCall(reader: ChildProcess, before: string): Promise<number> {
  while (reader.exitCode === null && (await callsAfter(before, 1)).length === 0) await delay(100);
  return performance.now();
}

async function callsAfter(call: string, limit: number): Promise<readonly { readonly n: string }[]> {
  const { results } = await portal.api<{ results: { n: string }[] }>(
    'GET',
    `/_simulator/journal?limit=${limit}&after=${call}`,
  );
  return results;
}

/** Where each answered page of the list of all contacts began: the first has no `after`. */
function pageStarts(calls: readonly { readonly path: string; readonly status: number }[]): number[] {
  return calls.flatMap(({ path, status }) => {
    if (status !== 200 || !/\/contacts\?.*limit=100\b/.test(path)) return [];
    return [Number(/[?&]after=(\d+)/.exec(path)?.[1] ?? 0)];
  });
}

/** How many contacts such pages showed beyond once each; `ids` ascend. */
function readAgain(starts: readonly number[], ids: readonly number[]): number {
  const shown = new Uint8Array(ids.length);
  let again = 0;
  for (const start of starts) {
    const first = placeOf(start, ids);
    for (let place = first; place < Math.min(first + PAGE, ids.length); place += 1) {
      if (shown[place] === 1) again += 1;
      shown[place] = 1;
    }
  }
  if (shown.includes(0))
    throw new Error('A contact is in the mirror that no page has shown: the count of pages is wrong.');
  return again;
}

/** Place of the first id that is not below. */
function placeOf(id: number, ids: readonly number[]): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Holds the mirror against the portal's own list, page by page, with none of the code that is judged. */
async function differences(
  db: Database,
  from: PortalProcess,
): Promise<{ count: number; example: string; ids: number[] }> {
  interface Contact {
    readonly id: string;
    readonly properties: Readonly<Record<string, string | null>>;
  }
  let count = 0;
  let example = '';
  const ids: number[] = [];
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const page: { results: Contact[]; paging?: { next: { after: string } } } = await from.api(
      'GET',
      `/crm/objects/2026-09/contacts?limit=100&properties=${PROPERTIES.join(',')}&after=${after}`,
    );
    const { results } = page;
    const rows = await db.query<{ id: string; properties: Record<string, string> }>(
      `select id::text, properties from {schema}.mirror_records where object_type = 'contacts' and state = 'live' and id = any ($1::bigint[])`,
      [results.map(({ id }) => id)],
    );
    const here = new Map(rows.map(({ id, properties }) => [id, properties]));
    for (const { id, properties } of results) {
      const mine = here.get(id);
      if (mine !== undefined && PROPERTIES.every((name) => (mine[name] ?? '') === (properties[name] ?? '')))
        continue;
      count += 1;
      example ||= `${id} is ${mine === undefined ? 'missing' : 'stale'}`;
    }
    ids.push(...results.map(({ id }) => Number(id)));
    after = page.paging?.next.after;
  }
  const [held] = await db.query<{ held: number }>(
    `select count(*)::integer as held from {schema}.mirror_records where object_type = 'contacts'`,
  );
  if (held?.held !== ids.length) {
    count += Math.abs((held?.held ?? 0) - ids.length);
    example ||= `${held?.held} records for ${ids.length}`;
  }
  return { count, example, ids };
}
