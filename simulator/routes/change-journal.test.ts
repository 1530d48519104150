import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Answer, CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const JOURNAL = '/webhooks-journal/journal/2026-09';
const SUBSCRIPTIONS = '/webhooks-journal/subscriptions/2026-09';
const DAY = 86_400_000;
const OTHER = 222;

let portal: TestPortal;
let token: string;
beforeEach(async () => {
  portal = await startPortal({
    apps: [{ clientId: 'client', clientSecret: 'secret' }],
    portals: [{ portalId: OTHER }],
  });
  portal.simulator.setClock({ frozen: true });
  const scopes = ['read', 'subscriptions.read', 'subscriptions.write'];
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'client',
    client_secret: 'secret',
    scope: scopes.map((scope) => `developer.webhooks_journal.${scope}`).join(' '),
  });
  const { body } = await portal.call('POST', '/oauth/2026-09/token', form.toString(), {
    authorization: null,
  });
  token = String(body.access_token);
});
afterEach(() => portal.simulator.stop());

const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  portal.call(method, path, body, { authorization: `Bearer ${token}` });
const subscribe = (fields: object = {}) =>
  ask('POST', SUBSCRIPTIONS, {
    subscriptionType: 'OBJECT',
    portalId: portal.simulator.portalId,
    objectTypeId: '0-1',
    ...fields,
  });
/** Makes what was gathered so far a file of the journal. */
const publish = (): void => {
  for (const each of portal.simulator.portals()) each.setClock({ advanceMs: 201 });
};
const insert = (email: string, id = portal.simulator.portalId) => {
  const [made = ''] = portal.simulator.portal(id).insert('contacts', [{ email }]);
  publish();
  return made;
};
/** The events behind an answer of the journal, read without a token. */
async function eventsOf(answer: Answer): Promise<Record<string, unknown>[]> {
  const { pathname, search } = new URL(String(answer.body.url));
  const { body } = await portal.call('GET', pathname + search, undefined, { authorization: null });
  expect(body.offset).toBe(answer.body.currentOffset);
  return body.journalEvents as Record<string, unknown>[];
}

it('is read from the first file to the last, in order, each from a signed address', async () => {
  await subscribe();
  expect((await ask('GET', `${JOURNAL}/earliest`)).status).toBe(204);
  const ids = [insert('a@example.com'), insert('b@example.com')];
  const first = await ask('GET', `${JOURNAL}/earliest`);
  expect(await eventsOf(first)).toMatchObject([
    { type: 'CRM_OBJECT', action: 'CREATE', objectTypeId: '0-1', objectId: Number(ids[0]) },
  ]);
  const second = await ask('GET', `${JOURNAL}/offset/${String(first.body.currentOffset)}/next`);
  expect(await eventsOf(second)).toMatchObject([{ objectId: Number(ids[1]) }]);
  expect((await ask('GET', `${JOURNAL}/latest`)).body.currentOffset).toBe(second.body.currentOffset);
  expect((await ask('GET', `${JOURNAL}/offset/${String(second.body.currentOffset)}/next`)).status).toBe(204);
});

it('gives several files at once', async () => {
  await subscribe();
  for (const name of ['a', 'b', 'c']) insert(`${name}@example.com`);
  const { body } = await ask('GET', `${JOURNAL}/batch/earliest/2`);
  expect(body.results).toHaveLength(2);
  const rest = await ask('GET', `${JOURNAL}/batch/${String(body.results[1]?.currentOffset)}/next/100`);
  expect(rest.body.results).toHaveLength(1);
  expect((await ask('GET', `${JOURNAL}/batch/earliest/101`)).status).toBe(400);
});

it('keeps only what is subscribed to', async () => {
  await subscribe({ actions: ['UPDATE'], properties: ['city'] });
  const id = insert('a@example.com');
  await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { firstname: 'Ada' } });
  await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { firstname: 'Eva', city: 'Oslo' } });
  publish();
  expect(await eventsOf(await ask('GET', `${JOURNAL}/earliest`))).toMatchObject([
    { action: 'UPDATE', propertyChanges: { city: 'Oslo' } },
  ]);
  expect((await eventsOf(await ask('GET', `${JOURNAL}/earliest`)))[0]?.propertyChanges).toEqual({
    city: 'Oslo',
  });
});

it('tells links and privacy deletes', async () => {
  await subscribe({ subscriptionType: 'ASSOCIATION' });
  await subscribe({ subscriptionType: 'GDPR_PRIVACY_DELETION' });
  const [company] = portal.simulator.insert('companies', [{ name: 'Acme' }]);
  const contact = insert('a@example.com');
  await portal.call('PUT', `${CONTACTS}/${contact}/associations/default/companies/${company}`);
  await portal.call('POST', `${CONTACTS}/gdpr-delete`, { objectId: contact });
  publish();
  expect(await eventsOf(await ask('GET', `${JOURNAL}/earliest`))).toMatchObject([
    {
      type: 'ASSOCIATION',
      action: 'ASSOCIATION_ADDED',
      fromObjectId: Number(contact),
      toObjectId: Number(company),
    },
    { type: 'GDPR_PRIVACY_DELETION', action: 'GDPR_DELETE', objectId: Number(contact) },
  ]);
});

it('tells who joins and leaves lists', async () => {
  const lists = '/crm/lists/2026-09';
  const [kept, other] = await Promise.all(
    ['kept', 'other'].map(async (name) => {
      const list = { name, objectTypeId: '0-1', processingType: 'MANUAL' };
      return ((await portal.call('POST', lists, list)).body.list as { listId: string }).listId;
    }),
  );
  await subscribe({ subscriptionType: 'LIST_MEMBERSHIP', listIds: [Number(kept)] });
  const id = insert('a@example.com');
  for (const list of [kept, other]) await portal.call('PUT', `${lists}/${list}/memberships/add`, [id]);
  await portal.call('PUT', `${lists}/${kept}/memberships/remove`, [id]);
  publish();
  const about = { type: 'LIST_MEMBERSHIP', listId: Number(kept), objectTypeId: '0-1', objectId: Number(id) };
  expect(await eventsOf(await ask('GET', `${JOURNAL}/earliest`))).toMatchObject([
    { ...about, action: 'ADDED_TO_LIST' },
    { ...about, action: 'REMOVED_FROM_LIST' },
  ]);
});

it('is one stream over all portals, and can be read of one', async () => {
  await subscribe();
  await subscribe({ portalId: OTHER });
  insert('a@example.com');
  insert('b@example.com', OTHER);
  const { body } = await ask('GET', `${JOURNAL}/batch/earliest/100`);
  expect(body.results).toHaveLength(2);
  const local = await ask('GET', `/webhooks-journal/journal-local/2026-09/earliest?installPortalId=${OTHER}`);
  expect(await eventsOf(local)).toMatchObject([{ portalId: OTHER }]);
});

it('forgets after three days, and an offset from before is not found', async () => {
  await subscribe();
  insert('a@example.com');
  const { body } = await ask('GET', `${JOURNAL}/earliest`);
  portal.simulator.setClock({ advanceMs: 3 * DAY });
  portal.simulator.addToken({
    token,
    kind: 'client-credentials',
    appId: 2_001,
    scopes: ['developer.webhooks_journal.read'],
  });
  expect((await ask('GET', `${JOURNAL}/earliest`)).status).toBe(204);
  expect((await ask('GET', `${JOURNAL}/offset/${String(body.currentOffset)}/next`)).status).toBe(404);
});

it('an address is good for five minutes, and for its file only', async () => {
  await subscribe();
  insert('a@example.com');
  const { body } = await ask('GET', `${JOURNAL}/earliest`);
  const { pathname, search } = new URL(String(body.url));
  const read = (query: string) => portal.call('GET', pathname + query, undefined, { authorization: null });
  expect((await read(search)).status).toBe(200);
  expect((await read(search.replace(/expires=\d+/, `expires=${Date.now() + DAY}`))).status).toBe(403);
  portal.simulator.setClock({ advanceMs: 300_000 });
  expect((await read(search)).status).toBe(403);
});

it('subscriptions are listed, read and ended one by one or by portal', async () => {
  const { body } = await subscribe();
  await subscribe({ portalId: OTHER });
  expect((await ask('GET', SUBSCRIPTIONS)).body.results).toHaveLength(2);
  expect((await ask('GET', `${SUBSCRIPTIONS}/${body.id}`)).body).toMatchObject({ id: body.id, appId: 2_001 });
  expect((await ask('DELETE', `${SUBSCRIPTIONS}/${body.id}`)).status).toBe(204);
  expect((await ask('DELETE', `${SUBSCRIPTIONS}/portals/${OTHER}`)).status).toBe(204);
  expect((await ask('GET', SUBSCRIPTIONS)).body.results).toEqual([]);
  expect((await ask('DELETE', `${SUBSCRIPTIONS}/${body.id}`)).status).toBe(404);
});

it('a wrong subscription is a 400, and a token of another kind a 403', async () => {
  const wrong = await subscribe({ subscriptionType: 'BUTTERFLY' });
  expect({ status: wrong.status, text: wrong.text }).toEqual({
    status: 400,
    text: expect.stringContaining('subscriptionType'),
  });
  expect((await portal.call('GET', `${JOURNAL}/earliest`)).status).toBe(403);
});
