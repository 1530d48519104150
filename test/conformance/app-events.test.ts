import { beforeAll, describe, expect, it } from 'vitest';
import { makeContact, UNKNOWN_ID } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const APP = 700;
/** v4 is seen in live use, 2026-03 described, 2026-09 documented. */
const FORMS = ['v4', '2026-03', '2026-09'] as const;
const events = (form: string) => `/integrators/timeline/${form}/events`;

describe.each(FORMS)('with %s', (form) => {
  // Nothing is written should it be let in after all: no app has such an event type.
  it('a key that is no approved app’s may not send app events: 403', async () => {
    const event = { eventTypeName: 'no_such_event_type', id: portal.name('event'), objectId: UNKNOWN_ID };
    const answer = await portal.call('POST', events(form), event);
    expect(answer).toMatchObject({ status: 403, body: { status: 'error' } });
  });
});

simulatorOnly('HubSpot has to approve an app first, and no event is taken out again', () => {
  const token = 'pat-na1-approved';
  beforeAll(async () => {
    const eventTypes = [
      { name: 'plan_changed', properties: ['plan'] },
      { name: 'plan_ended' },
      { name: 'visited', objectType: 'companies' },
    ];
    await portal.admin('POST', 'apps', {
      add: { clientId: 'approved', clientSecret: 'secret', appId: APP, eventTypes },
    });
    await portal.admin('POST', 'tokens', { add: { token, appId: APP } });
  });
  const post = (path: string, body: unknown, as: string = token) =>
    portal.call('POST', path, body, { token: as });
  const event = (contactId: string, more: object = {}) => ({
    eventTypeName: 'plan_changed',
    id: portal.name('event'),
    objectId: contactId,
    properties: { plan: 'pro' },
    ...more,
  });
  const takenOf = async (objectId: string) =>
    (await portal.admin('GET', `app-events/${APP}`)).body.results.filter((one) => one.objectId === objectId);

  describe.each(FORMS)('with %s', (form) => {
    const path = events(form);

    it('an event is taken: 201', async () => {
      const { id } = await makeContact(portal);
      const timestamp = '2026-11-22T10:00:00.000Z';
      const given = event(id, { timestamp });
      const answer = await post(path, given);
      expect(answer).toMatchObject({ status: 201, body: { id: given.id, properties: { plan: 'pro' } } });
      expect(await takenOf(id)).toMatchObject([{ id: given.id, at: Date.parse(timestamp) }]);
    });

    it('its contact is named by address too, in any case', async () => {
      const { id, properties } = await makeContact(portal);
      const email = String(properties.email).toUpperCase();
      expect((await post(path, { ...event(id), objectId: undefined, email })).status).toBe(201);
      expect(await takenOf(id)).toHaveLength(1);
    });

    it('an id that was used is 409, for each type by itself', async () => {
      const { id } = await makeContact(portal);
      const given = event(id);
      await post(path, given);
      expect(await post(path, given)).toMatchObject({ status: 409, body: { category: 'CONFLICT' } });
      const other = { ...given, eventTypeName: 'plan_ended', properties: {} };
      expect((await post(path, other)).status).toBe(201);
      expect(await takenOf(id)).toHaveLength(2);
    });

    it('a batch is taken whole: 201', async () => {
      const { id } = await makeContact(portal);
      const inputs = [event(id), event(id)];
      const { status, body } = await post(`${path}/batch`, { inputs });
      expect(status).toBe(201);
      expect(body.results.map((result) => result.id)).toEqual(inputs.map((input) => input.id));
      expect(await takenOf(id)).toHaveLength(2);
    });

    it.each([
      ['an id that was used', 409, (known: object) => known],
      ['an event type the app does not have', 400, (_: object) => ({ eventTypeName: 'nothing' })],
      ['a property the type does not have', 400, (_: object) => ({ properties: { colour: 'red' } })],
      ['a record that is not there', 404, (_: object) => ({ objectId: UNKNOWN_ID })],
    ])('a batch with %s is refused whole: %i', async (_, status, more) => {
      const { id } = await makeContact(portal);
      const known = event(id);
      await post(path, known);
      const inputs = [event(id), event(id, more(known))];
      expect((await post(`${path}/batch`, { inputs })).status).toBe(status);
      expect(await takenOf(id)).toHaveLength(1);
    });

    it('a batch is of 500 at most', async () => {
      const { id } = await makeContact(portal);
      const inputs = Array.from({ length: 501 }, () => event(id));
      expect((await post(`${path}/batch`, { inputs })).status).toBe(400);
      expect((await post(`${path}/batch`, { inputs: inputs.slice(1) })).status).toBe(201);
    });
  });

  it.each([
    ['timeline.write', 201],
    ['timeline', 201],
    ['crm.objects.contacts.write', 403],
  ])('a token of the app with the scope %s is answered %i', async (scope, status) => {
    const { id } = await makeContact(portal);
    const own = portal.name('token');
    await portal.admin('POST', 'tokens', { add: { token: own, appId: APP, scopes: [scope] } });
    expect((await post(events('2026-03'), event(id), own)).status).toBe(status);
  });

  it('the form of v3 is not for apps with a static token: 403', async () => {
    expect((await post(events('v3'), { eventTemplateId: '1', email: 'a@example.com' })).status).toBe(403);
  });
});
