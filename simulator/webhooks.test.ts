import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatorOptions, WebhookAppOptions } from './index.ts';
import { CONTACTS, startPortal, type TestPortal, upserts } from './test-client.ts';
import { whileCollecting } from './test-garbage.ts';
import { type Receiver, startReceiver } from './test-receiver.ts';

const SECRET = 'secret-1';
const APP = 4_711;
const HOUR = 3_600_000;

let receiver: Receiver;
let portal: TestPortal | undefined;
beforeEach(async () => {
  receiver = await startReceiver(SECRET);
});
afterEach(async () => {
  await portal?.simulator.stop();
  portal = undefined;
  await receiver.stop();
});

/** A portal with an app that is told in order and once, unless the options say otherwise. */
async function start(
  app: Partial<WebhookAppOptions> = {},
  behaviour: SimulatorOptions['behaviour'] = {},
  options: SimulatorOptions = {},
): Promise<TestPortal> {
  portal = await startPortal({
    webhooks: [{ appId: APP, clientSecret: SECRET, targetUrl: receiver.url, ...app }],
    behaviour: { webhookShuffle: false, webhookDuplicates: 0, ...behaviour },
    ...options,
  });
  return portal;
}

const create = ({ call }: TestPortal, properties: Record<string, string>) =>
  call('POST', CONTACTS, { properties });
const only = (...types: string[]): Partial<WebhookAppOptions> => ({
  subscriptions: types.map((type) => {
    const [eventType = '', propertyName] = type.split('=');
    return { eventType, ...(propertyName && { propertyName }) };
  }),
});

describe('what is told', () => {
  it('a new record, with numbers as ids and the app that made it, signed in both versions', async () => {
    const { simulator, ...rest } = await start(only('contact.creation'));
    const { body } = await create({ simulator, ...rest }, { email: 'a@example.com' });
    await simulator.webhooksSettled();
    expect(receiver.received).toMatchObject([{ signatures: { v1: true, v3: true } }]);
    expect(receiver.received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-hubspot-signature-version': 'v1',
    });
    expect(receiver.events()).toEqual([
      {
        eventId: expect.any(Number),
        subscriptionId: 1,
        portalId: 12_345_678,
        appId: APP,
        occurredAt: expect.any(Number),
        subscriptionType: 'contact.creation',
        attemptNumber: 0,
        objectId: Number(body.id),
        changeFlag: 'CREATED',
        changeSource: 'INTEGRATION',
        sourceId: '1001',
      },
    ]);
  });

  it('changed values as text, of the properties that are subscribed to', async () => {
    const { simulator, call } = await start(only('contact.propertyChange=city'));
    const [id] = simulator.insert('contacts', [{ email: 'a@example.com', firstname: 'Ada' }]);
    await call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Oslo', firstname: 'Eva' } });
    await call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Oslo' } });
    await simulator.webhooksSettled();
    expect(receiver.events()).toMatchObject([
      { objectId: Number(id), propertyName: 'city', propertyValue: 'Oslo', isSensitive: false },
    ]);
  });

  it.each([
    [true, ['email']],
    [false, []],
  ])('values of a new record: %s', async (webhookPropertyChangeOnCreate, names) => {
    const started = await start(only('contact.propertyChange=email'), { webhookPropertyChangeOnCreate });
    await create(started, { email: 'a@example.com' });
    await started.simulator.webhooksSettled();
    expect(receiver.events().map(({ propertyName }) => propertyName)).toEqual(names);
  });

  it('a person in the browser as the source of what a test does', async () => {
    const { simulator } = await start(only('contact.creation'));
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await simulator.webhooksSettled();
    expect(receiver.events()).toMatchObject([{ changeSource: 'CRM_UI', sourceId: 'userId:7' }]);
  });

  it('a merge, and the loser as deleted, but none of the survivor’s values', async () => {
    const { simulator, call } = await start();
    const ids = simulator.insert('contacts', [
      { email: 'a@example.com' },
      { email: 'b@example.com', city: 'Oslo' },
    ]);
    await simulator.webhooksSettled();
    const before = receiver.events().length;
    const [primaryObjectId, objectIdToMerge] = ids;
    const { body } = await call('POST', `${CONTACTS}/merge`, { primaryObjectId, objectIdToMerge });
    await simulator.webhooksSettled();
    expect(receiver.events().slice(before)).toMatchObject([
      {
        subscriptionType: 'contact.deletion',
        objectId: Number(objectIdToMerge),
      },
      {
        subscriptionType: 'contact.merge',
        objectId: Number(body.id),
        primaryObjectId: Number(primaryObjectId),
        mergedObjectIds: [Number(objectIdToMerge)],
        newObjectId: Number(body.id),
        changeFlag: 'MERGED',
      },
    ]);
  });

  it('a deletion of archived records', async () => {
    const { simulator, call } = await start(only('contact.deletion'));
    const [id] = simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await call('DELETE', `${CONTACTS}/${id}`);
    await simulator.webhooksSettled();
    expect(receiver.events()).toMatchObject([{ objectId: Number(id), changeFlag: 'DELETED' }]);
  });

  it('a record that comes back', async () => {
    const { simulator, call } = await start(only('contact.restore'));
    const [id = ''] = simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await call('DELETE', `${CONTACTS}/${id}`);
    simulator.restore('contacts', id);
    await simulator.webhooksSettled();
    expect(receiver.events()).toMatchObject([{ objectId: Number(id), changeFlag: 'RESTORED' }]);
  });

  it('a privacy delete as such and as a deletion', async () => {
    const { simulator, call } = await start(only('contact.privacyDeletion', 'contact.deletion'));
    const [id] = simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await call('POST', `${CONTACTS}/gdpr-delete`, { objectId: id });
    await simulator.webhooksSettled();
    expect(receiver.events()).toMatchObject([
      { subscriptionType: 'contact.privacyDeletion', objectId: Number(id) },
      { subscriptionType: 'contact.deletion', objectId: Number(id) },
    ]);
  });

  it('a link from both sides', async () => {
    const { simulator, call } = await start(only('contact.associationChange', 'company.associationChange'));
    const [contact] = simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const [company] = simulator.insert('companies', [{ name: 'Acme' }]);
    await call('PUT', `/crm/objects/2026-09/contacts/${contact}/associations/default/companies/${company}`);
    await simulator.webhooksSettled();
    const [contactId, companyId] = [Number(contact), Number(company)];
    expect(receiver.events()).toMatchObject([
      {
        associationType: 'CONTACT_TO_COMPANY',
        fromObjectId: contactId,
        toObjectId: companyId,
        associationRemoved: false,
      },
      { associationType: 'COMPANY_TO_CONTACT', fromObjectId: companyId, toObjectId: contactId },
    ]);
    expect(receiver.events()[0]).not.toHaveProperty('objectId');
  });

  it.each([
    ['HUBSPOT_DEFINED', true],
    ['USER_DEFINED', false],
  ])('a link of the kind %s 1 is the primary one: %s', async (associationCategory, isPrimary) => {
    const { simulator, call } = await start(only('contact.associationChange', 'company.associationChange'));
    const labels = '/crm/associations/2026-09/contacts/companies/labels';
    const label = await call('POST', labels, { label: 'Adviser', name: 'adviser' });
    expect(label.body.results).toContainEqual(
      expect.objectContaining({ category: 'USER_DEFINED', typeId: 1 }),
    );
    const [contact] = simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const [company] = simulator.insert('companies', [{ name: 'Acme' }]);
    const path = `/crm/objects/2026-09/contacts/${contact}/associations/companies/${company}`;
    const linked = await call('PUT', path, [{ associationCategory, associationTypeId: 1 }]);
    expect(linked.status).toBe(201);
    expect((await call('DELETE', path)).status).toBe(204);
    await simulator.webhooksSettled();
    const told = receiver.events().map((event) => event.isPrimaryAssociation);
    expect(told.length).toBeGreaterThanOrEqual(4);
    expect(new Set(told)).toEqual(new Set([isPrimary]));
  });

  it.each([
    ['subscriptionType', { subscriptionType: 'object.creation', objectTypeId: '0-2' }, 'eventType'],
    ['eventType', { eventType: 'object.creation', objectTypeId: '0-2' }, 'subscriptionType'],
  ] as const)('generic types, named in %s', async (webhookTypeField, fields, absent) => {
    const subscriptions = [{ eventType: 'object.creation', objectTypeId: '0-2' }];
    const { simulator } = await start({ subscriptions }, { webhookTypeField });
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    simulator.insert('companies', [{ name: 'Acme' }]);
    await simulator.webhooksSettled();
    expect(receiver.events()).toMatchObject([fields]);
    expect(receiver.events()[0]).not.toHaveProperty(absent);
  });

  it('nothing of inactive subscriptions', async () => {
    const subscriptions = [{ eventType: 'contact.creation', active: false }];
    const { simulator } = await start({ subscriptions });
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await simulator.webhooksSettled();
    expect(receiver.received).toEqual([]);
  });

  it('changes of every portal, each with its own id', async () => {
    const { simulator } = await start(only('contact.creation'), {}, { portals: [{ portalId: 222 }] });
    for (const each of simulator.portals()) {
      each.insert('contacts', [{ email: 'a@example.com' }]);
      await each.webhooksSettled();
    }
    expect(receiver.events().map(({ portalId }) => portalId)).toEqual([12_345_678, 222]);
    expect(simulator.portal(222).webhookDeliveries()).toMatchObject([{ id: 1, portalId: 222 }]);
  });
});

describe('how it is sent', () => {
  const people = (count: number) =>
    upserts(Array.from({ length: count }, (_, number) => [`p${number}@example.com`, {}]));

  it('in batches of a hundred at most', async () => {
    const { simulator, call } = await start(only('contact.creation'), {}, {});
    for (const batch of [people(100).inputs, upserts([['x@example.com', {}]]).inputs])
      await call('POST', `${CONTACTS}/batch/upsert`, { inputs: batch });
    await simulator.webhooksSettled();
    expect(receiver.received.map(({ events }) => events.length).sort()).toEqual([1, 100]);
  });

  it('shuffled and with duplicates where the switches say so', async () => {
    const { simulator, call } = await start(only('contact.creation'), {
      webhookShuffle: true,
      webhookDuplicates: 1,
    });
    await call('POST', `${CONTACTS}/batch/upsert`, people(20));
    await simulator.webhooksSettled();
    const ids = receiver.events().map(({ objectId }) => Number(objectId));
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(20);
    expect(ids).not.toEqual([...ids].sort((one, other) => one - other));
  });

  it('not more at once than the app takes', async () => {
    const { simulator, call } = await start(
      { ...only('contact.creation'), maxConcurrentRequests: 5 },
      {
        webhookDuplicates: 1,
      },
    );
    for (let batch = 0; batch < 5; batch += 1) {
      const inputs = Array.from({ length: 100 }, (_, place) => ({
        id: `p${batch}-${place}@example.com`,
        idProperty: 'email',
        properties: {},
      }));
      await call('POST', `${CONTACTS}/batch/upsert`, { inputs });
    }
    await simulator.webhooksSettled();
    expect(receiver.received).toHaveLength(10);
    expect(receiver.mostAtOnce()).toBeLessThanOrEqual(5);
  });

  it('by itself, once it was gathered for a while', async () => {
    const { simulator } = await start(only('contact.creation'));
    simulator.setClock({ frozen: true });
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    expect(simulator.webhookDeliveries()).toEqual([]);
    simulator.setClock({ advanceMs: 200 });
    await simulator.webhooksSettled();
    expect(simulator.webhookDeliveries()).toMatchObject([{ state: 'delivered' }]);
  });

  it('with the versions of signatures that the app has', async () => {
    const { simulator } = await start({ ...only('contact.creation'), signatures: ['v3'] });
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await simulator.webhooksSettled();
    expect(receiver.received).toMatchObject([{ signatures: { v1: undefined, v3: true } }]);
  });
});

describe('when it fails', () => {
  it('is tried again on the portal’s clock, ten times in less than a day, then dropped', async () => {
    const { simulator } = await start(only('contact.creation'));
    receiver.answer = 500;
    simulator.setClock({ frozen: true });
    const began = simulator.now();
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await simulator.webhooksSettled();
    for (let tries = 1; tries <= 10; tries += 1) {
      const [delivery] = simulator.webhookDeliveries();
      expect(delivery).toMatchObject({ state: 'waiting' });
      expect(delivery?.tries).toHaveLength(tries);
      simulator.setClock({ now: delivery?.nextTryAt });
      await simulator.webhooksSettled();
    }
    const [delivery] = simulator.webhookDeliveries();
    expect(delivery?.state).toBe('dropped');
    expect(receiver.events().map(({ attemptNumber }) => attemptNumber)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    const hours = (simulator.now() - began) / HOUR;
    expect(hours).toBeGreaterThan(18);
    expect(hours).toBeLessThan(24);
  });

  it('is delivered once the receiver is well again', async () => {
    const { simulator } = await start(only('contact.creation'));
    receiver.answer = 503;
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await simulator.webhooksSettled();
    receiver.answer = 204;
    simulator.setClock({ advanceMs: HOUR });
    await simulator.webhooksSettled();
    expect(simulator.webhookDeliveries()).toMatchObject([
      { state: 'delivered', tries: [{ status: 503 }, { status: 204 }] },
    ]);
  });

  it('a day of tries is as short as the switch says', async () => {
    const { simulator } = await start(only('contact.creation'), { webhookClockSpeed: 86_400 });
    receiver.answer = 404;
    simulator.setClock({ frozen: true });
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await simulator.webhooksSettled();
    const [delivery] = simulator.webhookDeliveries();
    expect(Number(delivery?.nextTryAt) - simulator.now()).toBeLessThanOrEqual(1);
  });

  it.each([
    ['a receiver that does not answer', 'no answer in 50 ms', () => receiver.url],
    ['a receiver that is not there', 'ECONNREFUSED', () => 'http://127.0.0.1:1/'],
  ])('%s counts as failed', async (_, error, url) => {
    const { simulator } = await start(
      { ...only('contact.creation'), targetUrl: url() },
      { webhookTimeoutMs: 50 },
    );
    receiver.answer = 'never';
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await whileCollecting(simulator.webhooksSettled());
    expect(simulator.webhookDeliveries()).toMatchObject([
      { state: 'waiting', tries: [{ error: expect.stringContaining(error) }] },
    ]);
  });

  it('a stop ends what is being sent', async () => {
    const { simulator } = await start(only('contact.creation'));
    receiver.answer = 'never';
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const settled = simulator.webhooksSettled();
    await simulator.stop();
    await settled;
    expect(simulator.webhookDeliveries()).toEqual([]);
  });
});

describe('the admin endpoints', () => {
  it('add and remove apps, show deliveries, and keep secrets', async () => {
    portal = await startPortal();
    const add = { appId: APP, clientSecret: SECRET, targetUrl: receiver.url };
    await portal.admin('POST', 'webhooks', { add });
    portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const { body, text } = await portal.admin('POST', 'webhooks', { settle: true });
    expect(body).toMatchObject({ apps: [{ appId: APP }], results: [{ id: 1, state: 'delivered' }] });
    expect(text).not.toContain(SECRET);
    expect((await portal.admin('POST', 'webhooks', { remove: APP })).body.apps).toEqual([]);
  });

  it.each([
    [{ targetUrl: 'ftp://a.example.com/' }, 'targetUrl'],
    [{ subscriptions: [{ eventType: 'contact.birthday' }] }, 'subscriptions[0].eventType'],
    [{ subscriptions: [{ eventType: 'contact.propertyChange' }] }, 'subscriptions[0].propertyName'],
    [{ subscriptions: [{ eventType: 'object.creation' }] }, 'subscriptions[0].objectTypeId'],
    [{ maxConcurrentRequests: 1 }, 'maxConcurrentRequests'],
  ])('refuse the app %j and name %s', async (app, field) => {
    portal = await startPortal();
    const { status, text } = await portal.admin('POST', 'webhooks', { add: { appId: APP, ...app } });
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(field) });
  });

  it('a reset forgets deliveries and brings back the apps of the start', async () => {
    const { simulator } = await start(only('contact.creation'));
    simulator.insert('contacts', [{ email: 'a@example.com' }]);
    await simulator.webhooksSettled();
    simulator.removeWebhookApp(APP);
    simulator.reset();
    expect(simulator.webhookDeliveries()).toEqual([]);
    expect(simulator.webhookApps()).toMatchObject([{ appId: APP, targetUrl: receiver.url }]);
  });
});
