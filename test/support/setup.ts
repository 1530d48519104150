import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { type App, type AppOptions, startApp } from '../../src/app.ts';
import { defineConfig, defineEvent } from '../../src/config/define-config.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import type { Database } from '../../src/db/database.ts';
import { silentLogger } from '../../src/log.ts';
import { contactBy, contactByEmail, note, upsertContact } from '../../src/mapping/index.ts';
import { createSpoke } from '../../src/spoke.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { waitFor } from './wait-for.ts';

/** Events for tests: the values that they are given, on contacts by e-mail or by a property with unique values. */
export const testConfig = defineConfig({
  events: {
    contact_set: defineEvent({
      payload: z.object({ email: z.string(), values: z.record(z.string(), z.string().nullable()) }),
      record: (payload) => contactByEmail(payload.email),
      effects: (payload) => [upsertContact(contactByEmail(payload.email), payload.values)],
    }),
    contact_noted: defineEvent({
      payload: z.object({
        email: z.string(),
        text: z.string(),
        values: z.record(z.string(), z.string()).default({}),
      }),
      record: (payload) => contactByEmail(payload.email),
      effects: (payload) => {
        const contact = contactByEmail(payload.email);
        return [upsertContact(contact, payload.values), note(contact, { text: payload.text })];
      },
    }),
    driver_set: defineEvent({
      payload: z.object({ driver: z.string(), values: z.record(z.string(), z.string()) }),
      record: (payload) => contactBy('driver_id', payload.driver),
      effects: (payload) => [upsertContact(contactBy('driver_id', payload.driver), payload.values)],
    }),
  },
});

export interface SetupOptions {
  readonly simulator?: SimulatorOptions;
  /** Environment of the application, over that of a live delivery with short times. */
  readonly env?: NodeJS.ProcessEnv;
  readonly database?: TestDatabase;
}

export interface Bundle {
  readonly db: Database;
  readonly simulator: Simulator;
  /** Starts a worker; stopped at the end of the test. */
  start(options?: Partial<AppOptions> & { env?: NodeJS.ProcessEnv }): Promise<App>;
  track(
    type: keyof typeof testConfig.events,
    payload: unknown,
    options?: { idempotencyKey?: string; recordKey?: string },
  ): Promise<number>;
  /** Resolves when no event waits. */
  idle(timeoutMs?: number): Promise<void>;
  events(): Promise<EventRow[]>;
  /** Properties of the contact with this address; undefined without one. */
  contact(email: string): Record<string, string | null> | undefined;
}

export type EventRow = {
  id: number;
  state: string;
  attempt_count: number;
  last_error_code: string | null;
  last_error: string | null;
  processed_at: Date | null;
};

/** A fresh database, a portal of its own, and what it takes to put events through both. */
export async function setup(options: SetupOptions = {}): Promise<Bundle> {
  const database = options.database ?? (await testDatabase());
  const simulator = await startSimulator({ limits: 'none', ...options.simulator });
  const { db } = database;
  const apps: App[] = [];
  onTestFinished(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await simulator.stop();
    await database.drop();
  });
  const spoke = createSpoke({ schema: database.schema, log: silentLogger, strict: true });
  return {
    db,
    simulator,
    async start({ env, ...given } = {}) {
      const settings = readEnvironment({
        ...(db.kind === 'postgres' ? { DATABASE_URL: database.url } : {}),
        SPOKE_SCHEMA: database.schema,
        SPOKE_POLL_INTERVAL: '0.2',
        SPOKE_LEASE: '4',
        SPOKE_SETTLE: '0.6',
        HUBSPOT_ENABLED: 'true',
        HUBSPOT_SEND_LIVE: 'true',
        HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
        HUBSPOT_PORTAL_ID: String(simulator.portalId),
        HUBSPOT_API_URL: simulator.url,
        HUBSPOT_TIMEOUT: '1',
        HUBSPOT_RETRY_DELAY: '20',
        HUBSPOT_RATE_LIMIT: '1000',
        HUBSPOT_CB_THRESHOLD: '1000',
        ...options.env,
        ...env,
      });
      const app = await startApp({
        settings,
        config: testConfig,
        log: silentLogger,
        // The embedded database has one owner: without it the app would open another in the working directory.
        ...(db.kind === 'pglite' ? { db } : {}),
        ...given,
      });
      apps.push(app);
      return app;
    },
    async track(type, payload, given) {
      const receipt = await spoke.track(db, type, payload as never, given);
      if (receipt.status === 'refused') throw new Error(receipt.message);
      return receipt.id;
    },
    async idle(timeout = 15_000) {
      await waitFor(
        async () => {
          const [row] = await db.query<{ waiting: number }>(
            'select count(*) as waiting from {schema}.outbox_events where processed_at is null',
          );
          return row?.waiting === 0;
        },
        { timeout, interval: 20, what: 'the outbox to be empty' },
      );
    },
    events: () =>
      db.query<EventRow>(
        'select id, state, attempt_count, last_error_code, last_error, processed_at from {schema}.outbox_events order by id',
      ),
    contact: (email) =>
      simulator.records('contacts').find((record) => record.properties.email === email)?.properties,
  };
}
