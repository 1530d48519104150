import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { choice, portalWith, property } from '../../test/support/actual-portal.ts';
import { defineConfig, defineEvent } from '../config/define-config.ts';
import type { PortalDefinition } from '../config/portal-definition.ts';
import { contactBy, contactByEmail, note, upsertContact } from '../mapping/index.ts';
import { desiredPortal } from './desired-portal.ts';
import { planPortal } from './plan-portal.ts';
import { type SampleUse, sampleUse, stagedTypes } from './sample-use.ts';

test('the samples of a config are mapped, and events without one left out', () => {
  const payload = z.object({ id: z.string() });
  const config = defineConfig({
    events: {
      joined: defineEvent({
        payload,
        record: ({ id }) => contactBy('driver_id', id),
        effects: ({ id }) => [
          upsertContact(contactBy('driver_id', id), { city: 'Oslo' }),
          note(contactBy('driver_id', id), { text: 'Joined' }),
        ],
        sample: { id: 'd-1' },
      }),
      left: defineEvent({ payload, record: ({ id }) => contactByEmail(id), effects: () => [] }),
    },
  });
  const of = { event: 'joined', objectType: 'contacts', idProperty: 'driver_id' };
  expect(sampleUse(config)).toEqual([
    { ...of, properties: { city: 'Oslo' } },
    { ...of, properties: {} },
  ]);
});

describe('what samples send is looked for', () => {
  const use = (event: string, properties: Record<string, string>, idProperty = 'email'): SampleUse => ({
    event,
    objectType: 'contacts',
    idProperty,
    properties,
  });
  const there = portalWith({
    contacts: {
      properties: [
        property('city'),
        property('driver_id', { hasUniqueValue: true }),
        property('plain_id'),
        property('plan', { type: 'enumeration', options: choice('free') }),
        property('created', { readOnlyValue: true }),
      ],
    },
  });

  test.each<[string, SampleUse[], PortalDefinition, string[]]>([
    ['nothing is said of what the portal has', [use('a', { city: 'Oslo' }, 'driver_id')], {}, []],
    ['nor of what the config creates', [use('a', { nova: '5' })], { properties: { contacts: ['nova'] } }, []],
    [
      'nor of an option that is added',
      [use('a', { plan: 'pro' })],
      { properties: { contacts: [{ name: 'plan', options: ['free', 'pro'] }] } },
      [],
    ],
    [
      'nor of an id that will be unique',
      [use('a', {}, 'user_id')],
      { properties: { contacts: [{ name: 'user_id', unique: true }] } },
      [],
    ],
    ['nor of HubSpot’s own id', [use('a', {}, 'hs_object_id')], {}, []],
    [
      'an unknown property is found once, with its events',
      [use('a', { ciyt: 'Oslo' }), use('b', { ciyt: 'Rome' })],
      {},
      ['sample-refused ciyt: ciyt is neither in the portal nor in the config. Did you mean city?'],
    ],
    [
      'an unknown one that is near nothing says what to do',
      [use('a', { wallet: 'x' })],
      {},
      [
        'sample-refused wallet: wallet is neither in the portal nor in the config. Add it to portal.properties.contacts, or correct the name.',
      ],
    ],
    [
      'an option that is not there',
      [use('a', { plan: 'gold' })],
      {},
      ['sample-refused plan: plan has no option "gold". Allowed: free.'],
    ],
    [
      'a value that HubSpot sets itself',
      [use('a', { created: 'x' })],
      {},
      ['sample-refused created: HubSpot sets created itself: leave it out of the mapping.'],
    ],
    [
      'an id that is not unique',
      [use('a', {}, 'plain_id')],
      {},
      ['id-not-unique plain_id: Records are found by plain_id, whose values are not unique in the portal.'],
    ],
    [
      'an id that there is not',
      [use('a', {}, 'drivr_id')],
      {},
      [
        'sample-refused drivr_id: drivr_id is neither in the portal nor in the config. Did you mean driver_id?',
      ],
    ],
  ])('%s', (_, uses, portal, findings) => {
    const made = planPortal(desiredPortal(portal), there, uses);
    expect(made.findings.map(({ kind, name, message }) => `${kind} ${name}: ${message}`)).toEqual(findings);
    for (const { events } of made.findings) expect(events).toEqual(uses.map(({ event }) => event));
  });
});

describe('a pipeline and a stage', () => {
  const stage = (id: string, label: string) => ({
    id,
    label,
    displayOrder: 0,
    metadata: {},
    archived: false,
  });
  const there = portalWith({
    deals: {
      properties: [
        property('pipeline', { type: 'enumeration', options: choice('p1') }),
        property('dealstage', { type: 'enumeration', options: choice('s1') }),
      ],
      pipelines: [
        { id: 'p1', label: 'Sales', displayOrder: 0, archived: false, stages: [stage('s1', 'Closed Won')] },
      ],
    },
  });
  const portal: PortalDefinition = {
    pipelines: { deals: [{ label: 'Orders', stages: [{ label: 'Paid' }] }] },
  };
  const stageProblem = 'dealstage has no option "Paid". Allowed: s1.';

  test.each<[string, Record<string, string>, string[]]>([
    ['by their ids', { pipeline: 'p1', dealstage: 's1' }, []],
    ['by the labels that the portal has, in any case', { pipeline: 'sales', dealstage: 'closed won' }, []],
    ['by the labels that the config creates', { pipeline: 'Orders', dealstage: 'Paid' }, []],
    ['a stage alone', { dealstage: 'Paid' }, []],
    ['a stage of another pipeline', { pipeline: 'Sales', dealstage: 'Paid' }, [stageProblem]],
    [
      'an unknown pipeline',
      { pipeline: 'Order', dealstage: 'Paid' },
      ['pipeline has no option "Order". Allowed: p1.', stageProblem],
    ],
  ])('%s', (_, properties, messages) => {
    const uses = [{ event: 'paid', objectType: 'deals', idProperty: 'hs_object_id', properties }];
    const { findings } = planPortal(desiredPortal(portal), there, uses);
    expect(findings.map(({ message }) => message)).toEqual(messages);
    expect([...stagedTypes(uses)]).toEqual(['deals']);
  });
});
