import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConfig, defineEvent } from '../../src/config/define-config.ts';
import { createApiKey } from '../../src/http/api-keys.ts';
import { silentLogger } from '../../src/log.ts';
import { contactByEmail, upsertContact } from '../../src/mapping/index.ts';
import { cancelEvents } from '../../src/outbox/events.ts';
import { showRedrive } from '../../src/outbox/redrives.ts';
import { createSpoke } from '../../src/spoke.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';
import { setup, testConfig } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

describe.each(databaseKinds)('redrives asked for by the application on %s', (kind) => {
  it('are carried out by the workers, once they are committed', { timeout: 60_000 }, async () => {
    const database = await testDatabaseOf(kind);
    const bundle = await setup({ database });
    const spoke = createSpoke({ schema: database.schema, log: silentLogger, config: testConfig });
    await bundle.track('contact_set', { email: 'ada@example.com', values: { city: 'London' } });
    await cancelEvents(bundle.db, {});
    const rolledBack = bundle.db.transaction(async (tx) => {
      await spoke.redrive(tx, { state: 'cancelled' });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    const { id } = await spoke.redrive(
      bundle.db,
      { state: 'cancelled', types: ['contact_set'] },
      { requestedBy: 'support', priority: 'normal' },
    );
    await bundle.start();
    await waitFor(async () => (await showRedrive(bundle.db, id)).events.delivered === 1, { timeout: 30_000 });
    expect(bundle.contact('ada@example.com')).toMatchObject({ city: 'London' });
    expect(await showRedrive(bundle.db, id)).toMatchObject({
      state: 'done',
      total: 1,
      requestedBy: 'support',
    });
    expect(await bundle.db.query('select id from {schema}.redrives')).toHaveLength(1);
  });

  it('bring failed leads to the portal, when the application asks for them over HTTP', {
    timeout: 60_000,
  }, async () => {
    const database = await testDatabaseOf(kind);
    const { db, simulator, start, contact } = await setup({ database });
    /** Stages that the mapping knows: whoever mends it adds one. */
    const mended = new Set<string>();
    const config = defineConfig({
      events: {
        lead_created: defineEvent({
          payload: z.object({ email: z.string(), stage: z.string() }),
          record: ({ email }) => contactByEmail(email),
          effects: ({ email, stage }) => [
            upsertContact(contactByEmail(email), { lifecyclestage: mended.has(stage) ? 'lead' : stage }),
          ],
        }),
      },
    });
    const spoke = createSpoke({ schema: database.schema, log: silentLogger, config, strict: true });
    await spoke.track(db, 'lead_created', { email: 'ada@example.com', stage: 'no such stage' });
    const app = await start({ config, env: { SPOKE_HTTP_PORT: '0' } });
    await waitFor(
      async () => (await db.query(`select 1 from {schema}.outbox_events where state = 'dead'`)).length === 1,
      { timeout: 30_000 },
    );
    expect(simulator.records('contacts')).toEqual([]);
    mended.add('no such stage');
    const { key } = await createApiKey(db, { name: 'application', scopes: ['redrive:write'] });
    const answer = await fetch(`${app.httpUrl}/internal/leads/resync-failed`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect([answer.status, await answer.json()]).toEqual([202, { redriveId: 1, count: 1 }]);
    await waitFor(async () => (await showRedrive(db, 1)).events.delivered === 1, { timeout: 30_000 });
    expect(contact('ada@example.com')).toMatchObject({ lifecyclestage: 'lead' });
  });

  it('are carried out where delivery is off, and delivered later', { timeout: 60_000 }, async () => {
    const database = await testDatabaseOf(kind);
    const bundle = await setup({ database });
    const spoke = createSpoke({ schema: database.schema, log: silentLogger });
    const event = await bundle.track('contact_set', { email: 'ada@example.com', values: {} });
    await cancelEvents(bundle.db, {});
    await bundle.start({ env: { HUBSPOT_ENABLED: 'false' } });
    await spoke.redrive(bundle.db, { ids: [event] });
    await waitFor(async () => (await bundle.events())[0]?.state === 'pending', { timeout: 30_000 });
    expect((await bundle.events())[0]).toMatchObject({ attempt_count: 0, processed_at: null });
  });

  it('are refused with an unknown handle or filter', async () => {
    const spoke = createSpoke({ log: silentLogger, config: testConfig });
    await expect(spoke.redrive({}, {})).rejects.toMatchObject({
      code: 'OUTBOX_HANDLE_UNKNOWN',
      message: expect.stringContaining('redrive was given an object'),
    });
    // @ts-expect-error The config has no such type.
    await expect(spoke.redrive({}, { types: ['contact_sett'] })).rejects.toThrow();
    await expect(spoke.redrive({}, { ids: [] })).rejects.toMatchObject({ code: 'REDRIVE_INVALID' });
  });
});
