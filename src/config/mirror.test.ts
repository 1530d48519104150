import { expect, it } from 'vitest';
import { problemsOfMirror } from './mirror.ts';

it.each([
  [undefined],
  [{ objects: { contacts: {} } }],
  [
    {
      objects: { contacts: { properties: ['email'], associations: ['companies'], history: true } },
      lists: 'all',
    },
  ],
  [{ objects: { '2-123456': { properties: 'all', history: ['color'] } }, lists: ['Newsletter', '17'] }],
])('takes %j', (mirror) => {
  expect(problemsOfMirror(mirror)).toEqual([]);
});

it.each([
  ['contacts', 'mirror', 'Give an object { objects: { contacts: {} } }.'],
  [{}, 'mirror.objects', 'Name at least one object type: { contacts: {} }.'],
  [{ objects: {} }, 'mirror.objects', 'Name at least one object type: { contacts: {} }.'],
  [{ objects: { contacts: {} }, list: 'all' }, 'mirror', 'list is not a known key. Did you mean lists?'],
  [
    { objects: { Contacts: {} } },
    'mirror.objects.Contacts',
    'Use the name as it stands in paths: contacts, deals, 2-123456.',
  ],
  [{ objects: { contacts: true } }, 'mirror.objects.contacts', 'Give an object; {} keeps all properties.'],
  [
    { objects: { contacts: { property: 'all' } } },
    'mirror.objects.contacts',
    'property is not a known key. Did you mean properties?',
  ],
  [
    { objects: { contacts: { properties: 'some' } } },
    'mirror.objects.contacts.properties',
    "Give 'all' or a list of names.",
  ],
  [
    { objects: { contacts: { properties: ['E-mail'] } } },
    'mirror.objects.contacts.properties',
    `"E-mail" cannot be a name here. Give 'all' or a list of names.`,
  ],
  [
    { objects: { contacts: { history: false } } },
    'mirror.objects.contacts.history',
    'Give true or a list of names.',
  ],
  [
    { objects: { contacts: { associations: [7] } } },
    'mirror.objects.contacts.associations',
    '7 cannot be a name here. Give a list of object types.',
  ],
  // HubSpot's paths take these too; lists and webhooks do not speak of them so.
  [{ objects: { contact: {} } }, 'mirror.objects.contact', 'Write contacts for "contact".'],
  [{ objects: { '0-3': {} } }, 'mirror.objects.0-3', 'Write deals for "0-3".'],
  [
    { objects: { contacts: { associations: ['company'] } } },
    'mirror.objects.contacts.associations',
    'Write companies for "company".',
  ],
  [
    { objects: { p77_boat: {} } },
    'mirror.objects.p77_boat',
    'Name the custom object "p77_boat" by its id, such as 2-123456: lists and webhooks do.',
  ],
  [
    { objects: { contacts: {} }, lists: [''] },
    'mirror.lists',
    `"" cannot be a name here. Give 'all' or a list of names.`,
  ],
])('refuses %j', (mirror, name, message) => {
  expect(problemsOfMirror(mirror)).toEqual([{ name, message }]);
});
