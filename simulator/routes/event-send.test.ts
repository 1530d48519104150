import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const SEND = '/events/custom/2026-09/send';
const READ = '/events/event-occurrences/2026-09';
const NAME = 'pe4242_plan_changed';
const EMAIL = 'ada@example.com';

let portal: TestPortal;
let id: string;
beforeEach(async () => {
  portal = await startPortal({
    portalId: 4242,
    tokens: [{ token: 'reader', scopes: ['crm.objects.contacts.read'] }],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
  portal.simulator.defineEvent({
    label: 'Plan changed',
    name: 'plan_changed',
    propertyDefinitions: [{ name: 'plan' }, { name: 'page_url' }],
  });
  [id = ''] = portal.simulator.insert('contacts', [{ email: EMAIL }]);
});
afterEach(() => portal.simulator.stop());

const event = (more: Record<string, unknown> = {}) => ({
  eventName: NAME,
  objectId: id,
  occurredAt: '2026-11-22T10:00:00.000Z',
  properties: { plan: 'pro' },
  ...more,
});
const send = (more: Record<string, unknown> = {}) => portal.call('POST', SEND, event(more));
const counted = () => portal.simulator.customEvents();

describe('sending', () => {
  it('is answered with 204 and counts', async () => {
    expect(await send({ uuid: 'u-1' })).toMatchObject({ status: 204, text: '' });
    expect(counted()).toEqual([
      {
        n: 1,
        id: 'u-1',
        eventName: NAME,
        objectType: 'contacts',
        objectId: id,
        occurredAt: Date.parse('2026-11-22T10:00:00Z'),
        properties: { plan: 'pro' },
      },
    ]);
  });

  it.each(['/events/v3/send', '/events/2026-03/send', '/events/custom/2026-09/send'])(
    'goes through %s, and its batch',
    async (path) => {
      expect((await portal.call('POST', path, event())).status).toBe(204);
      expect((await portal.call('POST', `${path}/batch`, { inputs: [event(), event()] })).status).toBe(204);
      expect(counted()).toHaveLength(3);
    },
  );

  it('counts a uuid once for each kind of event', async () => {
    portal.simulator.defineEvent({ label: 'Other', name: 'other' });
    for (const eventName of [NAME, NAME, 'pe4242_other']) await send({ uuid: 'same', eventName });
    expect(counted().map(({ eventName }) => eventName)).toEqual([NAME, 'pe4242_other']);
    await send();
    await send();
    expect(counted()).toHaveLength(4);
  });

  it('finds the record by id, address or cookie', async () => {
    portal.simulator.addForm({ name: 'f', fieldGroups: [{ fields: [{ name: 'email' }] }] });
    const [form] = portal.simulator.forms();
    const hutk = '0123456789abcdef0123456789abcdef';
    await portal.call('POST', `/submissions/v3/integration/submit/4242/${form?.id}`, {
      fields: [{ name: 'email', value: EMAIL }],
      context: { hutk },
    });
    portal.simulator.setClock({ advanceMs: 2_000 });
    for (const target of [{ objectId: id }, { email: 'ADA@example.com' }, { utk: hutk }])
      await portal.call('POST', SEND, { eventName: NAME, ...target });
    expect(counted().map(({ objectId }) => objectId)).toEqual([id, id, id]);
  });

  it('takes 500 events in a batch, and no more', async () => {
    const inputs = Array.from({ length: 501 }, () => event());
    const answer = await portal.call('POST', `${SEND}/batch`, { inputs });
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('500') } });
    expect((await portal.call('POST', `${SEND}/batch`, { inputs: inputs.slice(1) })).status).toBe(204);
    expect(counted()).toHaveLength(500);
  });

  const wrong: [string, Record<string, unknown>, number][] = [
    ['an unknown name', { eventName: 'pe4242_nothing' }, 0],
    ['an unknown record', { objectId: '1' }, 0],
    ['an unknown address', { objectId: undefined, email: 'nobody@example.com' }, 0],
    ['an unknown property', { properties: { plan: 'pro', colour: 'red' } }, 1],
    ['a value over 256 characters', { properties: { plan: 'x'.repeat(257) } }, 1],
  ];
  it.each(wrong)('with %s vanishes as far as it is wrong', async (_, more, left) => {
    expect((await send(more)).status).toBe(204);
    expect(counted()).toHaveLength(left);
    expect(counted()[0]?.properties ?? {}).not.toHaveProperty('colour');
  });

  it.each(wrong)('with %s is refused when the portal is set so', async (_, more) => {
    portal.simulator.setBehaviour({ wrongEvents: 'refuse' });
    expect((await send(more)).status).toBe(400);
    expect((await portal.call('POST', `${SEND}/batch`, { inputs: [event(), event(more)] })).status).toBe(400);
    expect(counted()).toEqual([]);
  });

  it('allows longer addresses', async () => {
    await send({ properties: { page_url: `https://example.com/${'x'.repeat(1_000)}` } });
    expect(counted()[0]?.properties.page_url).toHaveLength(1_020);
  });

  it.each([
    [{ eventName: undefined }, 'eventName'],
    [{ objectId: undefined }, 'objectId'],
    [{ occurredAt: 'yesterday' }, 'occurredAt'],
  ])('without its parts is always refused: %j', async (more, message) => {
    const answer = await send(more);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining(message) } });
  });

  it.each([
    ['free', 'professional', 403],
    ['professional', 'professional', 204],
    ['professional', 'enterprise', 403],
    ['addon', 'enterprise', 204],
    ['free', 'free', 204],
  ] as const)('in the edition %s, with events from %s on, is %i', async (tier, customEventsFrom, status) => {
    const other = await startPortal({ portalId: 4242, tier, behaviour: { customEventsFrom } });
    const [objectId] = other.simulator.insert('contacts', [{ email: EMAIL }]);
    expect((await other.call('POST', SEND, event({ objectId }))).status).toBe(status);
    await other.simulator.stop();
  });

  it('needs its scope', async () => {
    const answer = await portal.call('POST', SEND, event(), { authorization: 'Bearer reader' });
    expect(answer).toMatchObject({
      status: 403,
      body: { errors: [{ context: { requiredGranularScopes: ['analytics.behavioral_events.send'] } }] },
    });
  });
});

describe('reading occurrences', () => {
  const at = (hour: number) => new Date(NOON + hour * 3_600_000).toISOString();
  const read = async (query: string) => (await portal.call('GET', `${READ}?${query}`)).body.results;
  beforeEach(async () => {
    for (const hour of [1, 3, 2]) await send({ occurredAt: at(hour), uuid: `u-${hour}` });
  });

  it('gives those of a record, newest first', async () => {
    const results = await read(`objectType=contact&objectId=${id}`);
    expect(results.map(({ id: each }) => each)).toEqual(['u-3', 'u-2', 'u-1']);
    expect(results[0]).toEqual({
      id: 'u-3',
      eventType: NAME,
      objectType: 'CONTACT',
      objectId: id,
      occurredAt: at(3),
      properties: { plan: 'pro' },
    });
  });

  it.each([
    [`eventType=${NAME}&occurredAfter=${at(1)}&occurredBefore=${at(3)}`, ['u-2']],
    [`eventType=${NAME}&id=u-1,u-3`, ['u-3', 'u-1']],
    [`eventType=${NAME}&sort=occurredAt`, ['u-1', 'u-2', 'u-3']],
    [`eventType=${NAME}&property.plan=free`, []],
    [`objectType=contact&objectProperty.email=${EMAIL}`, ['u-3', 'u-2', 'u-1']],
    ['objectType=contact&objectId=1', []],
    ['eventType=pe4242_other', []],
  ])('%s gives %j', async (query, ids) => {
    expect((await read(query)).map(({ id: each }) => each)).toEqual(ids);
  });

  it('comes in pages that stay in step when more comes in', async () => {
    const first = await portal.call('GET', `${READ}?eventType=${NAME}&limit=2`);
    await send({ occurredAt: at(4), uuid: 'u-4' });
    const { after } = first.body.paging.next;
    expect((await read(`eventType=${NAME}&limit=2&after=${after}`)).map((each) => each.id)).toEqual(['u-1']);
  });

  it('follows merges', async () => {
    const [primary = ''] = portal.simulator.insert('contacts', [{ email: 'b@example.com' }]);
    const { body } = await portal.call('POST', `${CONTACTS}/merge`, {
      primaryObjectId: primary,
      objectIdToMerge: id,
    });
    const results = await read(`objectType=contact&objectId=${body.id}`);
    expect(results.map(({ objectId }) => objectId)).toEqual([body.id, body.id, body.id]);
  });

  it('forgets those of a contact that is erased', async () => {
    await portal.call('POST', `${CONTACTS}/gdpr-delete`, { objectId: id });
    expect(counted()).toEqual([]);
  });

  it.each(['', 'objectId=1', 'id=u-1', `eventType=${NAME}&sort=name`, `eventType=${NAME}&after=zzz`])(
    '%j is refused',
    async (query) => {
      expect((await portal.call('GET', `${READ}?${query}`)).status).toBe(400);
    },
  );

  it('lists the kinds there are', async () => {
    expect((await portal.call('GET', `${READ}/event-types`)).body.eventTypes).toEqual([NAME]);
  });
});

it('events are defined and shown over the admin endpoints', async () => {
  const { body } = await portal.admin('POST', 'event-definitions', { label: 'Sign-in', name: 'sign_in' });
  expect(body.fullyQualifiedName).toBe('pe4242_sign_in');
  await send({ eventName: 'pe4242_sign_in', properties: {} });
  await send();
  expect((await portal.admin('GET', 'custom-events')).body.results).toHaveLength(2);
  expect((await portal.admin('GET', `custom-events/${NAME}`)).body.results).toHaveLength(1);
});
