import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const STATIC = 'pat-na1-project-app';
const EVENTS = '/integrators/timeline/2026-03/events';

let portal: TestPortal;
let id: string;
beforeEach(async () => {
  portal = await startPortal({
    portalId: 4242,
    apps: [
      {
        clientId: 'approved',
        clientSecret: 's',
        appId: 700,
        name: 'Rewards',
        eventTypes: [
          { name: 'plan_changed', properties: ['plan'], headerTemplate: 'Plan is now {{plan}}' },
          { name: 'visited', objectType: 'companies' },
        ],
      },
      { clientId: 'plain', clientSecret: 's', appId: 800 },
    ],
    tokens: [
      { token: STATIC, appId: 700, scopes: ['timeline.write', 'crm.objects.contacts.read'] },
      { token: 'no-scope', appId: 700, scopes: ['crm.objects.contacts.read'] },
      { token: 'plain', appId: 800 },
    ],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
  [id = ''] = portal.simulator.insert('contacts', [{ email: 'ada@example.com' }]);
});
afterEach(() => portal.simulator.stop());

const event = (more: Record<string, unknown> = {}) => ({
  eventTypeName: 'plan_changed',
  id: 'e-1',
  objectId: id,
  properties: { plan: 'pro' },
  timestamp: '2026-11-22T10:00:00.000Z',
  ...more,
});
const post = (path: string, body: unknown, token = STATIC) =>
  portal.call('POST', path, body, { authorization: `Bearer ${token}` });
const send = (more: Record<string, unknown> = {}) => post(EVENTS, event(more));
const batch = (inputs: unknown[]) => post(`${EVENTS}/batch`, { inputs });
const taken = () => portal.simulator.appEvents();
async function oauthToken(clientId: string): Promise<string> {
  const redirectUri = 'https://app.example.com/';
  const code = portal.simulator.authorize({ clientId, redirectUri, scopes: ['timeline'] });
  const fields = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    client_secret: 's',
  };
  const { body } = await portal.call('POST', '/oauth/2026-09/token', new URLSearchParams(fields).toString());
  return String(body.access_token);
}

describe('an app event', () => {
  it.each(['v4', '2026-03', '2026-09'])('is taken by %s and shown', async (version) => {
    const answer = await post(`/integrators/timeline/${version}/events`, event());
    expect(answer).toMatchObject({
      status: 201,
      body: { id: 'e-1', eventTypeName: 'plan_changed', objectId: id, properties: { plan: 'pro' } },
    });
    expect(taken()).toMatchObject([
      { appId: 700, type: 'plan_changed', title: 'Plan is now pro', at: Date.parse('2026-11-22T10:00:00Z') },
    ]);
  });

  it('is refused with 409 when its id was used, for each type by itself', async () => {
    const company = portal.simulator.insert('companies', [{ name: 'Acme', domain: 'acme.example' }])[0];
    await send();
    expect(await send({ properties: { plan: 'free' } })).toMatchObject({
      status: 409,
      body: { category: 'CONFLICT' },
    });
    expect((await send({ eventTypeName: 'visited', objectId: company })).status).toBe(201);
    expect(taken()).toHaveLength(2);
  });

  it('finds its record by id, address or domain', async () => {
    const [company] = portal.simulator.insert('companies', [{ name: 'Acme', domain: 'acme.example' }]);
    await send({ objectId: undefined, email: 'ADA@example.com' });
    await send({ eventTypeName: 'visited', id: 'e-2', objectId: undefined, domain: 'Acme.example' });
    expect(taken().map(({ objectId }) => objectId)).toEqual([id, company]);
  });

  it('makes the contact of an address that nobody has, unless the portal is set otherwise', async () => {
    const unknown = { objectId: undefined, email: 'new@example.com' };
    await send(unknown);
    const [, made] = portal.simulator.records('contacts');
    expect(made?.properties.email).toBe('new@example.com');
    expect(taken()[0]?.objectId).toBe(made?.id);
    portal.simulator.setBehaviour({ appEventUnknownEmail: 'refuse' });
    expect((await send({ ...unknown, email: 'other@example.com', id: 'e-2' })).status).toBe(404);
    expect(portal.simulator.records('contacts')).toHaveLength(2);
  });

  it.each([
    [{ eventTypeName: 'nothing' }, 400, 'event type'],
    [{ id: undefined }, 400, '[id]'],
    [{ objectId: undefined }, 400, 'objectId'],
    [{ objectId: '1' }, 404, 'record'],
    [{ properties: { colour: 'red' } }, 400, 'colour'],
    [{ properties: 'red' }, 400, 'properties'],
    [{ timestamp: 'yesterday' }, 400, 'timestamp'],
    [{ timestamp: 1e21 }, 400, 'timestamp'],
    [{ objectId: undefined, email: 'nobody' }, 400, 'nobody'],
  ])('with %j is %i', async (more, status, message) => {
    expect(await send(more)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
    expect(taken()).toEqual([]);
  });
});

it('takes an object in the place of a text for a word, whatever it answers to', async () => {
  const odd = { toString: ';', valueOf: null };
  expect((await send({ properties: { plan: odd } })).status).toBe(201);
  expect(taken()).toMatchObject([{ properties: { plan: '[object]' } }]);
});

describe('a batch', () => {
  it('is taken whole', async () => {
    const answer = await batch([event(), event({ id: 'e-2' })]);
    expect(answer).toMatchObject({
      status: 201,
      body: { status: 'COMPLETE', results: [{ id: 'e-1' }, { id: 'e-2' }] },
    });
  });

  it.each([
    ['a known id', { id: 'known' }, 409],
    ['an id twice', { id: 'e-2' }, 409],
    ['an unknown type', { id: 'e-3', eventTypeName: 'nothing' }, 400],
    ['an unknown record', { id: 'e-3', objectId: '1' }, 404],
  ])('with %s is refused whole', async (_, more, status) => {
    await send({ id: 'known' });
    const fresh = event({ id: 'e-2', objectId: undefined, email: 'new@example.com' });
    expect((await batch([fresh, event(more)])).status).toBe(status);
    expect(taken()).toHaveLength(1);
    expect(portal.simulator.records('contacts')).toHaveLength(1);
  });

  it('makes one contact of an address that stands in several events', async () => {
    const to = { objectId: undefined, email: 'new@example.com' };
    expect((await batch([event(to), event({ ...to, id: 'e-2' })])).status).toBe(201);
    expect(new Set(taken().map(({ objectId }) => objectId)).size).toBe(1);
  });

  it('holds 500 events', async () => {
    const inputs = Array.from({ length: 501 }, (_, place) => event({ id: `e-${place}` }));
    expect((await batch(inputs)).status).toBe(400);
    expect((await batch(inputs.slice(1))).status).toBe(201);
  });
});

describe('who may write on timelines', () => {
  it.each([
    ['a service key with all scopes', () => portal.simulator.token, EVENTS, 403],
    ['an app without approved event types', () => 'plain', EVENTS, 403],
    ['an app without the scope', () => 'no-scope', EVENTS, 403],
    ['an approved app with static auth', () => STATIC, EVENTS, 201],
    ['an approved app with OAuth', () => oauthToken('approved'), EVENTS, 201],
    ['v3: an app with static auth', () => STATIC, '/integrators/timeline/v3/events', 403],
    // Let in, and then told that it has no such template.
    ['v3: any app with OAuth', () => oauthToken('plain'), '/integrators/timeline/v3/events', 400],
  ])('%s: %s', async (_, tokenOf, path, status) => {
    expect((await post(path, event(), await tokenOf())).status).toBe(status);
  });

  it('is told the scope that is missing', async () => {
    expect((await post(EVENTS, event(), portal.simulator.token)).body).toMatchObject({
      category: 'MISSING_SCOPES',
      errors: [{ context: { requiredGranularScopes: ['timeline', 'timeline.write'] } }],
    });
  });
});

describe('v3', () => {
  const KEY = 'hapikey=00000000-0000-4000-8000-000000000002';
  const TEMPLATES = '/integrators/timeline/v3/800/event-templates';
  const V3 = '/integrators/timeline/v3/events';
  const NEW = {
    name: 'Plan',
    objectType: 'CONTACTS',
    headerTemplate: 'Now on {{ plan }}',
    tokens: [{ name: 'plan', label: 'Plan', type: 'string', objectPropertyName: 'city' }],
  };
  const develop = (method: string, path: string, body?: unknown) =>
    portal.call(method, `${path}?${KEY}`, body, { authorization: null });
  const newTemplate = async () => (await develop('POST', TEMPLATES, NEW)).body.id;

  it('templates are made, read, changed and removed by the developer', async () => {
    const templateId = await newTemplate();
    const one = `${TEMPLATES}/${templateId}`;
    expect((await develop('GET', one)).body).toMatchObject({ id: templateId, appId: 800, name: 'Plan' });
    expect((await develop('PUT', one, { name: 'Other' })).body).toMatchObject({
      name: 'Other',
      objectType: 'CONTACTS',
      tokens: [{ name: 'plan' }],
    });
    expect((await develop('GET', TEMPLATES)).body.results).toHaveLength(1);
    expect((await develop('DELETE', one)).status).toBe(204);
    expect((await develop('GET', one)).status).toBe(404);
    expect((await develop('POST', TEMPLATES, {})).status).toBe(400);
  });

  it('tokens are added, changed and removed', async () => {
    const tokens = `${TEMPLATES}/${await newTemplate()}/tokens`;
    expect((await develop('POST', tokens, { name: 'seats', type: 'number' })).status).toBe(200);
    expect((await develop('POST', tokens, { name: 'seats' })).status).toBe(409);
    expect((await develop('PUT', `${tokens}/seats`, { label: 'Seats' })).body).toMatchObject({
      name: 'seats',
      label: 'Seats',
    });
    expect((await develop('DELETE', `${tokens}/seats`)).status).toBe(204);
    expect((await develop('DELETE', `${tokens}/seats`)).status).toBe(404);
  });

  it.each([
    ['no key', null, 401],
    ['another app’s token', `Bearer ${STATIC}`, 403],
    ['the app’s own token', 'Bearer plain', 200],
  ])('templates with %s: %s gives %i', async (_, authorization, status) => {
    expect((await portal.call('GET', TEMPLATES, undefined, { authorization })).status).toBe(status);
  });

  it('an event fills its template and the property of the contact', async () => {
    const eventTemplateId = await newTemplate();
    const token = await oauthToken('plain');
    const body = { eventTemplateId, id: 'e-1', email: 'ada@example.com', tokens: { plan: 'Rome' } };
    expect(await post(V3, body, token)).toMatchObject({
      status: 201,
      body: { eventTemplateId, id: 'e-1', objectId: id, tokens: { plan: 'Rome' } },
    });
    expect(taken()).toMatchObject([{ title: 'Now on Rome' }]);
    expect(portal.simulator.record('contacts', id)?.properties.city).toBe('Rome');
    expect((await post(V3, body, token)).status).toBe(409);
    const path = `${V3}/${eventTemplateId}/e-1`;
    const read = await portal.call('GET', path, undefined, { authorization: `Bearer ${token}` });
    expect(read.body).toMatchObject({ id: 'e-1', tokens: { plan: 'Rome' } });
  });

  it('events need no id, and an unknown address makes a contact', async () => {
    const eventTemplateId = await newTemplate();
    const inputs = ['a', 'b'].map((name) => ({
      eventTemplateId,
      email: `${name}@example.com`,
      tokens: { plan: 'x' },
    }));
    const answer = await post(`${V3}/batch/create`, { inputs }, await oauthToken('plain'));
    expect(answer.status).toBe(201);
    expect(new Set(answer.body.results.map((each) => each.id)).size).toBe(2);
    expect(portal.simulator.records('contacts')).toHaveLength(3);
  });
});

it('the admin endpoints tell what came in; an erased contact’s is gone, its id stays used', async () => {
  await send();
  expect((await portal.admin('GET', 'app-events/700')).body.results).toHaveLength(1);
  expect((await portal.admin('GET', 'app-events/800')).body.results).toEqual([]);
  await portal.call('POST', `${CONTACTS}/gdpr-delete`, { objectId: id });
  expect((await portal.admin('GET', 'app-events')).body.results).toEqual([]);
  expect((await send({ objectId: undefined, email: 'ada@example.com' })).status).toBe(409);
});
