import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from './test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const FORM = '11111111-1111-4111-8111-111111111111';
const EMAIL = 'ada@example.com';

let portal: TestPortal;
let id: string;
beforeEach(async () => {
  const fields = [{ name: 'email', fieldType: 'email' as const }, { name: 'city' }];
  portal = await startPortal({
    portalId: 4242,
    forms: [{ id: FORM, name: 'Sign-up', fieldGroups: [{ fields }] }],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
  [id = ''] = portal.simulator.insert('contacts', [{ email: EMAIL }]);
});
afterEach(() => portal.simulator.stop());

const happenings = (wanted: string) =>
  portal.simulator.detail('contacts', id)?.timeline.filter(({ kind }) => kind === wanted);

it('a contact’s timeline has what was agreed to under each of its addresses', () => {
  portal.simulator.setConsent({ email: EMAIL, state: 'UNSUBSCRIBED' });
  portal.simulator.setConsent({ email: 'other@example.com', state: 'UNSUBSCRIBED' });
  expect(happenings('consent')).toEqual([
    {
      at: NOON,
      kind: 'consent',
      title: 'All e-mail: unsubscribed',
      facts: [
        { name: 'address', value: EMAIL },
        { name: 'source', value: 'RECIPIENT' },
      ],
    },
  ]);
});

it('and the forms that were filled', async () => {
  const fields = Object.entries({ email: EMAIL, city: 'Oslo' }).map(([name, value]) => ({
    objectTypeId: '0-1',
    name,
    value,
  }));
  await portal.call(
    'POST',
    `/submissions/v3/integration/submit/4242/${FORM}`,
    { fields, context: { pageName: 'Start' } },
    { authorization: null },
  );
  portal.simulator.setClock({ advanceMs: 10_000 });
  expect(happenings('submission')).toEqual([
    {
      at: NOON,
      kind: 'submission',
      title: 'Sign-up',
      facts: [
        { name: 'page', value: 'Start' },
        { name: 'email', value: EMAIL },
        { name: 'city', value: 'Oslo' },
      ],
    },
  ]);
});

it('and custom events, also those of a contact that was merged into it', async () => {
  portal.simulator.defineEvent({
    label: 'Plan changed',
    name: 'plan_changed',
    propertyDefinitions: [{ name: 'plan' }],
  });
  const [other = ''] = portal.simulator.insert('contacts', [{ email: 'b@example.com' }]);
  for (const objectId of [id, other])
    await portal.call('POST', '/events/custom/2026-09/send', {
      eventName: 'pe4242_plan_changed',
      objectId,
      properties: { plan: objectId === id ? 'pro' : 'basic' },
    });
  await portal.call('POST', '/crm/objects/2026-09/contacts/merge', {
    primaryObjectId: id,
    objectIdToMerge: other,
  });
  expect(happenings('event')).toMatchObject([
    { title: 'Plan changed', facts: [{ name: 'plan', value: 'pro' }] },
    { title: 'Plan changed', facts: [{ name: 'plan', value: 'basic' }] },
  ]);
});
