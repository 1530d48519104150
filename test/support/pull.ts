import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { systemClock } from '../../src/clock.ts';
import type { MirrorConfig } from '../../src/config/mirror.ts';
import type { Database } from '../../src/db/database.ts';
import { createHubspotClient, type HubspotClient } from '../../src/hubspot/client.ts';
import { tokenFromText } from '../../src/hubspot/token.ts';
import { createTransport, type Transport } from '../../src/hubspot/transport.ts';
import { silentLogger } from '../../src/log.ts';
import type { PullReport, PullRequest } from '../../src/pull/pull-report.ts';
import { createPullTools, type PullTools, type PullToolsOptions } from '../../src/pull/pull-tools.ts';
import { runPull } from '../../src/pull/run-pull.ts';
import { type DatabaseKind, testDatabase, testPglite } from './database.ts';

export interface PullBundle {
  readonly db: Database;
  readonly portal: Simulator;
  /** Outside of what is tested: for changes that people make. */
  readonly client: HubspotClient;
  /** The tools of one more process. */
  tools(options?: Partial<PullToolsOptions>): PullTools;
  pull(kind: PullRequest['kind'], request?: Partial<PullRequest>, tools?: PullTools): Promise<PullReport>;
  /** Ids and values of what the mirror has as live. */
  live(objectType?: string): Promise<Record<string, Record<string, string>>>;
  /** The same of the portal, as far as the mirror keeps it. */
  atPortal(objectType?: string): Record<string, Record<string, string>>;
  state(id: string, objectType?: string): Promise<string | undefined>;
}

export interface PullSetup {
  readonly kind?: DatabaseKind;
  readonly simulator?: SimulatorOptions;
  readonly mirror?: MirrorConfig;
}

const PROPERTIES = ['email', 'firstname', 'company'];

/** A fresh database, a portal of its own, and readers between them. */
export async function setupPull({ kind, simulator, mirror }: PullSetup = {}): Promise<PullBundle> {
  const database = kind === 'pglite' ? await testPglite() : await testDatabase();
  const portal = await startSimulator({ limits: 'none', behaviour: { searchLag: 0 }, ...simulator });
  const { db } = database;
  const transports: Transport[] = [];
  const client = createHubspotClient({
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    log: silentLogger,
  });
  onTestFinished(async () => {
    await Promise.all([client.close(), ...transports.map((transport) => transport.close())]);
    await portal.stop();
    await database.drop();
  });
  const tools = (options: Partial<PullToolsOptions> = {}) => {
    const transport = createTransport({
      baseUrl: portal.url,
      token: tokenFromText(portal.token),
      log: silentLogger,
      timeoutMs: 5_000,
    });
    transports.push(transport);
    return createPullTools({
      db,
      transport,
      mirror: mirror ?? { objects: { contacts: { properties: PROPERTIES } } },
      clock: systemClock,
      log: silentLogger,
      holder: `test ${transports.length}`,
      attempts: 2,
      maxWaitMs: 50,
      ...options,
    });
  };
  const own = tools();
  return {
    db,
    portal,
    client,
    tools,
    pull: (of, request = {}, by = own) =>
      runPull(by, { kind: of, requestedBy: 'test', ...request }, new AbortController().signal),
    async live(objectType = 'contacts') {
      const rows = await db.query<{ id: number; properties: Record<string, string> }>(
        `select id, properties from {schema}.mirror_records where object_type = $1 and state = 'live'`,
        [objectType],
      );
      return Object.fromEntries(rows.map(({ id, properties }) => [String(id), properties]));
    },
    atPortal: (objectType = 'contacts') =>
      Object.fromEntries(
        portal
          .records(objectType)
          .filter(({ archived }) => !archived)
          .map(({ id, properties }) => [
            id,
            Object.fromEntries(
              PROPERTIES.flatMap((name) => {
                const value = properties[name];
                return value ? [[name, value]] : [];
              }),
            ),
          ]),
      ),
    async state(id, objectType = 'contacts') {
      const [row] = await db.query<{ state: string }>(
        'select state from {schema}.mirror_records where object_type = $1 and id = $2',
        [objectType, id],
      );
      return row?.state;
    },
  };
}

/** Made-up contacts, told apart by their numbers. */
export function people(count: number, from = 0): Record<string, string>[] {
  return Array.from({ length: count }, (_, index) => ({
    email: `p${from + index}@example.com`,
    firstname: `P${from + index}`,
  }));
}
