import { expect, it } from 'vitest';
import { activityCapabilities } from './activity-capabilities.ts';

const CONTACTS = ['crm.objects.contacts.read', 'crm.objects.contacts.write'];

it.each([
  [[], { note: false, 'custom-event': false, 'app-event': false }],
  [CONTACTS, { note: true, 'custom-event': false, 'app-event': false }],
  [['crm.objects.contacts.write'], { note: false, 'custom-event': false, 'app-event': false }],
  [
    [...CONTACTS, 'analytics.behavioral_events.send'],
    { note: true, 'custom-event': true, 'app-event': false },
  ],
  [['timeline'], { note: false, 'custom-event': false, 'app-event': true }],
  [['timeline.write'], { note: false, 'custom-event': false, 'app-event': true }],
])('the scopes %j allow %j', (scopes, expected) => {
  const capabilities = activityCapabilities({ scopes });
  expect(
    Object.fromEntries(Object.entries(capabilities).map(([kind, { usable }]) => [kind, usable])),
  ).toEqual(expected);
});

it('names the scopes that are missing', () => {
  const { note, 'app-event': appEvent } = activityCapabilities({ scopes: ['crm.objects.contacts.read'] });
  expect(note).toEqual({ usable: false, missingScopes: [['crm.objects.contacts.write']] });
  expect(appEvent).toEqual({ usable: false, missingScopes: [['timeline.write', 'timeline']] });
});

it('says what scopes cannot tell', () => {
  const { note, 'app-event': appEvent } = activityCapabilities({ scopes: [...CONTACTS, 'timeline'] });
  expect(note).toEqual({ usable: true });
  expect(appEvent).toMatchObject({ caution: expect.stringContaining('approved') });
});
