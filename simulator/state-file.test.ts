import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SimulatorOptions } from './index.ts';
import { CONTACTS, startPortal, type TestPortal, uniqueProperty, upserts } from './test-client.ts';
import { JOURNAL_SCOPES } from './tokens.ts';

let folder: string;
let file: string;
const running: TestPortal[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-state-'));
  file = join(folder, 'portal.ndjson');
});
afterEach(async () => {
  for (const portal of running.splice(0)) await portal.simulator.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: SimulatorOptions = {}): Promise<TestPortal> {
  const portal = await startPortal({ stateFile: file, behaviour: { recordHistory: true }, ...options });
  running.push(portal);
  return portal;
}

/** Stops the portal and starts another from what it saved. */
async function restart(portal: TestPortal, options: SimulatorOptions = {}): Promise<TestPortal> {
  running.splice(running.indexOf(portal), 1);
  await portal.simulator.stop();
  return start(options);
}

/** Everything of the first portal that the admin endpoints show and a state file keeps. */
async function shown(portal: TestPortal): Promise<unknown> {
  const { body: state } = await portal.admin('GET', 'state');
  const types = Object.keys(state.counts as object);
  const records: unknown[] = [];
  const definitions: unknown[] = [];
  for (const type of types) {
    const { body } = await portal.admin('GET', `records/${type}?limit=10000`);
    records.push(body);
    for (const { id } of body.results)
      records.push((await portal.admin('GET', `history/${type}/${id}`)).body);
    for (const path of [type, `${type}?archived=true`, `${type}/groups`])
      definitions.push((await portal.call('GET', `/crm/properties/2026-09/${path}`)).body);
  }
  const { portalId, counts, tokens } = state;
  return { portalId, counts, tokens, records, definitions };
}

it('a portal that is stopped and started again shows the same', async () => {
  const before = await start();
  before.simulator.setClock({ now: Date.UTC(2026, 0, 1), frozen: true });
  before.simulator.addToken({ token: 'second', scopes: ['oauth'], appName: 'Other', expiresAt: 5e12 });
  await before.call('POST', '/crm/properties/2026-09/contacts', uniqueProperty('member_no'));
  await before.call('POST', '/crm/properties/2026-09/contacts', { ...uniqueProperty('old'), label: 'Old' });
  await before.call('DELETE', '/crm/properties/2026-09/contacts/old');
  const { body } = await before.call(
    'POST',
    `${CONTACTS}/batch/upsert`,
    upserts([
      ['a@example.com', { firstname: 'Zoë\n"', member_no: '7' }],
      ['b@example.com', {}],
      ['c@example.com', { hs_additional_emails: 'd@example.com' }],
      ['gone@example.com', { member_no: '8' }],
    ]),
  );
  const [a, b, , gone] = body.results.map(({ id }) => id);
  await before.call('DELETE', `${CONTACTS}/${gone}`);
  await before.call('POST', `${CONTACTS}/merge`, { primaryObjectId: a, objectIdToMerge: b });
  const saw = await shown(before);

  const after = await restart(before);
  expect(await shown(after)).toEqual(saw);
  expect(after.simulator.now()).toBe(Date.UTC(2026, 0, 1));
  // What is not shown: ids that lead on, unique values, the next id.
  expect((await after.call('GET', `${CONTACTS}/${b}`)).body.properties.email).toBe('a@example.com');
  const again = await after.call(
    'POST',
    `${CONTACTS}/batch/upsert`,
    upserts([
      ['d@example.com', {}],
      ['new@example.com', { member_no: '8' }],
    ]),
  );
  expect(again.body.results).toMatchObject([
    { new: false, properties: { email: 'c@example.com' } },
    { new: true },
  ]);
  expect(Number(again.body.results[1]?.id)).toBeGreaterThan(Number(gone));
  expect(
    (await after.call('POST', CONTACTS, { properties: { email: 'x@example.com', member_no: '7' } })).status,
  ).toBe(400);
});

it('keeps a portal full of linked records', async () => {
  const before = await start();
  before.simulator.seed({ contacts: 60 });
  const saw = await shown(before);
  expect(JSON.stringify(saw)).toContain('"associations":{"companies"');
  expect(await shown(await restart(before))).toEqual(saw);
});

it('keeps apps, with codes and refresh tokens that were given out', async () => {
  const before = await start();
  const client = { client_id: 'client', client_secret: 'secret' };
  const exchange = (portal: TestPortal, fields: Record<string, string>) =>
    portal.call('POST', '/oauth/2026-09/token', new URLSearchParams({ ...client, ...fields }).toString());
  before.simulator.addApp({ clientId: 'client', clientSecret: 'secret', scopes: ['oauth'] });
  const authorize = () =>
    before.simulator.authorize({
      clientId: 'client',
      redirectUri: 'https://a.example.com/',
      scopes: ['oauth'],
    });
  const byCode = (code: string) => ({
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://a.example.com/',
  });
  const { body } = await exchange(before, byCode(authorize()));
  const unused = byCode(authorize());

  const after = await restart(before);
  const refresh = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) };
  expect((await exchange(after, refresh)).status).toBe(200);
  expect((await exchange(after, unused)).status).toBe(200);
  expect(after.simulator.state().apps).toMatchObject([{ clientId: 'client', appId: 2_001 }]);
  const details = await after.call('GET', '/account-info/2026-09/details', undefined, {
    authorization: `Bearer ${String(body.access_token)}`,
  });
  expect(details.headers).not.toHaveProperty('x-hubspot-ratelimit-daily');
});

it('keeps the apps that are told of changes, and goes on counting their subscriptions', async () => {
  const before = await start();
  before.simulator.addWebhookApp({ appId: 9, targetUrl: 'https://a.example.com/', subscriptions: 'all' });
  const saw = before.simulator.webhookApps();
  const after = await restart(before);
  expect(after.simulator.webhookApps()).toEqual(saw);
  const added = after.simulator.addWebhookApp({ appId: 10, subscriptions: [{ eventType: 'deal.creation' }] });
  expect([...added.subscriptions.keys()]).toEqual([Number(saw[0]?.subscriptions.size) + 1]);
});

it('keeps kinds of e-mail and what addresses agreed to', async () => {
  const before = await start();
  before.simulator.addSubscriptionType({ id: 90, name: 'News' });
  before.simulator.setConsent({ email: 'a@example.com', subscriptionId: 90, state: 'SUBSCRIBED' });
  before.simulator.setConsent({ email: 'a@example.com', state: 'UNSUBSCRIBED' });
  before.simulator.setConsent({ email: 'a@example.com', subscriptionId: 42, state: 'SUBSCRIBED' });
  const saw = before.simulator.consent('a@example.com');
  const after = await restart(before);
  expect(after.simulator.consent('a@example.com')).toEqual(saw);
  expect(saw.statuses.map(({ state }) => state)).toEqual([
    'UNSUBSCRIBED',
    'SUBSCRIBED',
    'UNSUBSCRIBED',
    'UNSUBSCRIBED',
  ]);
});

it('keeps forms, and makes the contacts of those that were filled in just before', async () => {
  const forms = [{ name: 'Sign-up', fieldGroups: [{ fields: [{ name: 'email' }] }] }];
  const before = await start({ forms });
  before.simulator.setClock({ now: Date.UTC(2026, 0, 1), frozen: true });
  const [form] = before.simulator.forms();
  const submit = (email: string) =>
    before.call('POST', `/submissions/v3/integration/submit/12345678/${form?.id}`, {
      fields: [{ name: 'email', value: email }],
    });
  await submit('a@example.com');
  before.simulator.setClock({ advanceMs: 2_000 });
  await submit('b@example.com');
  const after = await restart(before, { forms });
  expect(after.simulator.forms()).toEqual([form]);
  expect(after.simulator.records('contacts')).toHaveLength(1);
  after.simulator.setClock({ advanceMs: 2_000 });
  expect(after.simulator.records('contacts')).toMatchObject([
    { properties: { email: 'a@example.com' } },
    { properties: { email: 'b@example.com' } },
  ]);
});

it('keeps custom events, and which of them are known', async () => {
  const before = await start();
  before.simulator.defineEvent({
    label: 'Sign-in',
    name: 'sign_in',
    propertyDefinitions: [{ name: 'plan' }],
  });
  const [objectId] = before.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  const eventName = 'pe12345678_sign_in';
  const send = (portal: TestPortal, uuid: string) =>
    portal.call('POST', '/events/custom/2026-09/send', {
      eventName,
      objectId,
      uuid,
      properties: { plan: 'a' },
    });
  await send(before, 'one');
  const saw = before.simulator.customEvents();
  const after = await restart(before);
  expect(after.simulator.customEvents()).toEqual(saw);
  for (const uuid of ['one', 'two']) await send(after, uuid);
  expect(after.simulator.customEvents().map(({ id, properties }) => [id, properties.plan])).toEqual([
    ['one', 'a'],
    ['two', 'a'],
  ]);
});

it('keeps app events and their templates', async () => {
  const apps = [{ clientId: 'c', clientSecret: 's', appId: 700, eventTypes: [{ name: 'visited' }] }];
  const tokens = [{ token: 'app', appId: 700 }];
  const before = await start({ apps, tokens });
  const key = 'hapikey=00000000-0000-4000-8000-000000000002';
  const templates = `/integrators/timeline/v3/700/event-templates?${key}`;
  await before.call('POST', templates, { name: 'Plan' });
  const send = (portal: TestPortal, id: string) =>
    portal.call(
      'POST',
      '/integrators/timeline/2026-03/events',
      { eventTypeName: 'visited', id, email: 'a@example.com' },
      { authorization: 'Bearer app' },
    );
  await send(before, 'one');
  const saw = before.simulator.appEvents();
  const after = await restart(before, { apps, tokens });
  expect(after.simulator.appEvents()).toEqual(saw);
  expect((await send(after, 'one')).status).toBe(409);
  expect((await after.call('GET', templates)).body.results).toMatchObject([{ name: 'Plan' }]);
  expect((await after.call('POST', templates, { name: 'Other' })).status).toBe(201);
  expect((await after.call('GET', templates)).body.results).toHaveLength(2);
});

it('keeps every portal, those that the options do not name too', async () => {
  const before = await start({ portals: [{ portalId: 222, token: 'other' }] });
  before.simulator.portal(222).insert('contacts', [{ email: 'b@example.com' }]);
  const after = await restart(before);
  expect(after.simulator.portal(222)).toMatchObject({ token: 'other' });
  expect(after.simulator.portal(222).records('contacts')).toMatchObject([
    { properties: { email: 'b@example.com' } },
  ]);
});

it('is saved on request, to the file that is named, without a rest beside it', async () => {
  const portal = await start();
  portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  const other = join(folder, 'other.ndjson');
  const { status, body } = await portal.admin('POST', 'save', { file: other });
  expect({ status, file: body.file }).toEqual({ status: 200, file: other });
  expect(await readdir(folder)).toEqual(['other.ndjson']);
  const text = await readFile(other, 'utf8');
  expect(text.trimEnd().split('\n')).toHaveLength(Number(body.lines) + 1);
  expect(Buffer.byteLength(text)).toBe(body.bytes);
});

it('without a file to save to, a save says so', async () => {
  const portal = await startPortal();
  running.push(portal);
  const { status, text } = await portal.admin('POST', 'save');
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining('no file to save to') });
});

const HEAD = '{"format":"spoke-simulator-state","version":1}';
const PORTAL = '{"portal":{"portalId":1,"token":"t"}}';
it.each([
  ['hello', 'line 1: '],
  ['{"format":"other"}\n', 'line 1: it is no state file of the simulator'],
  [HEAD.replace('1}', '2}'), 'line 1: its version is 2'],
  [HEAD, 'line 2: it ends too early'],
  [`${HEAD}\n${PORTAL}\n`, 'line 3: it ends too early'],
  [`${HEAD}\n${PORTAL}\n{"end":5}\n`, 'line 3: 2 lines stand before its end, there were 5'],
  [`${HEAD}\n{"end":1}\n${PORTAL}\n`, 'line 3: there is more after its end'],
  [`${HEAD}\n${PORTAL}\n["butterflies",1]\n`, 'line 3: "butterflies" is nothing this simulator keeps'],
  [`${HEAD}\n["token",{}]\n`, 'line 2: "token" is nothing this simulator keeps'],
  [`${HEAD}\n${PORTAL}\n["record/contacts",["record","x"]]\n`, 'line 3: '],
  [`${HEAD}\n${PORTAL}\n["record/contacts",["merged","1","2"]]\n`, 'line 3: there is no record 2'],
])('the file %j is refused: %s', async (text, message) => {
  await writeFile(file, text);
  await expect(start()).rejects.toThrow(message);
  expect(await readFile(file, 'utf8')).toBe(text);
});

it('keeps what search does not show yet', async () => {
  const before = await start({ behaviour: { searchLag: 5_000 } });
  before.simulator.setClock({ now: Date.UTC(2026, 0, 1), frozen: true });
  const [id = ''] = before.simulator.insert('contacts', [{ email: 'a@example.com', city: 'Oslo' }]);
  await before.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Rome' } });
  await before.call('POST', CONTACTS, { properties: { email: 'b@example.com' } });
  const after = await restart(before);
  const cities = async () => {
    const { body } = await after.call('POST', `${CONTACTS}/search`, { properties: ['city'] });
    return body.results.map(({ properties }) => properties.city);
  };
  expect(await cities()).toEqual(['Oslo']);
  after.simulator.setClock({ advanceMs: 5_000 });
  expect(await cities()).toEqual(['Rome', null]);
});

it('keeps lists, their members, and what dynamic ones have not seen', async () => {
  const before = await start();
  before.simulator.setClock({ now: Date.UTC(2026, 0, 1), frozen: true });
  const [a = '', b = ''] = before.simulator.insert('contacts', [
    { email: 'a@example.com', city: 'Oslo' },
    { email: 'b@example.com', city: 'Rome' },
  ]);
  const inOslo = {
    filterBranchType: 'AND',
    filters: [
      {
        filterType: 'PROPERTY',
        property: 'city',
        operation: { operationType: 'STRING', operator: 'IS_EQUAL_TO', value: 'oslo' },
      },
    ],
  };
  const lists = '/crm/lists/2026-09';
  const create = (name: string, rest: object) =>
    before.call('POST', lists, { name, objectTypeId: '0-1', ...rest });
  await create('Hand', { processingType: 'MANUAL' });
  await create('Oslo', { processingType: 'DYNAMIC', filterBranch: inOslo });
  await create('Gone', { processingType: 'MANUAL' });
  await before.call('PUT', `${lists}/1/memberships/add`, [b]);
  await before.call('DELETE', `${lists}/3`);
  before.simulator.setClock({ advanceMs: 3_000 });
  await before.call('PATCH', `/crm/objects/2026-09/contacts/${b}`, { properties: { city: 'Oslo' } });
  await create('Later', { processingType: 'DYNAMIC', filterBranch: inOslo });
  const shownBefore = before.simulator.lists();
  const after = await restart(before);
  const members = (id: string) => after.simulator.list(id)?.members.map(({ recordId }) => recordId);
  expect(after.simulator.lists()).toEqual(shownBefore);
  expect([members('1'), members('2'), members('4')]).toEqual([[b], [a], []]);
  after.simulator.setClock({ advanceMs: 3_000 });
  expect([members('1'), members('2'), members('4')]).toEqual([[b], [a, b], [a, b]]);
});

it('subscriptions of the webhooks journal and their filters are read back', async () => {
  const token = 'journal';
  const before = await start();
  const addToken = ({ simulator }: TestPortal) =>
    simulator.addToken({ token, kind: 'client-credentials', appId: 2_001, scopes: JOURNAL_SCOPES });
  const ask = (portal: TestPortal, method: string, path: string, body?: unknown) =>
    portal.call(method, `/webhooks-journal/subscriptions/2026-09${path}`, body, {
      authorization: `Bearer ${token}`,
    });
  addToken(before);
  const about = { subscriptionType: 'OBJECT', portalId: before.simulator.portalId, objectTypeId: '0-1' };
  const { id } = (await ask(before, 'POST', '', about)).body;
  const condition = { filterType: 'CRM_OBJECT_PROPERTY', property: 'city', operator: 'EQ', value: 'Oslo' };
  const wanted = { subscriptionId: id, filter: { conditions: [condition] } };
  const made = await ask(before, 'POST', '/filters', wanted);
  const after = await restart(before);
  addToken(after);
  expect((await ask(after, 'GET', `/filters/subscription/${id}`)).body).toMatchObject([
    { id: made.body.filterId, filter: wanted.filter },
  ]);
  expect((await ask(after, 'POST', '/filters', wanted)).body.filterId).not.toBe(made.body.filterId);
});
