import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, CONTACTS, startPortal, type TestPortal } from '../test-client.ts';
import { JOURNAL_SCOPES } from '../tokens.ts';

const JOURNAL = '/webhooks-journal/journal/2026-09';
const SUBSCRIPTIONS = '/webhooks-journal/subscriptions/2026-09';
const SNAPSHOTS = '/webhooks-journal/snapshots/2026-09/crm';
const OTHER = 222;
const TOKEN = 'journal';
const DAY = 86_400_000;

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ portals: [{ portalId: OTHER }] });
  for (const each of portal.simulator.portals()) each.setClock({ frozen: true });
  addToken(TOKEN, 2_001);
});
afterEach(() => portal.simulator.stop());

const addToken = (token: string, appId: number) =>
  portal.simulator.addToken({ token, kind: 'client-credentials', appId, scopes: JOURNAL_SCOPES });
const ask = (method: string, path: string, body?: unknown, token = TOKEN): Promise<Answer> =>
  portal.call(method, path, body, { authorization: `Bearer ${token}` });
const publish = (): void => {
  for (const each of portal.simulator.portals()) each.setClock({ advanceMs: 201 });
};
const insert = (values: Record<string, string>, id = portal.simulator.portalId) =>
  Number(portal.simulator.portal(id).insert('contacts', [values])[0]);

async function subscribe(fields: object = {}): Promise<string> {
  const { portalId } = portal.simulator;
  const subscription = { subscriptionType: 'OBJECT', portalId, objectTypeId: '0-1', ...fields };
  return String((await ask('POST', SUBSCRIPTIONS, subscription)).body.id);
}

const filterBy = (subscriptionId: string | number, ...conditions: object[]) =>
  ask('POST', `${SUBSCRIPTIONS}/filters`, {
    subscriptionId,
    filter: { conditions: conditions.map((each) => ({ filterType: 'CRM_OBJECT_PROPERTY', ...each })) },
  });

/** All events that the journal has for the app, over all files. */
async function told(): Promise<Record<string, unknown>[]> {
  publish();
  const { status, body } = await ask('GET', `${JOURNAL}/batch/earliest/100`);
  if (status === 204) return [];
  const files = await Promise.all(
    body.results.map(async ({ url }) => {
      const { pathname, search } = new URL(String(url));
      return (await portal.call('GET', pathname + search, undefined, { authorization: null })).body;
    }),
  );
  return files.flatMap(({ journalEvents }) => journalEvents as Record<string, unknown>[]);
}

describe('filters', () => {
  it.each([
    ['EQ', { operator: 'EQ', value: 'Oslo' }, ['Oslo']],
    ['NEQ', { operator: 'NEQ', value: 'Oslo' }, ['Rome']],
    ['IN', { operator: 'IN', values: ['Oslo', 'Bergen'] }, ['Oslo']],
    ['CONTAINS', { operator: 'CONTAINS', value: 'oslo' }, ['Oslo']],
    ['HAS_PROPERTY', { operator: 'HAS_PROPERTY' }, ['Oslo', 'Rome']],
  ])('%s tells only records that meet it', async (_, condition, cities) => {
    await filterBy(await subscribe(), { property: 'city', ...condition });
    for (const [place, city] of ['Oslo', 'Rome', ''].entries())
      insert({ email: `p${place}@example.com`, city });
    const seen = (await told()).map(({ propertyChanges }) => (propertyChanges as { city?: string }).city);
    expect(seen).toEqual(cities);
  });

  it('a record has to meet all conditions of one filter, of several filters any', async () => {
    const id = await subscribe();
    await filterBy(
      id,
      { property: 'city', operator: 'EQ', value: 'Oslo' },
      { property: 'zip', operator: 'EQ', value: '1' },
    );
    await filterBy(id, { property: 'city', operator: 'EQ', value: 'Rome' });
    insert({ email: 'a@example.com', city: 'Oslo' });
    const both = insert({ email: 'b@example.com', city: 'Oslo', zip: '1' });
    const rome = insert({ email: 'c@example.com', city: 'Rome' });
    expect((await told()).map(({ objectId }) => objectId)).toEqual([both, rome]);
  });

  it('look at what a record is after the change', async () => {
    await filterBy(await subscribe({ actions: ['UPDATE'] }), {
      property: 'city',
      operator: 'EQ',
      value: 'Oslo',
    });
    const id = insert({ email: 'a@example.com', city: 'Rome' });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Oslo' } });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Bergen' } });
    expect(await told()).toMatchObject([{ propertyChanges: { city: 'Oslo' } }]);
  });

  it('are read, listed and removed, and end with their subscription', async () => {
    const id = await subscribe();
    const made = await filterBy(id, { property: 'city', operator: 'EQ', value: 'Oslo' });
    expect(made.status).toBe(201);
    const { filterId } = made.body;
    const path = `${SUBSCRIPTIONS}/filters`;
    const shown = { id: filterId, createdAt: portal.simulator.now() };
    expect((await ask('GET', `${path}/${filterId}`)).body).toMatchObject(shown);
    expect((await ask('GET', `${path}/subscription/${id}`)).body).toMatchObject([shown]);
    expect((await ask('DELETE', `${path}/${filterId}`)).status).toBe(204);
    expect((await ask('GET', `${path}/${filterId}`)).status).toBe(404);
    const second = (await filterBy(id, { property: 'city', operator: 'EQ', value: 'Oslo' })).body.filterId;
    await ask('DELETE', `${SUBSCRIPTIONS}/${id}`);
    expect((await ask('GET', `${path}/${second}`)).status).toBe(404);
  });

  it.each([
    ['an unknown property', { property: 'colour', operator: 'EQ', value: 'x' }],
    ['an unknown operator', { property: 'city', operator: 'LIKE', value: 'x' }],
    ['a missing value', { property: 'city', operator: 'EQ' }],
    ['another kind of condition', { property: 'city', operator: 'EQ', value: 'x', filterType: 'MOON' }],
  ])('with %s are a 400', async (_, condition) => {
    expect((await filterBy(await subscribe(), condition)).status).toBe(400);
  });

  it('are for subscriptions to the records of one type, and for the app that made them', async () => {
    const condition = { property: 'city', operator: 'EQ', value: 'x' };
    expect((await filterBy(await subscribe({ objectTypeId: undefined }), condition)).status).toBe(400);
    expect((await filterBy(99, condition)).status).toBe(404);
    const { filterId } = (await filterBy(await subscribe(), condition)).body;
    addToken('foreign', 2_002);
    expect((await ask('GET', `${SUBSCRIPTIONS}/filters/${filterId}`, undefined, 'foreign')).status).toBe(404);
  });
});

describe('snapshots', () => {
  const take = (objectId: number, portalId = portal.simulator.portalId) =>
    ask('POST', SNAPSHOTS, {
      snapshotRequests: [{ portalId, objectTypeId: '0-1', objectId, properties: ['email', 'city'] }],
    });
  const statusOf = async (answer: Answer) => {
    const [{ snapshotStatusId }] = answer.body.snapshotResponses as [{ snapshotStatusId: string }];
    return ask('GET', `${SNAPSHOTS}/status/${snapshotStatusId}`);
  };

  it('tell the values of a record in the journal, without a subscription, and when they have', async () => {
    const objectId = insert({ email: 'a@example.com', city: 'Oslo' }, OTHER);
    const taken = await take(objectId, OTHER);
    expect((await statusOf(taken)).body.status).toBe('PENDING');
    const [{ snapshotStatusId }] = taken.body.snapshotResponses as [{ snapshotStatusId: string }];
    expect(await told()).toEqual([
      expect.objectContaining({
        type: 'CRM_OBJECT',
        action: 'SNAPSHOT',
        portalId: OTHER,
        objectId,
        propertyChanges: { email: 'a@example.com', city: 'Oslo' },
        snapshotStatusId,
      }),
    ]);
    expect((await statusOf(taken)).body.status).toBe('SUCCESS');
  });

  it('of records that there are not fail', async () => {
    const taken = await take(1);
    expect(taken.status).toBe(200);
    expect((await statusOf(taken)).body).toMatchObject({ status: 'FAILED', errorCode: 'VALIDATION_ERROR' });
    expect(await told()).toEqual([]);
  });

  it('are forgotten after three days', async () => {
    const taken = await take(1);
    portal.simulator.setClock({ advanceMs: 3 * DAY });
    await take(1);
    expect((await statusOf(taken)).status).toBe(404);
  });

  it('need every field, and a token of the journal', async () => {
    const lacking = await ask('POST', SNAPSHOTS, { snapshotRequests: [{ objectId: 1 }] });
    expect([lacking.status, lacking.text]).toEqual([400, expect.stringContaining('portalId')]);
    expect((await portal.call('POST', SNAPSHOTS, { snapshotRequests: [] })).status).toBe(403);
  });
});

describe('budgets', () => {
  it.each([
    ['journalPerSecond', 'GET', `${JOURNAL}/earliest`],
    ['journalSubscriptionsPerSecond', 'GET', SUBSCRIPTIONS],
    ['journalSnapshotsPerSecond', 'GET', `${SNAPSHOTS}/status/none`],
  ])('%s is counted by second and app', async (name, method, path) => {
    portal.simulator.setLimits({ [name]: 2 });
    addToken('foreign', 2_002);
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await ask(method, path)).status);
    expect([statuses[0] === 429, statuses[1] === 429, statuses[2]]).toEqual([false, false, 429]);
    expect((await ask(method, path, undefined, 'foreign')).status).not.toBe(429);
    portal.simulator.setClock({ advanceMs: 1_000 });
    expect((await ask(method, path)).status).not.toBe(429);
  });

  it('are 100, 50 and 10 calls, and take nothing from the portal’s', () => {
    expect(portal.simulator.setLimits('default')).toMatchObject({
      journalPerSecond: 100,
      journalSubscriptionsPerSecond: 50,
      journalSnapshotsPerSecond: 10,
    });
  });
});
