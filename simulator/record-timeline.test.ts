import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTACTS, NOTES, startPortal, type TestPortal } from './test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const HOUR = 3_600_000;
const FORM = '11111111-1111-4111-8111-111111111111';

let portal: TestPortal;
let id: string;
beforeEach(async () => {
  portal = await startPortal({
    portalId: 4242,
    forms: [{ id: FORM, name: 'Sign-up', fieldGroups: [{ fields: [{ name: 'email' }] }] }],
    apps: [
      { clientId: 'c', clientSecret: 's', appId: 700, name: 'Rewards', eventTypes: [{ name: 'visited' }] },
    ],
    tokens: [{ token: 'app', appId: 700 }],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
  portal.simulator.defineEvent({
    label: 'Plan changed',
    name: 'plan',
    propertyDefinitions: [{ name: 'to' }],
  });
  [id = ''] = portal.simulator.insert('contacts', [{ email: 'ada@example.com' }]);
});
afterEach(() => portal.simulator.stop());

async function live(): Promise<void> {
  const iso = (hours: number) => new Date(NOON + hours * HOUR).toISOString();
  await portal.call('POST', NOTES, {
    properties: { hs_timestamp: iso(1), hs_note_body: 'called' },
    associations: [
      { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ],
  });
  await portal.call('POST', '/events/custom/2026-09/send', {
    eventName: 'pe4242_plan',
    objectId: id,
    occurredAt: iso(2),
    properties: { to: 'pro' },
  });
  await portal.call(
    'POST',
    '/integrators/timeline/2026-03/events',
    { eventTypeName: 'visited', id: 'e-1', objectId: id, timestamp: iso(3), properties: {} },
    { authorization: 'Bearer app' },
  );
  portal.simulator.setClock({ now: NOON + 4 * HOUR });
  portal.simulator.setConsent({ email: 'ada@example.com', state: 'UNSUBSCRIBED' });
  portal.simulator.setClock({ now: NOON + 5 * HOUR });
  await portal.call('POST', `/submissions/v3/integration/submit/4242/${FORM}`, {
    fields: [{ name: 'email', value: 'ada@example.com' }],
  });
  portal.simulator.setClock({ advanceMs: 2_000 });
}

const titles = (contact: string) =>
  (portal.simulator.timeline('contacts', contact) ?? []).flatMap((entry) =>
    'facts' in entry ? [[entry.kind, entry.title]] : [[entry.kind]],
  );

it('a timeline holds everything that happened, newest first', async () => {
  await live();
  expect(titles(id)).toEqual([
    ['submission', 'Sign-up'],
    ['consent', 'All e-mail: unsubscribed'],
    // The opt-out as it is mirrored on the contact.
    ['changed'],
    ['app-event', 'visited'],
    ['event', 'Plan changed'],
    ['activity'],
    ['created'],
  ]);
  expect(portal.simulator.timeline('contacts', id)?.[4]).toMatchObject({
    at: NOON + 2 * HOUR,
    facts: [{ name: 'to', value: 'pro' }],
  });
});

it('it goes with a contact that is merged', async () => {
  await live();
  const [primary = ''] = portal.simulator.insert('contacts', [{ email: 'b@example.com' }]);
  const { body } = await portal.call('POST', `${CONTACTS}/merge`, {
    primaryObjectId: primary,
    objectIdToMerge: id,
  });
  const kinds = titles(body.id).map(([kind]) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['submission', 'consent', 'app-event', 'event', 'activity']));
});

it('the admin endpoint tells it, and nothing of a record that is not there', async () => {
  await live();
  const { body } = await portal.admin('GET', `timeline/contacts/${id}`);
  expect(body.results[0]).toMatchObject({ kind: 'submission', at: NOON + 5 * HOUR });
  expect((await portal.admin('GET', 'timeline/contacts/1')).status).toBe(404);
});
