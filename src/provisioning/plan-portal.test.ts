import { describe, expect, test } from 'vitest';
import { choice, portalWith, property } from '../../test/support/actual-portal.ts';
import type { PortalDefinition } from '../config/portal-definition.ts';
import type { ActualPortal } from './actual-portal.ts';
import { desiredPortal } from './desired-portal.ts';
import { planPortal } from './plan-portal.ts';

function plan(portal: PortalDefinition, there: ActualPortal) {
  return planPortal(desiredPortal(portal), there);
}

/** The findings of a plan, in short. */
function found(...given: Parameters<typeof plan>): string[] {
  return plan(...given).findings.map(({ kind, name, message }) => `${kind} ${name}: ${message}`);
}

/** What a plan creates, in short. */
function created(...given: Parameters<typeof plan>): string[] {
  return plan(...given).changes.map((change) => {
    const facts = Object.values({ ...change, kind: '', objectType: '', typeId: '' });
    const named = facts.map((fact: unknown) => nameOf(fact)).filter((name) => name !== '');
    return `${change.kind} ${change.objectType} ${named.join(' ')}`;
  });
}

function nameOf(fact: unknown): string {
  if (typeof fact === 'string') return fact;
  if (Array.isArray(fact)) return fact.map(nameOf).join(',');
  const { name, label, value } = fact as Record<string, string | undefined>;
  return name ?? value ?? label ?? '';
}

const EMPTY = portalWith({ contacts: {}, deals: {}, tickets: {} });
const SALES = {
  id: 'default',
  label: 'Sales',
  displayOrder: 0,
  archived: false,
  stages: [
    { id: 'a', label: 'New', displayOrder: 0, metadata: { probability: '0.20' }, archived: false },
    { id: 'b', label: 'Won', displayOrder: 1, metadata: { probability: '1.0' }, archived: false },
  ],
};
const list = (name: string, processingType: string) => ({
  listId: '1',
  objectTypeId: '0-1',
  name,
  processingType,
});

describe('what is missing is created', () => {
  test('in an empty portal, in the order in which one needs the other', () => {
    const portal: PortalDefinition = {
      lists: { contacts: ['Drivers'] },
      pipelines: { deals: [{ label: 'Partners', stages: [{ label: 'New', probability: 0.2 }] }] },
      properties: { contacts: ['note', { name: 'driver_id', group: 'app' }], deals: ['redemption'] },
      groups: { contacts: ['app'] },
    };
    expect(created(portal, EMPTY)).toEqual([
      'group.create contacts app',
      'group.create contacts spoke',
      'group.create deals spoke',
      'property.create contacts note',
      'property.create contacts driver_id',
      'property.create deals redemption',
      'pipeline.create deals Partners',
      'list.create contacts Drivers',
    ]);
    expect(found(portal, EMPTY)).toEqual([]);
  });

  test('with everything that the config leaves out filled in', () => {
    const portal: PortalDefinition = {
      properties: {
        contacts: [
          'wallet_pass',
          { name: 'plan', options: ['free', 'pro_plus'] },
          { name: 'vip', type: 'bool' },
        ],
      },
      pipelines: { tickets: [{ label: 'Help', stages: [{ label: 'New' }] }] },
    };
    expect(plan(portal, EMPTY).changes).toMatchObject([
      { kind: 'group.create', group: { name: 'spoke', label: 'Spoke' } },
      {
        typeId: '0-1',
        property: {
          name: 'wallet_pass',
          label: 'Wallet pass',
          type: 'string',
          fieldType: 'text',
          groupName: 'spoke',
        },
      },
      {
        property: {
          type: 'enumeration',
          fieldType: 'select',
          options: [
            { value: 'free', label: 'Free', displayOrder: 0, hidden: false },
            { value: 'pro_plus', label: 'Pro plus', displayOrder: 1, hidden: false },
          ],
        },
      },
      { property: { type: 'bool', fieldType: 'booleancheckbox', options: choiceLabels('Yes', 'No') } },
      { pipeline: { stages: [{ label: 'New', displayOrder: 0, metadata: { ticketState: 'OPEN' } }] } },
    ]);
  });

  test('without the group spoke when no new property needs it', () => {
    const there = portalWith({ contacts: { properties: [property('note')] } });
    expect(created({ properties: { contacts: ['note'] } }, there)).toEqual([]);
  });

  test('options and stages beside those that are there', () => {
    const there = portalWith({
      contacts: { properties: [property('plan', { type: 'enumeration', options: choice('free') })] },
      deals: { pipelines: [SALES] },
    });
    const portal: PortalDefinition = {
      properties: { contacts: [{ name: 'plan', options: ['free', 'pro', 'team'] }] },
      pipelines: {
        deals: [
          {
            label: 'Sales',
            stages: [
              { label: 'New', probability: 0.2 },
              { label: 'Talk', probability: 0.5 },
              { label: 'Won', probability: 1 },
            ],
          },
        ],
      },
    };
    expect(created(portal, there)).toEqual([
      'options.add contacts plan pro,team',
      'stage.create deals Sales default Talk',
    ]);
    expect(found(portal, there)).toEqual([]);
  });

  test('at a custom object under its id', () => {
    const there = portalWith({ cars: {} }, { customTypes: ['cars'] });
    expect(plan({ properties: { cars: ['serial'] } }, there).changes).toMatchObject([
      { typeId: '2-1', kind: 'group.create' },
      { typeId: '2-1', kind: 'property.create', property: { name: 'serial' } },
    ]);
  });
});

const choiceLabels = (...labels: string[]) => labels.map((label) => ({ label }));

describe('what nobody but a person can mend is found, and nothing is created in its place', () => {
  const eleven = Array.from({ length: 10 }, (_, place) => property(`id_${place}`, { hasUniqueValue: true }));
  const limits = (room: number) => ({
    limits: { limit: 1_000, usage: 0, byObjectType: [{ objectTypeId: '0-1', limit: 5, usage: 5 - room }] },
  });

  test.each<[string, PortalDefinition, ActualPortal, string]>([
    [
      'an unknown object type',
      { properties: { care: ['serial'] } },
      portalWith({}, { customTypes: ['cars'] }),
      'object-type-missing care: The portal has no object type care. Did you mean cars?',
    ],
    [
      'an unknown group',
      { groups: { contacts: ['app'] }, properties: { contacts: [{ name: 'note', group: 'apps' }] } },
      portalWith({ contacts: { groups: [{ name: 'app', label: 'App', archived: false }] } }),
      'group-missing note: note is to be in the group apps, which there is not. Did you mean app?',
    ],
    [
      'an archived property of the name',
      { properties: { contacts: ['note'] } },
      portalWith({ contacts: { archived: ['note'] } }),
      'archived note: note is archived in the portal: restore it there, or use another name.',
    ],
    [
      'another type',
      { properties: { contacts: [{ name: 'nova', type: 'number' }] } },
      portalWith({ contacts: { properties: [property('nova')] } }),
      'type-differs nova: nova is of the type string and the config says number.',
    ],
    [
      'another field type than the config names',
      { properties: { contacts: [{ name: 'note', fieldType: 'textarea' }] } },
      portalWith({ contacts: { properties: [property('note')] } }),
      'type-differs note: note has the field type text and the config says textarea.',
    ],
    [
      'values that are not unique',
      { properties: { contacts: [{ name: 'driver_id', unique: true }] } },
      portalWith({ contacts: { properties: [property('driver_id')] } }),
      'not-unique driver_id: driver_id is there without unique values, and the config wants them.',
    ],
    [
      'options that are HubSpot’s',
      { properties: { contacts: [{ name: 'plan', options: ['pro'] }] } },
      portalWith({
        contacts: { properties: [property('plan', { type: 'enumeration', readOnlyOptions: true })] },
      }),
      'options-fixed plan: plan lacks pro, and its options are HubSpot’s.',
    ],
    [
      'an eleventh unique property',
      { properties: { contacts: [{ name: 'driver_id', unique: true }] } },
      portalWith({ contacts: { properties: eleven } }),
      'unique-limit driver_id: driver_id would be the 11th property with unique values, and HubSpot allows 10.',
    ],
    [
      'one custom property too many',
      { properties: { contacts: ['note'] } },
      portalWith({ contacts: {} }, limits(0)),
      'property-limit note: note would be one more custom property than the portal may have.',
    ],
    [
      'a stage of another probability',
      {
        pipelines: {
          deals: [
            {
              label: 'Sales',
              stages: [
                { label: 'New', probability: 0.3 },
                { label: 'Won', probability: 1 },
              ],
            },
          ],
        },
      },
      portalWith({ deals: { pipelines: [SALES] } }),
      'stage-differs Sales: Sales stage New has the probability 0.20, and the config says 0.3.',
    ],
    [
      'a dynamic list in the place of a manual one',
      { lists: { contacts: ['Drivers'] } },
      portalWith({ contacts: { lists: [list('Drivers', 'DYNAMIC')] } }),
      'list-differs Drivers: The list Drivers is DYNAMIC, and the config makes it MANUAL.',
    ],
  ])('%s', (_, portal, there, finding) => {
    expect(found(portal, there)).toEqual([finding]);
    expect(plan(portal, there).findings[0]?.level).toBe('problem');
    expect(created(portal, there).filter((change) => !change.startsWith('group.'))).toEqual([]);
  });

  test('beyond a limit, and what still fits is created', () => {
    const there = portalWith({ contacts: {} }, limits(1));
    const portal = { properties: { contacts: ['one', 'two'] } };
    expect(created(portal, there)).toEqual(['group.create contacts spoke', 'property.create contacts one']);
    expect(found(portal, there)).toEqual([expect.stringMatching(/^property-limit two: /)]);
  });

  test('beyond the limit of the portal in all', () => {
    const whole = { limits: { limit: 10, usage: 9, byObjectType: [] } };
    const there = portalWith({ contacts: {}, deals: {} }, whole);
    const portal = { properties: { contacts: ['one'], deals: ['two'] } };
    expect(found(portal, there)).toEqual([expect.stringMatching(/^property-limit two: /)]);
  });
});

describe('what is kept is told as a notice', () => {
  test.each<[string, PortalDefinition, ActualPortal, string]>([
    [
      'another label',
      { properties: { contacts: [{ name: 'note', label: 'Note' }] } },
      portalWith({ contacts: { properties: [property('note', { label: 'Remark' })] } }),
      'label-differs note: note is labelled "Remark", and the config says "Note".',
    ],
    [
      'another label of a group',
      { groups: { contacts: [{ name: 'app', label: 'App' }] } },
      portalWith({ contacts: { groups: [{ name: 'app', label: 'Our app', archived: false }] } }),
      'label-differs app: the group app is labelled "Our app", and the config says "App".',
    ],
    [
      'another label of an option',
      { properties: { contacts: [{ name: 'plan', options: [{ value: 'pro', label: 'Pro' }] }] } },
      portalWith({
        contacts: { properties: [property('plan', { type: 'enumeration', options: choice('pro') })] },
      }),
      'label-differs plan: plan option pro is labelled "pro", and the config says "Pro".',
    ],
    [
      'another group',
      {
        groups: { contacts: ['contactinformation', 'app'] },
        properties: { contacts: [{ name: 'note', group: 'app' }] },
      },
      portalWith({
        contacts: {
          properties: [property('note')],
          groups: ['app', 'contactinformation'].map((name) => ({ name, label: name, archived: false })),
        },
      }),
      'group-differs note: note stands in the group contactinformation, and the config says app.',
    ],
    [
      'options that only the portal has',
      { properties: { contacts: [{ name: 'plan', options: ['free'] }] } },
      portalWith({
        contacts: {
          properties: [property('plan', { type: 'enumeration', options: choice('free', 'old', 'vip') })],
        },
      }),
      'only-in-portal plan: plan also has old, vip.',
    ],
    [
      'stages that only the portal has',
      { pipelines: { deals: [{ label: 'Sales', stages: [{ label: 'New', probability: 0.2 }] }] } },
      portalWith({ deals: { pipelines: [SALES] } }),
      'only-in-portal Sales: Sales also has Won.',
    ],
  ])('%s', (_, portal, there, finding) => {
    expect(found(portal, there)).toEqual([finding]);
    expect(plan(portal, there).findings[0]?.level).toBe('notice');
    expect(created(portal, there)).toEqual([]);
  });

  test('but a label or field type that the config leaves out is not compared', () => {
    const there = portalWith({
      contacts: { properties: [property('note', { label: 'Remark', fieldType: 'textarea' })] },
    });
    expect(found({ properties: { contacts: ['note'] } }, there)).toEqual([]);
  });
});

test('lists that segments go to are created as those that are named, a number is the id of one', () => {
  const rule = { property: 'email', known: true } as const;
  const desired = desiredPortal(
    { lists: { contacts: ['VIPs'] } },
    {
      vips: { rule, pushToList: 'VIPs' },
      cold: { rule, pushToList: ' Cold ' },
      big: { rule, objectType: 'deals', pushToList: 'Big' },
      known: { rule, pushToList: '17' },
      none: { rule },
    },
  );
  expect([...desired].map(([type, { lists }]) => [type, lists.map(({ name }) => name)])).toEqual([
    ['contacts', ['VIPs', 'Cold']],
    ['deals', ['Big']],
  ]);
});
