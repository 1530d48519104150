import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type FaultPlan, startSimulator } from '../../simulator/index.ts';
import { describePostgres, testDatabase } from '../../test/support/database.ts';
import { freePort } from '../../test/support/free-port.ts';
import { provision } from '../../test/support/provision.ts';
import { cli, startCli } from '../../test/support/run-cli.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { createLeads, TABLES } from './leads.ts';
import { startServer } from './server.ts';
import config from './spoke.config.ts';

const CONFIG = fileURLToPath(new URL('./spoke.config.ts', import.meta.url));
const LIMIT_MS = 60_000;
const ADA = {
  email: 'Ada@example.com',
  firstname: 'ADA',
  phone: '+44 20 7946 0000',
  message: 'Call me <please>',
};
/** As HubSpot refuses a value. */
const REFUSAL: FaultPlan = {
  at: 'before',
  match: { path: '/contacts/batch/upsert' },
  do: 'status',
  status: 400,
  body: {
    status: 'error',
    category: 'VALIDATION_ERROR',
    message: 'Property values were not valid: phone is not allowed',
    correlationId: '00000000-0000-4000-8000-000000000000',
  },
};

const rowSchema = z.object({
  id: z.string(),
  hubspot_id: z.string().nullable(),
  hubspot_sync_status: z.string(),
  hubspot_synced_at: z.string().nullable(),
  hubspot_error: z.string().nullable(),
  hubspot_sync_attempts: z.number(),
  last_hubspot_attempt_at: z.string().nullable(),
});

/** The application with its database, a portal and a worker. */
async function setup(faults: FaultPlan[] = []) {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none' });
  onTestFinished(() => simulator.stop());
  await provision(simulator, config);
  simulator.setFaults(faults);
  const pool = new pg.Pool({ connectionString: database.url, max: 3 });
  onTestFinished(() => pool.end());
  await pool.query(TABLES);
  const leads = createLeads(config, database.schema);
  const server = await startServer({ pool, leads, port: 0 });
  onTestFinished(() => server.stop());
  const spokePort = await freePort();
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    SPOKE_CONFIG: CONFIG,
    SPOKE_LOG_LEVEL: 'debug',
    SPOKE_POLL_INTERVAL: '0.2',
    SPOKE_HTTP_PORT: String(spokePort),
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
    HUBSPOT_RETRY_DELAY: '20',
  };
  const post = async (url: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.status, json: z.record(z.string(), z.unknown()).parse(await answer.json()) };
  };
  const row = async (id: unknown) => rowSchema.parse(await (await fetch(`${server.url}/leads/${id}`)).json());
  return {
    simulator,
    pool,
    leads,
    database,
    post: (path: string, body: unknown) => post(`${server.url}${path}`, body),
    row,
    /** Looks until the lead's row has this status. */
    until: (id: unknown, status: string) =>
      waitFor(
        async () => {
          const found = await row(id);
          return found.hubspot_sync_status === status && found;
        },
        { timeout: LIMIT_MS, interval: 20, what: `the lead to be ${status}` },
      ),
    work: () => startCli(['start'], { env }),
    /** Asks Spoke's own server to put failed leads back. */
    async resync(body: object) {
      const scopes = ['--name', 'crm', '--scope', 'redrive:write'];
      const { stdout: key } = await cli(['keys', 'create', ...scopes], { env });
      return post(`http://127.0.0.1:${spokePort}/internal/leads/resync-failed`, body, {
        authorization: `Bearer ${key.trim()}`,
      });
    },
    upserts: () => simulator.journal().filter(({ path }) => path.includes('/contacts/batch/upsert')),
  };
}

describePostgres('lead-sync', { timeout: 2 * LIMIT_MS }, () => {
  it('takes a lead while HubSpot is away, and shows in its row when it has arrived', async () => {
    const { post, row, until, work, simulator } = await setup();
    const { status, json } = await post('/leads', ADA);
    expect(status).toBe(201);
    expect(await row(json.id)).toMatchObject({ hubspot_sync_status: 'PENDING', hubspot_sync_attempts: 0 });
    const worker = work();
    const synced = await until(json.id, 'SYNCED');
    const [contact, ...others] = simulator.records('contacts');
    expect(others).toEqual([]);
    expect(contact?.properties).toMatchObject({
      email: 'ada@example.com',
      firstname: 'Ada',
      phone: '+44 20 7946 0000',
    });
    expect(simulator.records('notes')[0]?.properties.hs_note_body).toContain('Call me &lt;please&gt;');
    expect(synced).toMatchObject({
      hubspot_id: contact?.id,
      hubspot_synced_at: expect.any(String),
      hubspot_error: null,
      hubspot_sync_attempts: 1,
      last_hubspot_attempt_at: expect.any(String),
    });
    const { stderr } = await worker.stop();
    expect(stderr).not.toContain(simulator.token);
    expect(stderr.toLowerCase()).not.toContain('ada@example.com');
  });

  it('shows a refusal with its reason, tries it no second time, and again when it is told to', async () => {
    const { post, row, until, work, simulator, resync, upserts } = await setup([REFUSAL]);
    const { json } = await post('/leads', ADA);
    work();
    expect(await until(json.id, 'FAILED')).toMatchObject({
      hubspot_id: null,
      hubspot_error: expect.stringContaining('phone is not allowed'),
      hubspot_sync_attempts: 1,
    });
    expect(upserts()).toHaveLength(1);
    simulator.setFaults([]);
    expect(await resync({})).toMatchObject({ status: 202, json: { count: 1 } });
    const synced = await until(json.id, 'SYNCED');
    expect(synced).toMatchObject({ hubspot_error: null, hubspot_id: simulator.records('contacts')[0]?.id });
    expect(await row(json.id)).toEqual(synced);
  });

  it('tries an error of HubSpot again, and makes no second contact', async () => {
    const { post, until, work, simulator } = await setup([
      { at: 'before', match: { path: '/contacts/' }, do: 'status', status: 503, times: 1 },
      { at: 'after-apply', match: { path: '/contacts/' }, do: 'status', status: 502, times: 1 },
    ]);
    const { json } = await post('/leads', ADA);
    work();
    const { hubspot_sync_attempts: attempts } = await until(json.id, 'SYNCED');
    expect(attempts).toBeGreaterThanOrEqual(2);
    expect(simulator.records('contacts')).toHaveLength(1);
    expect(simulator.records('notes')).toHaveLength(1);
  });

  it('waits as long as HubSpot asks for', async () => {
    const { post, until, work, upserts } = await setup([
      {
        at: 'before',
        match: { path: '/contacts/' },
        do: 'status',
        status: 429,
        headers: { 'retry-after': '1' },
        times: 1,
      },
    ]);
    const { json } = await post('/leads', ADA);
    work();
    await until(json.id, 'SYNCED');
    const [first, second] = upserts();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('leaves nothing of a transaction that rolls back', async () => {
    const { pool, leads, database } = await setup();
    const client = await pool.connect();
    await client.query('begin');
    await leads.add(client, ADA);
    await client.query('rollback');
    client.release();
    expect((await pool.query('select 1 from lead_sync.leads')).rows).toEqual([]);
    expect(await database.db.query('select 1 from {schema}.outbox_events')).toEqual([]);
  });

  it('keeps a lead whose address cannot be used, and says why', async () => {
    const { post, until, work } = await setup();
    const { status, json } = await post('/leads', { email: 'nobody at home' });
    expect(status).toBe(201);
    work();
    expect(await until(json.id, 'FAILED')).toMatchObject({
      hubspot_error: expect.stringContaining('EMAIL_UNUSABLE'),
      hubspot_sync_attempts: 0,
    });
  });

  it('sends forms by the mapping that they have in JSON', async () => {
    const { post, work, simulator } = await setup();
    const answer = await post('/forms/demo_request', {
      firstName: 'GRACE',
      email: 'grace@example.com',
      jobTitle: 'Admiral',
      serviceInterests: ['consulting', 'training'],
      unmapped: 'stays here',
    });
    expect(answer.status).toBe(202);
    work();
    const contact = await waitFor(() => simulator.records('contacts')[0], { timeout: LIMIT_MS });
    expect(contact.properties).toMatchObject({
      email: 'grace@example.com',
      firstname: 'Grace',
      jobtitle: 'Admiral',
      service_interest: 'consulting;training',
      form_type: 'demo_request',
      lifecyclestage: 'salesqualifiedlead',
    });
  });

  it.each<[string, string, unknown, number, object]>([
    ['no address', '/leads', { firstname: 'Ada' }, 422, { fields: { email: expect.any(String) } }],
    ['a field that is none', '/leads', { ...ADA, role: 'admin' }, 422, { error: 'some fields do not fit' }],
    ['no JSON', '/leads', '{', 400, { error: 'the body is no JSON' }],
    [
      'a body without end',
      '/leads',
      `"${'x'.repeat(70_000)}"`,
      413,
      { error: expect.stringContaining('65536') },
    ],
    ['a form that is none', '/forms/nope', {}, 404, { error: 'there is no form nope' }],
    [
      'a form without an address',
      '/forms/quote_request',
      {},
      422,
      { error: expect.stringContaining('email') },
    ],
    ['another path', '/lead', {}, 404, { error: 'not found' }],
  ])('refuses %s', async (_, path, body, status, json) => {
    const { post, pool } = await setup();
    expect(await post(path, body)).toMatchObject({ status, json });
    expect((await pool.query('select 1 from lead_sync.leads')).rows).toEqual([]);
  });
});
