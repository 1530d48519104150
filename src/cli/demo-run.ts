import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { startApp } from '../app.ts';
import { isSpokeConfig, type SpokeConfig } from '../config/define-config.ts';
import { readEnvironment } from '../config/environment.ts';
import { importWithSpoke } from '../config/load-config.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { SpokeError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { countEvents } from '../outbox/events.ts';
import { wakeChannel } from '../outbox/wake.ts';

export interface DemoCounts {
  readonly recorded: number;
  readonly delivered: number;
  readonly dead: number;
  readonly waiting: number;
  /** What the portal holds and received. */
  readonly contacts: number;
  readonly notes: number;
  readonly calls: number;
  readonly http429: number;
  /** `performance.now()`; null before the first. */
  readonly firstDeliveredAt: number | null;
}

/** The whole demo in one process: embedded database in memory, simulator, the rewards example and a worker. */
export interface Demo {
  readonly simulator: Simulator;
  /** Lets the example do one thing. */
  step(): Promise<void>;
  wake(): void;
  counts(): Promise<DemoCounts>;
  stop(): Promise<void>;
}

interface Traffic {
  readonly config: SpokeConfig;
  readonly tables: string;
  createTraffic(inTransaction: (work: (tx: unknown) => Promise<void>) => Promise<void>): {
    step(): Promise<void>;
  };
}

export async function startDemo(): Promise<Demo> {
  const log = createLogger({ level: 'error' });
  const [simulator, db, traffic] = await Promise.all([
    startSimulator(),
    openDatabase({ log }),
    loadTraffic(),
  ]);
  await migrate(db);
  await db.query(traffic.tables);
  const settings = readEnvironment({
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
  });
  let firstDeliveredAt: number | null = null;
  const app = await startApp({
    settings,
    config: traffic.config,
    log,
    db,
    observe: {
      onClaim: ({ delivered }) => {
        if (delivered > 0) firstDeliveredAt ??= performance.now();
      },
    },
  });
  const { step } = traffic.createTraffic((work) => db.transaction(work));

  return {
    simulator,
    wake: () => app.wake(),
    async step() {
      await step();
      await db.notify(wakeChannel(db.schema));
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
        notes: counts.notes?.live ?? 0,
        calls: requests.requests,
        http429: requests.byStatus['429'] ?? 0,
        firstDeliveredAt,
      };
    },
    async stop() {
      await app.stop();
      await db.close();
      await simulator.stop();
    },
  };
}

/** The example lies beside the package's code, in the source tree as in the installed package. */
async function loadTraffic(): Promise<Traffic> {
  const path = ['../../examples/rewards-app/traffic.ts', '../examples/rewards-app/traffic.ts']
    .map((relative) => fileURLToPath(new URL(relative, import.meta.url)))
    .find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new SpokeError(
      'CONFIG_NOT_FOUND',
      'The rewards example is missing from this package: install it again.',
    );
  const module = await importWithSpoke(path);
  const { config, TABLES, createTraffic } = module;
  if (!isSpokeConfig(config) || typeof TABLES !== 'string' || typeof createTraffic !== 'function')
    throw new SpokeError('CONFIG_LOAD_FAILED', `${path} does not export config, TABLES and createTraffic.`);
  return { config, tables: TABLES, createTraffic: createTraffic as Traffic['createTraffic'] };
}
