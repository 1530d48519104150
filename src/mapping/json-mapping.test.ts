import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineConfig, defineEvent } from '../config/define-config.ts';
import { checkSamples } from './check-samples.ts';
import { eventsFromJson } from './json-mapping.ts';
import { createMapper } from './mapper.ts';
import { contactByEmail } from './record-refs.ts';

const DEMO = {
  field_mapping: {
    firstName: 'firstname',
    lastName: 'lastname',
    email: 'email',
    serviceInterests: 'service_interest',
    projectDetails: 'project_description',
    seats: 'seats',
    isUrgent: 'is_urgent',
  },
  static_values: { form_type: 'demo_request', lifecyclestage: 'salesqualifiedlead', tags: ['web', 'demo'] },
};
const STATIC = { form_type: 'demo_request', lifecyclestage: 'salesqualifiedlead', tags: 'web;demo' };

function planOf(payload: unknown) {
  const mapper = createMapper(defineConfig({ events: eventsFromJson({ demo_request: DEMO }) }));
  return mapper.plan({ id: 1, type: 'demo_request', payload, occurredAt: new Date(0) });
}

describe('an event of a mapping', () => {
  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['sets the static values', {}, {}],
    [
      'capitalises names with care',
      { firstName: 'ADA', lastName: "o'brien" },
      { firstname: 'Ada', lastname: "O'Brien" },
    ],
    ['cleans texts', { projectDetails: ' one\r\ntwo\u0007 ' }, { project_description: 'one\ntwo' }],
    ['joins choices', { serviceInterests: ['crm', 'ads'] }, { service_interest: 'crm;ads' }],
    ['takes numbers and booleans', { seats: 12, isUrgent: false }, { seats: '12', is_urgent: 'false' }],
    ['leaves alone what is empty', { firstName: ' ', seats: null, serviceInterests: [] }, {}],
    ['leaves out what is not mapped', { iban: 'DE00' }, {}],
  ])('%s', (_, fields, properties) => {
    expect(planOf({ email: ' Ada@Example.com', ...fields })).toMatchObject({
      ok: true,
      effects: [
        {
          kind: 'contact.upsert',
          record: { objectType: 'contacts', idProperty: 'email', id: 'ada@example.com' },
          properties: { ...STATIC, ...properties },
        },
      ],
    });
  });

  test('sends nothing else', () => {
    const plan = planOf({ email: 'ada@example.com', firstName: 'Ada' });
    expect(plan.ok && plan.effects[0]).toHaveProperty('properties', { ...STATIC, firstname: 'Ada' });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no address', {}, 'EVENT_PAYLOAD_INVALID'],
    ['an address that is none', { email: 'nobody' }, 'EMAIL_UNUSABLE'],
    ['a value that no form sends', { email: 'ada@example.com', seats: { n: 1 } }, 'EVENT_PAYLOAD_INVALID'],
  ])('refuses %s', (_, payload, code) => expect(planOf(payload)).toMatchObject({ ok: false, code }));

  test('finds the address in whatever field is mapped to it', () => {
    const events = eventsFromJson({ quote: { field_mapping: { mail: 'email' } } });
    expect(
      createMapper(defineConfig({ events })).route({ type: 'quote', payload: { mail: 'a@example.com' } }),
    ).toEqual({
      ok: true,
      recordKey: 'contacts:email:a@example.com',
    });
  });
});

test('stands beside events of the config, with a sample of its own', () => {
  const config = defineConfig({
    events: {
      ...eventsFromJson({ demo_request: DEMO }),
      signed_up: defineEvent({
        payload: z.object({ email: z.string() }),
        record: ({ email }) => contactByEmail(email),
        effects: () => [],
      }),
    },
  });
  expect(Object.keys(config.events)).toEqual(['demo_request', 'signed_up']);
  expect(checkSamples(config)).toEqual([]);
});

const MAPPING = { email: 'email' };

describe('what is wrong with a mapping', () => {
  test.each<[string, unknown, string[]]>([
    ['nothing', {}, ['mapping: Give an object']],
    ['a list', [], ['mapping: Give an object']],
    ['text', '{}', ['mapping: Give an object']],
    ['a form that is none', { demo: 'x' }, ['demo: Give an object with field_mapping']],
    ['a name', { 'demo request': { field_mapping: MAPPING } }, ['demo request: Use 1 to 100 letters']],
    ['no fields', { demo: {} }, ['demo.field_mapping: Give an object']],
    [
      'no address',
      { demo: { field_mapping: { a: 'b' } } },
      ['demo.field_mapping: No field is mapped to email'],
    ],
    [
      'a key',
      { demo: { field_mapping: MAPPING, static_value: {} } },
      ['demo: static_value is not a known key. Did you mean static_values?'],
    ],
    [
      'a property',
      { demo: { field_mapping: { ...MAPPING, a: 'Job Title', b: 7 } } },
      ['demo.field_mapping.a: "Job Title" is no name', 'demo.field_mapping.b: A value of type number'],
    ],
    [
      'a property that is set twice',
      { demo: { field_mapping: { ...MAPPING, a: 'city', b: 'city' }, static_values: { city: 'Oslo' } } },
      [
        'demo.field_mapping.b: city is already the property of a',
        'demo.static_values.city: a is mapped to it',
      ],
    ],
    [
      'static values',
      { demo: { field_mapping: MAPPING, static_values: { email: 'a@example.com', x: null, y: { z: 1 } } } },
      [
        'demo.static_values.email: The address',
        'demo.static_values.x: Give a text',
        'demo.static_values.y: Give a',
      ],
    ],
    [
      'static values that are none',
      { demo: { field_mapping: MAPPING, static_values: 7 } },
      ['demo.static_values: Give'],
    ],
    ['several forms', { a: 1, b: 2 }, ['a: Give an object', 'b: Give an object']],
  ])('%s', (_, mapping, problems) => {
    let lines: string[] = [];
    try {
      eventsFromJson(mapping);
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      lines = String(error).split('\n  ').slice(1);
    }
    expect(lines).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});
