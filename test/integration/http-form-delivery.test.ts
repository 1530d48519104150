import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../src/config/define-config.ts';
import { createApiKey } from '../../src/http/api-keys.ts';
import { contactForm, demoRequestForm } from '../../src/mapping/index.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';
import { messyRows } from '../support/messy-rows.ts';
import { provision } from '../support/provision.ts';
import { setup } from '../support/setup.ts';

const LONG = 60_000;
const ROWS = 300;

const config = defineConfig({
  events: {},
  forms: { contact: contactForm(), demo_request: demoRequestForm() },
  website: {
    minFillMs: 0,
    limits: { perAddress: { count: 100_000, seconds: 60 }, perEmail: { count: 100_000, seconds: 60 } },
  },
});

const DEMO = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.com',
  company: 'Engines',
  projectDetails: 'A machine.',
};

describe.each(databaseKinds)('a form posted to a running Spoke on %s', { timeout: LONG }, (kind) => {
  async function place() {
    const bundle = await setup({ database: await testDatabaseOf(kind) });
    await provision(bundle.simulator, config);
    const app = await bundle.start({ config, env: { SPOKE_HTTP_PORT: '0', SPOKE_POLL_INTERVAL: '0.2' } });
    const ask = async (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) => {
      const response = await fetch(`${app.httpUrl}${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // biome-ignore lint/suspicious/noExplicitAny: the tests look at any part of an answer
      return { status: response.status, json: (await response.json()) as any };
    };
    return {
      ...bundle,
      app,
      ask,
      post: (path: string, body: unknown, headers = {}) => ask('POST', path, body, headers),
    };
  }

  it('is delivered while it is waited for, and its status has the same ids', async () => {
    const { ask, post, simulator } = await place();
    const body = { ...DEMO, _id: randomUUID() };
    const { status, json } = await post('/api/demo-request', body, { prefer: 'respond-async, wait=15' });
    expect(status).toBe(201);
    const [contact] = simulator.records('contacts');
    const [deal] = simulator.records('deals');
    const ids = { contactId: contact?.id, dealId: deal?.id };
    expect(json).toMatchObject({ success: true, status: 'delivered', ...ids });
    expect((await ask('GET', json.statusUrl)).json).toEqual({
      submissionId: body._id,
      status: 'delivered',
      ...ids,
    });
    expect(await post('/api/demo-request', body, { prefer: 'wait=5' })).toMatchObject({ status: 200, json });
    expect(simulator.records('deals')).toHaveLength(1);
  });

  it('is taken as ever while every call to HubSpot fails, and delivered once that ends', async () => {
    const { db, post, simulator, idle } = await place();
    simulator.setFaults([{ do: 'status', status: 503 }]);
    const statuses: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      const { status, json } = await post('/api/contact', {
        ...DEMO,
        message: 'Hi',
        email: `v${n}@example.com`,
      });
      statuses.push(`${status} ${json.status}`);
    }
    expect(new Set(statuses)).toEqual(new Set(['201 received']));
    expect(simulator.records('contacts')).toEqual([]);
    simulator.setFaults([]);
    await idle(LONG / 2);
    expect(simulator.records('contacts')).toHaveLength(20);
    expect(await db.query('select state, count(*) from {schema}.outbox_events group by 1')).toEqual([
      { state: 'delivered', count: 20 },
    ]);
  });

  it('that looks like a program’s reaches the portal once a person has released it', async () => {
    const { ask, db, post, simulator, idle } = await place();
    const { json } = await post('/api/contact', { ...DEMO, message: 'Hi', _website: 'https://spam.example' });
    await post('/api/contact', { ...DEMO, message: 'Hi', email: 'bob@example.com' });
    await idle();
    expect(simulator.records('contacts').map(({ properties }) => properties.email)).toEqual([
      'bob@example.com',
    ]);
    const { key } = await createApiKey(db, { name: 'desk', scopes: ['submissions:write'] });
    await ask('POST', `/submissions/${json.submissionId}/release`, undefined, {
      authorization: `Bearer ${key}`,
    });
    await idle();
    expect(simulator.records('contacts')).toHaveLength(2);
    expect((await ask('GET', json.statusUrl)).json).toMatchObject({ status: 'delivered' });
  });

  it('is counted by form and outcome', async () => {
    const { app, db, post, idle } = await place();
    const body = { ...DEMO, message: 'Hi', _id: randomUUID() };
    await post('/api/contact', body);
    await post('/api/contact', body);
    await post('/api/contact', { ...body, message: 'Other' });
    await post('/api/contact', { ...DEMO, message: 'Hi', _website: 'x' });
    await post('/api/demo-request', { email: 'x' });
    await idle();
    const { key } = await createApiKey(db, { name: 'prometheus', scopes: ['metrics:read'] });
    const response = await fetch(`${app.httpUrl}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    const lines = (await response.text())
      .split('\n')
      .filter((line) => line.startsWith('spoke_submissions_total{'));
    expect(lines.sort()).toEqual([
      'spoke_submissions_total{form="contact",outcome="accepted"} 1',
      'spoke_submissions_total{form="contact",outcome="conflict"} 1',
      'spoke_submissions_total{form="contact",outcome="quarantined"} 1',
      'spoke_submissions_total{form="contact",outcome="repeated"} 1',
      'spoke_submissions_total{form="demo_request",outcome="invalid"} 1',
    ]);
  });

  it('is stored as it was sent, less control characters, whatever it holds', async () => {
    const { db, post } = await place();
    const fields = Object.keys(config.forms?.contact?.fields ?? {});
    const outcomes = { stored: 0, refused: 0 };
    for (const row of messyRows(ROWS, 7)) {
      const _id = randomUUID();
      const { status, json } = await post('/api/contact', { ...row, _id });
      const [stored] = await db.query<{ raw: Record<string, unknown> }>(
        'select raw from {schema}.submissions where id = $1::text::uuid',
        [_id],
      );
      if (status === 201) {
        outcomes.stored += 1;
        expect(stored?.raw).toEqual(
          Object.fromEntries(
            Object.entries(row).flatMap(([name, value]) =>
              fields.includes(name) ? [[name, lessControl(value)]] : [],
            ),
          ),
        );
      } else {
        outcomes.refused += 1;
        expect(status).toBe(422);
        expect(json.code).toBe('SUBMISSION_INVALID');
        for (const name of Object.keys(json.fields)) expect(fields).toContain(name);
        expect(stored).toBeUndefined();
      }
    }
    expect(outcomes.stored).toBeGreaterThan(ROWS / 10);
    expect(outcomes.refused).toBeGreaterThan(ROWS / 10);
  });
});

function lessControl(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  // By Unicode's own category, but for the three that lay text out; half of a pair is no character.
  return value.toWellFormed().replace(/(?![\t\n\r])\p{Cc}/gu, '');
}
