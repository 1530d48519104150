import { describe, expect, test } from 'vitest';
import { contactByEmail } from '../mapping/index.ts';
import { defineConfig, defineEvent } from './define-config.ts';
import { findPortalProblems } from './portal-schema.ts';

const text = (portal: unknown) =>
  findPortalProblems(portal).map(({ name, message }) => `${name}: ${message}`);

describe('a portal that is well described', () => {
  test.each([
    ['nothing', {}],
    ['short forms', { groups: { contacts: ['app'] }, properties: { contacts: ['driver_id'] } }],
    [
      'every key',
      {
        groups: { contacts: [{ name: 'app', label: 'App' }] },
        properties: {
          contacts: [
            {
              name: 'driver_id',
              label: 'Driver',
              type: 'string',
              fieldType: 'text',
              group: 'app',
              description: 'From the app',
              unique: true,
            },
            {
              name: 'plans',
              fieldType: 'checkbox',
              options: ['free', { value: 'pro', label: 'Pro', order: 1, hidden: true }],
            },
          ],
          '2-17': ['serial'],
          p123_contracts: ['serial'],
          cars: ['serial'],
        },
        pipelines: {
          deals: [{ label: 'Partners', stages: [{ label: 'New', probability: 0 }] }],
          tickets: [{ label: 'Help', stages: [{ label: 'New' }, { label: 'Done', ticketState: 'CLOSED' }] }],
        },
        lists: { contacts: ['Drivers', { name: 'Active', filterBranch: { filterBranchType: 'OR' } }] },
      },
    ],
  ])('has no problem with %s', (_, portal) => {
    expect(text(portal)).toEqual([]);
  });
});

describe('a portal that is wrongly described', () => {
  test.each([
    ['is no object', 'x', /^portal: Give an object/],
    [
      'has an unknown part',
      { propertys: {} },
      'portal: propertys is not a known key. Did you mean properties?',
    ],
    ['has a part that is no object', { lists: [] }, 'portal.lists: Give an object of lists, by object type.'],
    ['has no list', { groups: { contacts: 'app' } }, 'portal.groups.contacts: Give a list.'],
    [
      'names a singular type',
      { groups: { company: [] } },
      /^portal\.groups\.company: .*Did you mean companies\?/,
    ],
    ['misspells a type', { lists: { contcats: [] } }, /^portal\.lists\.contcats: .*Did you mean contacts\?/],
    [
      'has a type that is no name',
      { lists: { 'a b': [] } },
      'portal.lists.a b: It is not the name of an object type.',
    ],
    [
      'has pipelines of contacts',
      { pipelines: { contacts: [] } },
      'portal.pipelines.contacts: Only deals and tickets have pipelines here.',
    ],
    [
      'has an entry that is none',
      { groups: { contacts: [7] } },
      'portal.groups.contacts[0]: Give a name or an object with name, label.',
    ],
    [
      'has something twice',
      { groups: { contacts: ['app', { name: 'app' }] } },
      'portal.groups.contacts.app: It is there twice: remove one.',
    ],
    ['has no name', { lists: { contacts: [{}] } }, 'portal.lists.contacts[0]: Give a name.'],
    [
      'has a name in capitals',
      { groups: { contacts: ['App'] } },
      'portal.groups.contacts.App: Use lower-case letters, digits and "_", a letter first.',
    ],
  ])('that %s', (_, portal, problem) => {
    expect(text(portal)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  test.each([
    [{ name: 'hs_plan' }, 'p.hs_plan: Names that begin with hs_ are HubSpot’s own: use another.'],
    [{ name: 'a', lable: 'A' }, 'p.a: lable is not a known key. Did you mean label?'],
    [{ name: 'a', label: ' ' }, 'p.a.label: Give a text that is not blank.'],
    [{ name: 'a', type: 'strng' }, /^p\.a\.type: "strng" is none of string, .*Did you mean string\?$/],
    [
      { name: 'a', type: 'number', fieldType: 'select' },
      'p.a.fieldType: "select" does not fit the type number: use number.',
    ],
    [{ name: 'a', unique: 'yes' }, 'p.a.unique: Give true or false.'],
    [
      { name: 'a', type: 'bool', unique: true },
      'p.a.unique: Values of the type bool cannot be unique: use string or number.',
    ],
    [{ name: 'a', group: 'My App' }, /^p\.a\.group: Use lower-case/],
    [
      { name: 'a', type: 'enumeration' },
      "p.a.options: Give what can be chosen, for example ['free', 'pro'].",
    ],
    [{ name: 'a', type: 'number', options: ['1'] }, 'p.a.options: A number has no options: leave them out.'],
    [{ name: 'a', options: ['x', 'x'] }, 'p.a.options[1]: x is there twice: remove one.'],
    [{ name: 'a', options: ['x;y'] }, /^p\.a\.options\[0\]: "x;y" cannot be a value/],
    [{ name: 'a', options: [{ value: 'x', order: -1 }] }, /^p\.a\.options\[0\]\.order: /],
    [{ name: 'a', options: [{ value: 'x', hide: true }] }, /hide is not a known key\. Did you mean hidden\?/],
  ])('as a property %j', (property, problem) => {
    const found = text({ properties: { contacts: [property] } });
    const short = found.map((line) => line.replace('portal.properties.contacts.', 'p.'));
    expect(short).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  test.each([
    ['deals', [], /stages: Give at least one stage\.$/],
    [
      'deals',
      [{ label: 'New' }],
      /stages\[0\]: probability \(none\) is no number from 0 \(lost\) to 1 \(won\)\.$/,
    ],
    ['deals', [{ label: 'New', probability: 20 }], /probability 20 is no number/],
    ['deals', [{ label: 'New', probability: 1, ticketState: 'OPEN' }], /have no ticketState/],
    [
      'tickets',
      [{ label: 'New', ticketState: 'CLOSD' }],
      /"CLOSD" is none of OPEN, CLOSED\. Did you mean CLOSED\?$/,
    ],
    ['tickets', [{ label: 'New', probability: 1 }], /have no probability/],
    ['tickets', [{ label: 'New' }, { label: 'New' }], /stages\[1\]: New is there twice: remove one\.$/],
    ['tickets', [{}], /stages\[0\]: Give a label\.$/],
  ])('as a pipeline of %s with the stages %j', (objectType, stages, problem) => {
    expect(text({ pipelines: { [objectType]: [{ label: 'One', stages }] } })).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  test('has more unique properties than HubSpot allows', () => {
    const contacts = Array.from({ length: 11 }, (_, index) => ({ name: `id_${index}`, unique: true }));
    expect(text({ properties: { contacts } })).toEqual([
      'portal.properties.contacts: 11 properties are unique and HubSpot allows 10 for an object type.',
    ]);
  });

  test('is refused with all problems at once, beside those of events', () => {
    const portal = { properties: { contacts: ['Driver', { name: 'hs_a' }] } };
    const event = defineEvent({
      payload: undefined as never,
      record: () => contactByEmail('ada@example.com'),
      effects: () => [],
    });
    expect(() => defineConfig({ events: { signed_up: event }, portal })).toThrow(/has 3 problems/);
  });
});
