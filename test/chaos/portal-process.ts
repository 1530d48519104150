import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PortalCall, PortalEvidence, PortalRecord, PortalWrite } from './evidence.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
/** Records read at once when the final state is collected. */
const READ_CONCURRENCY = 16;

export const PORTAL_ID = 4242;
/** A canary: it must not be found in any log. */
export const PORTAL_TOKEN = 'pat-chaos-canary-7d1f0c52b9';

/** As the simulator's admin API takes it. */
export interface FaultPlan {
  readonly id: string;
  readonly match?: { readonly method?: string; readonly path?: string; readonly contains?: string };
  readonly at?: 'before' | 'after-apply' | 'mid-body';
  readonly do:
    | 'reset'
    | 'hang'
    | 'status'
    | 'html'
    | 'garbage'
    | 'truncate'
    | 'slow'
    | 'drop-item'
    | 'empty'
    | 'edge429';
  readonly status?: number;
  readonly body?: unknown;
  readonly delayMs?: number;
  readonly probability?: number;
  readonly times?: number;
}

/** A write that was applied and whose answer is being held back. */
export interface HeldWrite {
  /** Number of the request in the journal, as text. */
  readonly requestId: string;
  /** Ms of the portal's clock; it is the machine's. */
  readonly at: number;
  readonly path: string;
  /** Name of the worker that sent it. */
  readonly worker: string | null;
}

export interface HoldOptions {
  /** Regular expression over the path. */
  readonly path: string;
  /** Name of the worker whose writes are held; default all. */
  readonly worker?: string;
  /** How long the answer is held unless it is released. */
  readonly holdMs: number;
  readonly times?: number;
}

/** The simulator in a process of its own, with its admin API. */
export interface PortalProcess {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  addFaults(plans: readonly FaultPlan[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** Times each fault was played, by id. */
  faultHits(): Promise<Record<string, number>>;
  hold(options: HoldOptions): Promise<void>;
  /** Ends holding and lets every held answer go. */
  releaseHold(): Promise<void>;
  /** Forgets the writes that were held so far and not asked for. */
  skipHeld(): Promise<void>;
  /** The next held write, or undefined when none came within `waitMs`. */
  nextHeld(waitMs: number): Promise<HeldWrite | undefined>;
  calls(): Promise<PortalCall[]>;
  /** Everything the oracle needs. */
  evidence(): Promise<PortalEvidence>;
  /** A call as any client may make it, or one of the side door's. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** All records of a type, as the side door shows them. */
  records<T extends { readonly id: string }>(type: string): Promise<T[]>;
  /** The portal's clock, ms. */
  now(): Promise<number>;
  stop(): Promise<void>;
}

interface RawRecord {
  readonly id: string;
  readonly properties: Record<string, string | null>;
  readonly archived: boolean;
  readonly associations?: Record<string, readonly { readonly id: string }[]>;
}

/** Starts a portal with the properties that the chaos config writes. `limit` undefined switches the limits off. */
export async function startPortal(options: { seed: number; limit?: number }): Promise<PortalProcess> {
  const child = spawn(
    process.execPath,
    [
      // Under little load V8 would collect all garbage every 100 s, in which a portal of a million records hardly answers for seconds.
      '--no-memory-reducer',
      ...['--import', 'tsx', 'src/cli/main.ts', 'simulator', '--json', '--port', '0'],
      ...['--portal-id', String(PORTAL_ID), '--token', PORTAL_TOKEN, '--seed', String(options.seed)],
      ...['--limits', options.limit === undefined ? 'none' : 'default'],
      ...['--switch', 'recordHistory=true'],
    ],
    { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const { url } = await firstLine(child);
    const portal = portalOf(child, url);
    await prepare(url, options.limit);
    return portal;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function portalOf(child: ChildProcess, url: string): PortalProcess {
  const { hostname, port } = new URL(url);
  const admin = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    request<T>(method, `${url}/_simulator/${path}`, body);
  const pages = async <T>(path: string, cursor: (last: T) => string | number): Promise<T[]> => {
    const found: T[] = [];
    for (let after: string | number | undefined; ; ) {
      const query = after === undefined ? '' : `&after=${after}`;
      const { results } = await admin<{ results: T[] }>('GET', `${path}?limit=1000${query}`);
      found.push(...results);
      const last = results.at(-1);
      if (last === undefined) return found;
      after = cursor(last);
    }
  };
  const records = async (type: string): Promise<PortalRecord[]> =>
    (await pages<RawRecord>(`records/${type}`, (record) => record.id)).map((record) => ({
      id: record.id,
      properties: record.properties,
      contactIds: (record.associations?.contacts ?? []).map(({ id }) => id),
      archived: record.archived,
    }));
  const calls = (): Promise<PortalCall[]> => pages<PortalCall>('journal', (call) => call.n);
  const announced: Announcement[] = [];
  let lastSeq = 0;
  const poll = async (waitMs: number): Promise<void> => {
    const { results } = await admin<{ results: Announcement[] }>(
      'GET',
      `applied?after=${lastSeq}&wait=${waitMs}`,
    );
    announced.push(...results);
    lastSeq = results.at(-1)?.seq ?? lastSeq;
  };
  const stopOnExit = (): boolean => child.kill('SIGKILL');
  process.once('exit', stopOnExit);

  return {
    url,
    host: hostname,
    port: Number(port),
    addFaults: (plans) => admin('POST', 'faults', plans),
    clearFaults: () => admin('DELETE', 'faults'),
    async faultHits() {
      const { results } = await admin<{ results: { id: string; hits: number }[] }>('GET', 'faults');
      return Object.fromEntries(results.map(({ id, hits }) => [id, hits]));
    },
    hold: ({ path, worker, holdMs, times }) =>
      admin('POST', 'options', { holdAfterApply: { match: { path, worker }, holdMs, times } }),
    releaseHold: () => admin('POST', 'options', { holdAfterApply: null }),
    async skipHeld() {
      await poll(0);
      announced.length = 0;
    },
    async nextHeld(waitMs) {
      if (announced.length === 0) await poll(waitMs);
      const next = announced.shift();
      return next && { ...next, worker: next.headers['x-spoke-worker'] ?? null };
    },
    calls,
    api: (method, path, body) => request(method, `${url}${path}`, body),
    records: (type) => pages(`records/${type}`, (record) => record.id),
    async evidence() {
      const contacts = await records('contacts');
      const writes = new Map<string, readonly PortalWrite[]>();
      for (let start = 0; start < contacts.length; start += READ_CONCURRENCY) {
        await Promise.all(
          contacts.slice(start, start + READ_CONCURRENCY).map(async ({ id }) => {
            const { results } = await admin<{ results: PortalWrite[] }>('GET', `history/contacts/${id}`);
            writes.set(id, results);
          }),
        );
      }
      return { contacts, notes: await records('notes'), writes, calls: await calls() };
    },
    async now() {
      return (await admin<{ now: number }>('GET', 'state')).now;
    },
    async stop() {
      process.removeListener('exit', stopOnExit);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    },
  };
}

interface Announcement extends Omit<HeldWrite, 'worker'> {
  readonly seq: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Defines the properties of the chaos config and sets the burst limit. */
async function prepare(url: string, limit: number | undefined): Promise<void> {
  const definitions = [
    { name: 'chaos_id', hasUniqueValue: true },
    { name: 'chaos_seq', type: 'number', fieldType: 'number' },
    { name: 'chaos_value' },
    { name: 'chaos_extra' },
  ];
  const inputs = definitions.map((definition) => ({
    label: definition.name,
    groupName: 'contactinformation',
    type: 'string',
    fieldType: 'text',
    ...definition,
  }));
  await request('POST', `${url}/crm/properties/2026-09/contacts/batch/create`, { inputs });
  if (limit !== undefined) await request('POST', `${url}/_simulator/limits`, { perWindow: limit });
}

async function request<T>(method: string, url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${PORTAL_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${new URL(url).pathname} answered ${response.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function firstLine(child: ChildProcess): Promise<{ url: string }> {
  if (!child.stdout) throw new Error('The simulator has no output.');
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  try {
    for await (const line of lines) return JSON.parse(line) as { url: string };
  } finally {
    clearTimeout(timer);
    child.stdout.resume();
  }
  throw new Error('The simulator ended before it was ready.');
}
