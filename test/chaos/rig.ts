import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { silentLogger } from '../../src/log.ts';
import { createTracker } from '../../src/outbox/track.ts';
import { createDatabase, dropDatabase } from '../support/test-databases.ts';
import { type Base, REPOSITORY } from './base.ts';
import { describeUnrest, readDatabase } from './database-evidence.ts';
import type { Evidence } from './evidence.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { scanLogs } from './log-scan.ts';
import { patiently } from './patiently.ts';
import { PORTAL_ID, PORTAL_TOKEN, type PortalProcess, startPortal } from './portal-process.ts';
import type { Track } from './producer.ts';
import { createRandom, type Random } from './random.ts';
import { environmentOf, type Settings } from './settings.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

const CONFIG = 'test/chaos/spoke.config.ts';
const POLL_MS = 250;

/** Texts that must not be in any log, by what they are. */
const CANARIES = new Map([
  ['the token', PORTAL_TOKEN],
  ['an e-mail address', '@chaos.example.com'],
  ['the text of a note', 'canary-phrase'],
]);

/** The two links of one worker. */
export interface Links {
  readonly postgres: TcpProxy;
  readonly hubspot: TcpProxy;
}

/** Everything one scenario runs on: a database, a portal, workers behind faulty links, and the ledger. */
export interface Rig {
  readonly settings: Settings;
  readonly folder: string;
  readonly random: Random;
  /** Straight to the database, past every fault. */
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly portal: PortalProcess;
  readonly workers: WorkerPool;
  readonly ledger: Ledger;
  readonly track: Track;
  /** Runs the CLI with the environment of a worker; for commands that end. */
  readonly command: readonly string[];
  environment(slot: number, name: string): Record<string, string>;
  links(slot: number): Links;
  allLinks(): readonly Links[];
  /** Resolves true when nothing waits, is leased or is to be read back; false after `timeoutMs`, with unrest.json in the folder. */
  settled(timeoutMs: number): Promise<boolean>;
  /** What was seen of the processes, in their logs and otherwise. */
  processes(): Promise<Evidence['processes']>;
  killPostgres(): Promise<void>;
  evidence(saturated?: Evidence['saturated']): Promise<Evidence>;
  stop(): Promise<void>;
}

export interface RigOptions {
  readonly name: string;
  readonly settings: Settings;
  /** Without, the portal has no limit and none is judged. */
  readonly limited?: boolean;
  /** Of the workers, relative to the repository; default that of numbered contact writes and notes. */
  readonly config?: string;
  /** Added to the environment of every worker, for example a mutant. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Opens a rig; whatever was started is stopped again when a later part fails. */
export async function openRig(base: Base, options: RigOptions): Promise<Rig> {
  const { settings, name } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const folder = join(base.folder, name);
    await mkdir(folder, { recursive: true });
    const databaseUrl = await createDatabase(base.postgres.url, base.postgres.template);
    closers.push(() => dropDatabase(base.postgres.url, new URL(databaseUrl).pathname.slice(1)));
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 24 });
    pool.on('error', () => undefined);
    // One that somebody has in hand says it itself, at its next statement.
    pool.on('connect', (client) => client.on('error', () => undefined));
    closers.push(() => pool.end());
    const ledger = createLedger(join(folder, 'ledger.ndjson'));
    closers.push(() => ledger.close());
    const portal = await startPortal({
      seed: settings.seed,
      ...(options.limited ? { limit: settings.limit } : {}),
    });
    closers.push(() => portal.stop());
    const random = createRandom(settings.seed);
    const links = await Promise.all(
      Array.from({ length: settings.workers }, (_, slot) => openLinks(databaseUrl, portal, random, slot)),
    );
    closers.push(() => Promise.all(links.flatMap((link) => [link.postgres.stop(), link.hubspot.stop()])));
    const linksOf = (slot: number): Links => {
      const link = links[slot];
      if (!link) throw new Error(`There is no place ${slot} for a worker.`);
      return link;
    };
    const environment = (slot: number, worker: string): Record<string, string> => ({
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      DATABASE_URL: throughPort(databaseUrl, linksOf(slot).postgres.port),
      SPOKE_CONFIG: join(REPOSITORY, options.config ?? CONFIG),
      SPOKE_POOL_SIZE: '8',
      HUBSPOT_ENABLED: 'true',
      HUBSPOT_SEND_LIVE: 'true',
      HUBSPOT_API_URL: `http://127.0.0.1:${linksOf(slot).hubspot.port}`,
      HUBSPOT_PRIVATE_APP_TOKEN: PORTAL_TOKEN,
      HUBSPOT_PORTAL_ID: String(PORTAL_ID),
      SPOKE_TEST_WORKER_NAME: worker,
      ...environmentOf(settings),
      ...options.environment,
    });
    const workers = createWorkerPool({
      command: [...base.command, 'start'],
      cwd: folder,
      environment,
      logFolder: folder,
    });
    closers.push(() => workers.stop());

    return {
      settings,
      folder,
      random,
      pool,
      databaseUrl,
      portal,
      workers,
      ledger,
      track: createTrack(),
      command: base.command,
      environment,
      links: linksOf,
      allLinks: () => links,
      async settled(timeoutMs) {
        if (await settled(pool, timeoutMs)) return true;
        await writeFile(join(folder, 'unrest.json'), JSON.stringify(await describeUnrest(pool), null, 2));
        return false;
      },
      killPostgres: base.killPostgres,
      processes: () => seenOf(folder, workers),
      async evidence(saturated = []) {
        return {
          ledger: ledger.entries,
          portal: await portal.evidence(),
          database: await readDatabase(pool),
          processes: await seenOf(folder, workers),
          saturated,
          ...(options.limited ? { limit: settings.limit } : {}),
        };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function seenOf(folder: string, { crashes }: WorkerPool): Promise<Evidence['processes']> {
  const { unexpectedLines, leaks } = await scanLogs(folder, CANARIES);
  return { crashes, unexpectedLines, leaks };
}

async function openLinks(
  databaseUrl: string,
  portal: PortalProcess,
  random: Random,
  slot: number,
): Promise<Links> {
  const { hostname, port } = new URL(databaseUrl);
  return {
    postgres: await startTcpProxy({ host: hostname, port: Number(port) }, random.fork(`postgres ${slot}`)),
    hubspot: await startTcpProxy({ host: portal.host, port: portal.port }, random.fork(`hubspot ${slot}`)),
  };
}

/** The library's own `track`, strict: a refused event must not go unnoticed in a ledger. */
function createTrack(): Track {
  const tracker = createTracker({ log: silentLogger, strict: true });
  return async (client, type, payload) => {
    const receipt = await tracker.track(client, type, payload);
    if (receipt.status !== 'recorded') throw new Error(`track answered ${receipt.status}`);
    return receipt.id;
  };
}

async function settled(pool: pg.Pool, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { rows } = await patiently(() =>
      pool.query<{ open: boolean }>(
        `select exists (select 1 from spoke.outbox_events where processed_at is null or written_back = false)
             or exists (select 1 from spoke.lanes where pending > 0 or leased_by is not null or verify_at is not null) as open`,
      ),
    );
    if (!rows[0]?.open) return true;
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function throughPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.toString();
}
