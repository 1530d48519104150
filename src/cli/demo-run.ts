import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { Simulator } from '../../simulator/index.ts';
import { defineConfig, isSpokeConfig, type SpokeConfig } from '../config/define-config.ts';
import { readEnvironment, type Settings } from '../config/environment.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { SpokeError } from '../errors.ts';
import { createApiKey, SCOPE_NAMES } from '../http/api-keys.ts';
import { tokenFromText } from '../hubspot/token.ts';
import { createTransport } from '../hubspot/transport.ts';
import { createLogger } from '../log.ts';
import { countEvents } from '../outbox/events.ts';
import { createPortalApi } from '../provisioning/actual-portal.ts';
import { applyPlan } from '../provisioning/apply-plan.ts';
import { planConfig } from '../provisioning/plan-config.ts';
import { startDemoWebsite } from './demo-website.ts';
import { exampleConfig, importExample, notAsExpected } from './load-example.ts';

export interface DemoCounts {
  readonly recorded: number;
  readonly delivered: number;
  readonly dead: number;
  readonly waiting: number;
  /** What the portal holds and received. */
  readonly contacts: number;
  readonly companies: number;
  readonly deals: number;
  readonly notes: number;
  readonly calls: number;
  readonly http429: number;
  /** `performance.now()`; null before the first. */
  readonly firstDeliveredAt: number | null;
}

/** The whole demo in one process: embedded database in memory, simulator, the rewards example and a worker. */
export interface Demo {
  readonly simulator: Simulator;
  /** Where the HTTP API listens, and a key for everything. */
  readonly api?: { readonly url: string; readonly key: string };
  /** Where the website of the example is. */
  readonly websiteUrl?: string;
  /** Lets the example do one thing; returns how many events that recorded. */
  step(): Promise<number>;
  counts(): Promise<DemoCounts>;
  /** Finishes the calls under way; nothing is delivered afterwards. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Whoever looks at the mirror shall not have to wait. */
const PULL_SECONDS = 5;
/** Below what the simulated portal allows, and above what the traffic needs: reading takes what delivery leaves over. */
const CALLS_PER_SECOND = 16;
/** In between, events gather and go out in full batches. */
const STEPS_A_TURN = 50;

interface Traffic {
  readonly config: SpokeConfig;
  readonly tables: string;
  createTraffic(inTransaction: (work: (tx: unknown) => Promise<void>) => Promise<void>): {
    step(): Promise<number>;
  };
}

/**
 * With `http` the HTTP API listens on a free port, with a key of its own, and so does a website whose forms come in by it; the portal's
 * contacts are read back into a mirror with segments.
 */
export async function startDemo({ http }: { readonly http: boolean }): Promise<Demo> {
  // A database of a few seconds' life never earns back the seconds that V8 spends on optimising it: 2 of the 5 CPU seconds of
  // the start (`node --liftoff-only` against `node`, PGlite 0.5, Node 20).
  setFlagsFromString('--liftoff-only');
  const log = createLogger({ level: 'error' });
  // The database compiles in threads of its own while the rest is loaded.
  const opening = openDatabase({ log });
  opening.catch(() => undefined);
  const [{ startSimulator }, { startApp }, traffic] = await Promise.all([
    import('../../simulator/index.ts'),
    import('../app.ts'),
    loadTraffic(),
  ]);
  const simulator = await startSimulator();
  const undo: (() => Promise<void>)[] = [() => simulator.stop()];
  const stop = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const website = http ? await startDemoWebsite() : undefined;
    if (website) undo.push(() => website.stop());
    const { mirror } = http ? await exampleConfig('contact-mirror') : traffic.config;
    const config = defineConfig({ ...traffic.config, ...website?.config, ...(mirror ? { mirror } : {}) });
    await provision(simulator, config);
    const db = await opening;
    undo.push(() => db.close());
    await migrate(db);
    await db.query(traffic.tables);
    let firstDeliveredAt: number | null = null;
    let steps = 0;
    const app = await startApp({
      settings: settingsFor(simulator, http),
      config,
      log,
      db,
      observe: {
        onClaim: ({ delivered }) => {
          if (delivered > 0) firstDeliveredAt ??= performance.now();
        },
      },
    });
    undo.push(() => app.stop());
    const api =
      app.httpUrl === undefined
        ? undefined
        : { url: app.httpUrl, key: (await createApiKey(db, { name: 'demo', scopes: SCOPE_NAMES })).key };
    if (app.httpUrl !== undefined) website?.sendTo(app.httpUrl);
    const { step } = traffic.createTraffic((work) => db.transaction(work));
    return {
      simulator,
      ...(api ? { api } : {}),
      ...(website ? { websiteUrl: website.url } : {}),
      stop,
      drain: () => app.stop(),
      async step() {
        const recorded = await step();
        app.wake();
        steps += 1;
        // The embedded database answers without ever going back to the event loop: signals and the portal would get no turn.
        if (steps % STEPS_A_TURN === 0) await setImmediate();
        return recorded;
      },
      async counts() {
        const states = await countEvents(db);
        const { counts, requests } = simulator.state();
        return {
          recorded: Object.values(states).reduce((sum, events) => sum + events, 0),
          delivered: states.delivered ?? 0,
          dead: states.dead ?? 0,
          waiting: states.pending ?? 0,
          contacts: counts.contacts?.live ?? 0,
          companies: counts.companies?.live ?? 0,
          deals: counts.deals?.live ?? 0,
          notes: counts.notes?.live ?? 0,
          calls: requests.requests,
          http429: requests.byStatus['429'] ?? 0,
          firstDeliveredAt,
        };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The portal is new: what the example wants of it has to be created first, as `spoke properties apply` does. */
async function provision(simulator: Simulator, config: SpokeConfig): Promise<void> {
  const transport = createTransport({
    baseUrl: simulator.url,
    token: tokenFromText(simulator.token),
    log: createLogger({ level: 'error' }),
  });
  try {
    const api = createPortalApi(transport);
    const { stopped } = await applyPlan(await planConfig(config, api), { api });
    if (stopped !== undefined) throw new SpokeError(stopped.code, stopped.message);
  } finally {
    await transport.close();
  }
}

function settingsFor({ url, portalId, token }: Simulator, http: boolean): Settings {
  return readEnvironment({
    ...(http
      ? {
          SPOKE_HTTP_PORT: '0',
          SPOKE_PULL_INTERVAL: String(PULL_SECONDS),
          HUBSPOT_RATE_LIMIT: String(CALLS_PER_SECOND),
        }
      : {}),
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: url,
    HUBSPOT_PORTAL_ID: String(portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: token,
  });
}

async function loadTraffic(): Promise<Traffic> {
  const { config, TABLES, createTraffic } = await importExample('rewards-app/traffic.ts');
  if (!isSpokeConfig(config) || typeof TABLES !== 'string' || typeof createTraffic !== 'function')
    throw notAsExpected('rewards-app', 'config, TABLES and createTraffic in traffic.ts');
  return { config, tables: TABLES, createTraffic: createTraffic as Traffic['createTraffic'] };
}
