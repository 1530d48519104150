import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Site, startSite } from '../../examples/website-leads/site-server.ts';
import websiteConfig from '../../examples/website-leads/spoke.config.ts';
import { buildBrowser } from '../../scripts/build-browser.ts';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { type App, startApp } from '../../src/app.ts';
import { defineConfig, type SpokeConfig } from '../../src/config/define-config.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import type { Database } from '../../src/db/database.ts';
import { openPgliteDatabase } from '../../src/db/pglite-database.ts';
import { tokenFromText } from '../../src/hubspot/token.ts';
import { createTransport } from '../../src/hubspot/transport.ts';
import { silentLogger } from '../../src/log.ts';
import { createPortalApi } from '../../src/provisioning/actual-portal.ts';
import { applyPlan } from '../../src/provisioning/apply-plan.ts';
import { planConfig } from '../../src/provisioning/plan-config.ts';
import { pgliteContent } from '../support/pglite-content.ts';

/** The example site with all that it needs: a portal, an embedded database, Spoke. */
export interface RunningWebsite {
  readonly site: Site;
  readonly simulator: Simulator;
  readonly db: Database;
  /** Where Spoke's HTTP API is. */
  readonly url: string;
  stop(): Promise<void>;
}

const SCHEMA = 'spoke';
/** A program fills in a form sooner than a person. */
const MIN_FILL_MS = 0;
const MANY = { count: 10_000, seconds: 60 };

export async function startWebsite(
  change: (config: SpokeConfig, site: Site) => SpokeConfig = (config) => config,
): Promise<RunningWebsite> {
  await buildBrowser('dist');
  const folder = await mkdtemp(join(tmpdir(), 'spoke-website-'));
  const [simulator, db] = await Promise.all([startSimulator(), openEmbedded()]);
  let app: App | undefined;
  const site = await startSite({ port: 0, spokeUrl: () => app?.httpUrl ?? '' });
  const usual: SpokeConfig = {
    ...websiteConfig,
    website: {
      ...websiteConfig.website,
      origins: [site.url],
      minFillMs: MIN_FILL_MS,
      limits: { perAddress: MANY, perEmail: MANY },
      uploads: { store: { kind: 'disk', folder } },
    },
  };
  const config = defineConfig(change(usual, site));
  await provision(simulator, config);
  app = await startApp({
    config,
    db,
    log: silentLogger,
    settings: readEnvironment({
      SPOKE_HTTP_PORT: '0',
      HUBSPOT_ENABLED: 'true',
      HUBSPOT_SEND_LIVE: 'true',
      HUBSPOT_API_URL: simulator.url,
      HUBSPOT_PORTAL_ID: String(simulator.portalId),
      HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
    }),
  });
  const { httpUrl = '' } = app;
  return {
    ...{ site, simulator, db, url: httpUrl },
    async stop() {
      await app?.stop();
      await site.close();
      await db.close();
      await simulator.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openEmbedded(): Promise<Database> {
  return openPgliteDatabase({ schema: SCHEMA, log: silentLogger, content: await pgliteContent(SCHEMA) });
}

async function provision(simulator: Simulator, config: SpokeConfig): Promise<void> {
  const token = tokenFromText(simulator.token);
  const transport = createTransport({ baseUrl: simulator.url, token, log: silentLogger });
  const api = createPortalApi(transport);
  const { stopped } = await applyPlan(await planConfig(config, api), { api });
  await transport.close();
  if (stopped !== undefined) throw new Error(stopped.message);
}
