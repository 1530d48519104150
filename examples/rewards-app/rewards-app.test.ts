import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type FaultPlan, type RecordSnapshot, startSimulator } from '../../simulator/index.ts';
import { describePostgres, testDatabase } from '../../test/support/database.ts';
import { provision } from '../../test/support/provision.ts';
import { startCli } from '../../test/support/run-cli.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { ENGAGED_STAGE, PIPELINE, REDEEMED } from './portal.ts';
import { createRewards, type Driver, type Merchant, TABLES } from './rewards.ts';
import config from './spoke.config.ts';

const CONFIG = fileURLToPath(new URL('./spoke.config.ts', import.meta.url));
const LIMIT_MS = 60_000;
const REDEMPTIONS = 1_000;
const DRIVERS = 400;
const MOST_CALLS = 60;

const ADA = { id: 'd-1', email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', city: 'London' };
const ALAN = {
  id: 'd-2',
  email: 'alan@example.com',
  firstName: 'Alan',
  lastName: 'Turing',
  city: 'Bletchley',
};
const CAFE: Merchant = {
  id: 'm-1',
  name: 'Corner Café',
  website: 'https://www.corner-cafe.example.com/menu',
};
const OWNER = { email: 'owner@corner-cafe.example.com', firstName: 'grace', lastName: 'HOPPER' };

/** Short times, and claims so small that faults have something to hit. */
const IN_TROUBLE = {
  SPOKE_LEASE: '4',
  SPOKE_SETTLE: '0.6',
  SPOKE_POLL_INTERVAL: '0.2',
  SPOKE_CLAIM_LANES: '3',
  SPOKE_CLAIM_EVENTS: '10',
  HUBSPOT_TIMEOUT: '1',
  HUBSPOT_RETRY_DELAY: '20',
  HUBSPOT_CB_THRESHOLD: '1000',
  HUBSPOT_RATE_LIMIT: '1000',
};

const stage = z.object({ id: z.string(), label: z.string() });
const Pipelines = z.object({ results: z.array(stage.extend({ stages: z.array(stage) })) });

/** The application with a database and a provisioned portal, and a worker that is started when it is asked to deliver. */
async function setup(faults: FaultPlan[] = [], settings: Readonly<Record<string, string>> = {}) {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none' });
  onTestFinished(() => simulator.stop());
  await provision(simulator, config);
  simulator.setFaults(faults);
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
    ...(faults.length > 0 ? IN_TROUBLE : {}),
    ...settings,
  };
  const records = (type: string) => simulator.records(type).filter(({ archived }) => !archived);
  const noteTitles = (type: string, id: string) =>
    records('notes')
      .filter(({ associations }) => associations[type]?.some((linked) => linked.id === id))
      .map(({ properties }) => /<strong>(.*?)<\/strong>/.exec(properties.hs_note_body ?? '')?.[1] ?? '');
  return {
    client,
    simulator,
    schema: database.schema,
    rewards: createRewards(config, database.schema),
    records,
    noteTitles,
    contact(email: string): RecordSnapshot | undefined {
      return records('contacts').find(({ properties }) => properties.email === email);
    },
    async inTransaction(work: () => Promise<void>): Promise<void> {
      await client.query('begin');
      await work();
      await client.query('commit');
    },
    /** Runs a worker until nothing waits. */
    async deliver(): Promise<void> {
      const worker = startCli(['start'], { env });
      const waiting = `select id, type, last_error_code, last_error from {schema}.outbox_events
        where processed_at is null limit 3`;
      await waitFor(async () => (await database.db.query(waiting)).length === 0, {
        timeout: LIMIT_MS,
      }).catch(async (error: unknown) => {
        const [rows, { stderr }] = [await database.db.query(waiting), await worker.stop()];
        throw new Error(`${JSON.stringify(rows)}; worker: ${stderr.slice(-2_000)}`, { cause: error });
      });
      await worker.stop();
    },
    /** Contacts by address, with the titles of their notes. */
    titlesByEmail(): Record<string, string[]> {
      return Object.fromEntries(
        records('contacts').map(({ id, properties }) => [properties.email, noteTitles('contacts', id)]),
      );
    },
  };
}

/** What the record holds of these properties. */
function held(
  record: RecordSnapshot | undefined,
  names: readonly string[],
): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, record?.properties[name]]));
}

describePostgres('rewards-app', { timeout: 2 * LIMIT_MS }, () => {
  it('brings what committed to the portal, and nothing of what rolled back', async () => {
    const { client, rewards, deliver, titlesByEmail, records } = await setup();
    await client.query('begin');
    await rewards.signUp(client, ADA);
    await rewards.earn(client, ADA, 25, 'Charging session');
    await client.query('commit');
    await client.query('begin');
    await rewards.signUp(client, ALAN);
    await rewards.redeem(client, ADA, CAFE, { id: 'r-1', amount: 10 });
    await client.query('rollback');
    await deliver();
    expect(titlesByEmail()).toEqual({ 'ada@example.com': ['Signed up as a driver', 'Earned 25 Nova'] });
    expect(records('deals')).toEqual([]);
    expect((await client.query('select id, nova from rewards.drivers')).rows).toEqual([
      { id: 'd-1', nova: 25 },
    ]);
  });

  it("keeps the application's own rows when an event cannot be delivered", async () => {
    const { client, rewards, deliver, titlesByEmail, schema } = await setup();
    await client.query('begin');
    await rewards.signUp(client, { ...ADA, email: 'not an address' });
    await rewards.signUp(client, ALAN);
    await client.query('commit');
    await deliver();
    expect(titlesByEmail()).toEqual({ 'alan@example.com': ['Signed up as a driver'] });
    expect((await client.query('select id from rewards.drivers order by id')).rows).toHaveLength(2);
    const events = `select state, last_error_code as code from ${schema}.outbox_events order by id`;
    expect((await client.query(events)).rows).toEqual([
      { state: 'dead', code: 'EMAIL_UNUSABLE' },
      { state: 'delivered', code: null },
    ]);
  });

  it('shows on the contact what a driver has done, in sums, counts and dates', async () => {
    const { client, rewards, deliver, contact, inTransaction, noteTitles, schema } = await setup();
    await inTransaction(async () => {
      await rewards.signUp(client, ADA);
      await rewards.installPass(client, ADA, 'apple');
      await rewards.earn(client, ADA, 25, 'Charging session');
      await rewards.earn(client, ADA, 30, 'Referral');
    });
    await deliver();
    await inTransaction(async () => {
      await rewards.earn(client, ADA, 45, 'Off-peak bonus');
    });
    await deliver();
    const { rows } = await client.query(
      `select type, occurred_at as at from ${schema}.outbox_events order by id`,
    );
    const times = (type: string) =>
      rows.filter((row) => row.type === type).map((row) => row.at.toISOString() as string);
    const [firstEarned, , lastEarned] = times('nova_earned');
    const ada = contact('ada@example.com');
    expect(ada?.properties).toMatchObject({
      firstname: 'Ada',
      lastname: 'Lovelace',
      city: 'London',
      driver_id: 'd-1',
      lifecyclestage: 'lead',
      wallet_pass: 'apple',
      wallet_pass_installed_at: times('wallet_pass_installed')[0],
      nova_earned_total: '100',
      first_nova_earned_at: firstEarned,
      last_nova_earned_at: lastEarned,
    });
    expect(held(ada, ['nova_redeemed_total', 'exclusives_completed'])).toEqual({});
    expect(noteTitles('contacts', ada?.id ?? '')).toEqual([
      'Signed up as a driver',
      'Wallet pass installed',
      'Earned 25 Nova',
      'Earned 30 Nova',
      'Earned 45 Nova',
    ]);
  });

  it('makes a redemption a deal of the driver and the merchant, in its stage', async () => {
    const { client, simulator, rewards, deliver, contact, inTransaction, records, noteTitles, schema } =
      await setup();
    await inTransaction(async () => {
      await rewards.signUp(client, ADA);
      await rewards.redeem(client, ADA, CAFE, { id: 'r-1', amount: 10 });
      await rewards.redeem(client, ADA, CAFE, { id: 'r-2', amount: 15 });
    });
    await deliver();
    const ada = contact('ada@example.com');
    const [company] = records('companies');
    expect(ada?.properties).toMatchObject({
      nova_redeemed_total: '25',
      nova_redemptions: '2',
      lifecyclestage: 'customer',
    });
    const { rows } = await client.query(
      `select occurred_at as at from ${schema}.outbox_events where type = 'nova_redeemed' order by id`,
    );
    expect([ada?.properties.first_nova_redeemed_at, ada?.properties.last_nova_redeemed_at]).toEqual(
      rows.map(({ at }) => at.toISOString()),
    );
    expect(records('companies')).toMatchObject([{ properties: { merchant_id: 'm-1', name: 'Corner Café' } }]);
    const { pipeline, stage } = await stageIn(simulator);
    expect(records('deals')).toMatchObject(
      [
        { redemption_id: 'r-1', dealname: '10 Nova at Corner Café', amount: '10' },
        { redemption_id: 'r-2', dealname: '15 Nova at Corner Café', amount: '15' },
      ].map((properties) => ({
        properties: { ...properties, pipeline, dealstage: stage },
        associations: { contacts: [{ id: ada?.id }], companies: [{ id: company?.id }] },
      })),
    );
    expect(noteTitles('contacts', ada?.id ?? '')).toEqual([
      'Signed up as a driver',
      'Redeemed 10 Nova',
      'First redemption',
      'Redeemed 15 Nova',
    ]);
  });

  it('counts exclusives, and moves the driver to the engaged stage with the first', async () => {
    const { client, rewards, deliver, contact, inTransaction } = await setup();
    await inTransaction(async () => {
      await rewards.signUp(client, ADA);
      await rewards.signUp(client, ALAN);
      await rewards.completeExclusive(client, ADA, CAFE, 'x-1');
    });
    await deliver();
    expect(contact('ada@example.com')?.properties).toMatchObject({
      exclusives_completed: '1',
      lifecyclestage: ENGAGED_STAGE,
    });
    expect(contact('alan@example.com')?.properties.lifecyclestage).toBe('lead');
    await inTransaction(async () => {
      await rewards.completeExclusive(client, ADA, CAFE, 'x-2');
      await rewards.redeem(client, ADA, CAFE, { id: 'r-1', amount: 10 });
    });
    await deliver();
    expect(contact('ada@example.com')?.properties).toMatchObject({
      exclusives_completed: '2',
      // Not back to customer, although the first redemption came later.
      lifecyclestage: ENGAGED_STAGE,
    });
  });

  it('counts nothing twice when the application repeats itself', async () => {
    const { client, rewards, deliver, contact, inTransaction, records } = await setup();
    await inTransaction(() => rewards.signUp(client, ADA));
    for (let n = 0; n < 3; n += 1) {
      await inTransaction(() => rewards.completeExclusive(client, ADA, CAFE, 'x-1'));
      await deliver();
    }
    await inTransaction(() => rewards.completeExclusive(client, ADA, CAFE, 'x-2'));
    await deliver();
    expect(contact('ada@example.com')?.properties.exclusives_completed).toBe('2');
    expect(records('notes')).toHaveLength(3);
  });

  it('counts exactly when answers of HubSpot are lost after its writes', async () => {
    const { client, simulator, rewards, deliver, contact, inTransaction, records } = await setup([
      { at: 'after-apply', do: 'status', status: 502, probability: 0.3, times: 8 },
    ]);
    const all = drivers(4);
    for (const driver of all) await inTransaction(() => rewards.signUp(client, driver));
    for (let n = 0; n < 5; n += 1) {
      for (const driver of all) {
        await inTransaction(async () => {
          await rewards.earn(client, driver, 5, 'Referral');
          await rewards.completeExclusive(client, driver, CAFE, `x-${n}`);
          if (n % 2 === 0) await rewards.redeem(client, driver, CAFE, { id: `${driver.id}-${n}`, amount: 2 });
        });
      }
    }
    await deliver();
    expect(simulator.faults().reduce((hits, fault) => hits + fault.hits, 0)).toBe(8);
    for (const { email } of all)
      expect(contact(email)?.properties).toMatchObject({
        nova_earned_total: '25',
        exclusives_completed: '5',
        nova_redemptions: '3',
        nova_redeemed_total: '6',
        lifecyclestage: ENGAGED_STAGE,
      });
    expect(records('contacts')).toHaveLength(4);
    expect(records('companies')).toHaveLength(1);
    expect(records('deals')).toHaveLength(12);
    // Sign-up, earned, exclusive, redeemed, first redemption.
    expect(records('notes')).toHaveLength(4 * (1 + 5 + 5 + 3 + 1));
  });

  it('links the person who enabled an exclusive with the merchant', async () => {
    const { client, rewards, deliver, contact, inTransaction, records, noteTitles } = await setup();
    await inTransaction(() => rewards.enableExclusive(client, CAFE, OWNER, 'x-1'));
    await deliver();
    const owner = contact(OWNER.email);
    expect(owner?.properties).toMatchObject({ firstname: 'Grace', lastname: 'Hopper' });
    const [company] = records('companies');
    expect(company?.properties).toMatchObject({
      merchant_id: 'm-1',
      name: 'Corner Café',
      domain: 'corner-cafe.example.com',
      exclusive_id: 'x-1',
    });
    expect(owner?.associations.companies?.map(({ id }) => id)).toEqual([company?.id]);
    expect(noteTitles('companies', company?.id ?? '')).toEqual(['Exclusive enabled']);
  });

  it(`takes at most ${MOST_CALLS} calls for ${REDEMPTIONS} redemptions`, async () => {
    // One claim after the other: with several at once it is a matter of luck how many of a claim's lanes wait for a company.
    const { client, simulator, rewards, deliver, records, inTransaction } = await setup([], {
      SPOKE_CONCURRENCY: '1',
    });
    const merchants = Array.from({ length: 20 }, (_, n) => ({ id: `m-${n}`, name: `Merchant ${n}` }));
    await inTransaction(async () => {
      for (const driver of drivers(DRIVERS)) await rewards.signUp(client, driver);
    });
    await deliver();
    const callsBefore = simulator.journal().length;
    await client.query('update rewards.drivers set redemptions = 1');
    await inTransaction(async () => {
      const all = drivers(DRIVERS);
      for (let n = 0; n < REDEMPTIONS; n += 1) {
        const [driver, merchant] = [all[n % DRIVERS], merchants[n % merchants.length]];
        if (driver && merchant) await rewards.redeem(client, driver, merchant, { id: `r-${n}`, amount: 10 });
      }
    });
    await deliver();
    const calls = simulator.journal().slice(callsBefore);
    console.log(`${REDEMPTIONS} redemptions of ${DRIVERS} drivers: ${calls.length} calls\n${byPath(calls)}`);
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS);
    expect(records('deals')).toHaveLength(REDEMPTIONS);
    for (const { associations } of records('deals'))
      expect([associations.contacts?.length, associations.companies?.length]).toEqual([1, 1]);
    expect(records('companies')).toHaveLength(merchants.length);
    expect(records('notes')).toHaveLength(DRIVERS + REDEMPTIONS);
    const redeemed = records('contacts').map(({ properties }) => Number(properties.nova_redeemed_total));
    expect(redeemed.reduce((sum, each) => sum + each, 0)).toBe(10 * REDEMPTIONS);
  });
});

function drivers(count: number): Driver[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `d-${n}`,
    email: `driver${n}@example.com`,
    firstName: 'Ada',
    lastName: 'Lovelace',
    city: 'Lyon',
  }));
}

function byPath(calls: readonly { method: string; path: string }[]): string {
  const counts = new Map<string, number>();
  for (const { method, path } of calls) {
    const call = `${method} ${path.split('?')[0]}`;
    counts.set(call, (counts.get(call) ?? 0) + 1);
  }
  return [...counts].map(([call, count]) => `  ${count} × ${call}`).join('\n');
}

/** The ids that the portal has given to pipeline and stage. */
async function stageIn(simulator: { readonly url: string; readonly token: string }) {
  const answer = await fetch(`${simulator.url}/crm/pipelines/2026-09/deals`, {
    headers: { authorization: `Bearer ${simulator.token}` },
  });
  const { results } = Pipelines.parse(await answer.json());
  const pipeline = results.find(({ label }) => label === PIPELINE);
  return { pipeline: pipeline?.id, stage: pipeline?.stages.find(({ label }) => label === REDEEMED)?.id };
}
