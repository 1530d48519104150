import { expect, test } from 'vitest';
import { defineConfig } from '../../config/define-config.ts';
import { checkSamples } from '../check-samples.ts';
import { checkSubmission } from './check-submission.ts';
import { formsFromJson } from './forms-from-json.ts';

const MAPPING = {
  demo_request: {
    field_mapping: {
      firstName: 'firstname',
      lastName: 'lastname',
      email: 'email',
      company: 'company',
      jobTitle: 'jobtitle',
      phone: 'phone',
      country: 'country',
      serviceInterests: 'service_interest',
      projectDetails: 'project_description',
      preferredDate: 'preferred_demo_date',
      preferredTime: 'preferred_demo_time',
      referralSource: 'lead_source',
      uploadId: 'sample_data_reference',
    },
    static_values: { form_type: 'demo_request', lifecyclestage: 'salesqualifiedlead' },
  },
  contact: { field_mapping: { mail: 'email' } },
} as const;
const CONTEXT = { language: 'en', now: new Date('2026-11-26T09:00:00Z') };

test('a mapping in JSON becomes forms whose fields have the types of their properties', () => {
  const { demo_request: form, contact } = formsFromJson(MAPPING);
  expect(Object.entries(form.fields).map(([name, { type }]) => `${name} ${type}`)).toEqual([
    'firstName name',
    'lastName name',
    'email email',
    'company text',
    'jobTitle text',
    'phone phone',
    'country country',
    'serviceInterests text',
    'projectDetails longtext',
    'preferredDate date',
    'preferredTime time',
    'referralSource text',
    'uploadId upload',
  ]);
  expect(form).toMatchObject({
    title: 'Demo request',
    statics: MAPPING.demo_request.static_values,
    fields: { firstName: { label: 'First name', property: 'firstname' }, phone: { country: 'country' } },
  });
  expect(contact.title).toBe('Contact');
});

test('such forms are valid in a config, with samples that can be mapped', () => {
  const config = defineConfig({ events: {}, forms: formsFromJson(MAPPING) });
  expect(checkSamples(config)).toEqual([]);
});

test('a list is taken and sent as choices, and one with a semicolon is refused', () => {
  const { demo_request: form } = formsFromJson(MAPPING);
  const read = (serviceInterests: unknown) =>
    checkSubmission(form, { email: 'ada@example.com', serviceInterests }, CONTEXT);
  expect(read([' crm', '', 'ads'])).toMatchObject({ ok: true, values: { serviceInterests: 'crm;ads' } });
  expect(read(['a;b'])).toMatchObject({
    ok: false,
    problems: [{ field: 'serviceInterests', code: 'NOT_TEXT' }],
  });
  expect(read('crm')).toMatchObject({ ok: true, values: { serviceInterests: 'crm' } });
});

test('a guess can be put right for a property', () => {
  const fields = { service_interest: { type: 'choices', options: ['crm', 'ads'] } } as const;
  const { demo_request: form } = formsFromJson(MAPPING, { fields });
  expect(form.fields.serviceInterests).toEqual({
    type: 'choices',
    options: ['crm', 'ads'],
    label: 'Service interests',
    property: 'service_interest',
  });
});

test.each<[unknown, RegExp]>([
  [{ 'Demo-Request': { field_mapping: { email: 'email' } } }, /Demo-Request: Use 1 to 63 lower-case letters/],
  [{ demo: { field_mapping: { a: 'b' } } }, /demo\.field_mapping: No field is mapped to email/],
  [{ demo: { field_mapping: { email: 'email' }, statics: {} } }, /demo: statics is not a known key/],
])('%j is refused with its place', (mapping, problem) => {
  expect(() => formsFromJson(mapping)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(problem) }),
  );
});
