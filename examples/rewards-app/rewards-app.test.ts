import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../simulator/index.ts';
import { describePostgres, testDatabase } from '../../test/support/database.ts';
import { startCli } from '../../test/support/run-cli.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { createRewards, TABLES } from './rewards.ts';
import config from './spoke.config.ts';

const CONFIG = fileURLToPath(new URL('./spoke.config.ts', import.meta.url));
const LIMIT_MS = 60_000;
const ADA = { id: 'd-1', email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', city: 'London' };
const ALAN = {
  id: 'd-2',
  email: 'alan@example.com',
  firstName: 'Alan',
  lastName: 'Turing',
  city: 'Bletchley',
};

/** The application with a database and a portal, and a worker that is started when it is asked to deliver. */
async function setup() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none' });
  onTestFinished(() => simulator.stop());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(TABLES);
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    SPOKE_CONFIG: CONFIG,
    SPOKE_LOG_LEVEL: 'error',
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
  };
  return {
    client,
    schema: database.schema,
    rewards: createRewards(config, database.schema),
    /** Contacts by address, with the titles of their notes. */
    async delivered(): Promise<Record<string, string[]>> {
      const worker = startCli(['start'], { env });
      const waiting = 'select 1 from {schema}.outbox_events where processed_at is null';
      await waitFor(async () => (await database.db.query(waiting)).length === 0, { timeout: LIMIT_MS });
      await worker.stop();
      const contacts = simulator.records('contacts');
      const notes = simulator.records('notes');
      const titles = (contactId: string) =>
        notes
          .filter(({ associations }) => associations.contacts?.some(({ id }) => id === contactId))
          .map(({ properties }) => /<strong>(.*?)<\/strong>/.exec(properties.hs_note_body ?? '')?.[1] ?? '');
      return Object.fromEntries(contacts.map(({ id, properties }) => [properties.email, titles(id)]));
    },
  };
}

describePostgres('rewards-app', { timeout: 2 * LIMIT_MS }, () => {
  it('brings what committed to the portal, and nothing of what rolled back', async () => {
    const { client, rewards, delivered } = await setup();
    await client.query('begin');
    await rewards.signUp(client, ADA);
    await rewards.earn(client, ADA, 25, 'Charging session');
    await client.query('commit');
    await client.query('begin');
    await rewards.signUp(client, ALAN);
    await rewards.redeem(client, ADA, 10, 'Corner Café', 'r-1');
    await client.query('rollback');
    expect(await delivered()).toEqual({ 'ada@example.com': ['Signed up as a driver', 'Earned 25 Nova'] });
    expect((await client.query('select id, nova from rewards.drivers')).rows).toEqual([
      { id: 'd-1', nova: 25 },
    ]);
  });

  it("keeps the application's own rows when an event cannot be delivered", async () => {
    const { client, rewards, delivered, schema } = await setup();
    await client.query('begin');
    await rewards.signUp(client, { ...ADA, email: 'not an address' });
    await rewards.signUp(client, ALAN);
    await client.query('commit');
    expect(await delivered()).toEqual({ 'alan@example.com': ['Signed up as a driver'] });
    expect((await client.query('select id from rewards.drivers order by id')).rows).toHaveLength(2);
    const events = `select state, last_error_code as code from ${schema}.outbox_events order by id`;
    expect((await client.query(events)).rows).toEqual([
      { state: 'dead', code: 'EMAIL_UNUSABLE' },
      { state: 'delivered', code: null },
    ]);
  });
});
