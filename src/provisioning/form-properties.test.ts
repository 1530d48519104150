import { describe, expect, test } from 'vitest';
import type { FormDefinition } from '../config/forms.ts';
import { contactForm, demoRequestForm } from '../mapping/index.ts';
import { formProperties } from './form-properties.ts';

const email = { type: 'email', label: 'E-mail', property: 'email' } as const;
const formOf = (
  it: FormDefinition['fields'][string],
  rest: Partial<FormDefinition> = {},
): FormDefinition => ({
  title: 'Ask',
  fields: { email, it },
  ...rest,
});
const label = { en: 'It', de: 'Es' };
const options = ['a', { value: 'b', label: { en: 'Bee', de: 'Be' }, send: 'B' }] as const;

describe('formProperties', () => {
  test.each<[FormDefinition['fields'][string], object]>([
    [
      { type: 'text', label, property: 'p' },
      { name: 'p', label: 'It' },
    ],
    [
      { type: 'longtext', label, property: 'p' },
      { name: 'p', label: 'It', fieldType: 'textarea' },
    ],
    [
      { type: 'phone', label, property: 'p' },
      { name: 'p', label: 'It', fieldType: 'phonenumber' },
    ],
    [
      { type: 'date', label, property: 'p' },
      { name: 'p', label: 'It', type: 'date' },
    ],
    [
      { type: 'number', label, property: 'p' },
      { name: 'p', label: 'It', type: 'number' },
    ],
    [
      { type: 'checkbox', label, property: 'p' },
      { name: 'p', label: 'It', type: 'bool' },
    ],
    [
      { type: 'choices', label, property: 'p', options },
      {
        name: 'p',
        label: 'It',
        type: 'enumeration',
        fieldType: 'checkbox',
        options: [
          { value: 'a', label: 'a' },
          { value: 'B', label: 'Bee' },
        ],
      },
    ],
  ])('of %j wants %j', (field, draft) => {
    expect(formProperties({ ask: formOf(field) }).contacts).toEqual([
      { name: 'email', label: 'E-mail' },
      draft,
    ]);
  });

  test('joins the options of two forms that share a property, and of a static value', () => {
    const choice = (each: readonly string[]) =>
      formOf({ type: 'choice', label, property: 'p', options: each });
    const forms = {
      one: formOf({ type: 'text', label }, { statics: { p: 'x' } }),
      two: choice(['a', 'b']),
      three: choice(['b', 'c']),
    };
    expect(formProperties(forms).contacts.find(({ name }) => name === 'p')).toMatchObject({
      type: 'enumeration',
      options: [{ value: 'a' }, { value: 'b' }, { value: 'c' }],
    });
  });

  test('leaves HubSpot’s own names alone, and takes the properties of deals and uploads along', () => {
    const forms = {
      contact: contactForm({ statics: { hs_language: 'en' } }),
      demo_request: demoRequestForm({
        deal: { pipeline: 'p', stage: 's', properties: { preferredDate: 'wanted_on' } },
      }),
    };
    const { contacts, deals } = formProperties(forms, true);
    expect(contacts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['form_type', 'file_upload_count']),
    );
    expect(contacts.map(({ name }) => name)).not.toContain('hs_language');
    expect(deals).toMatchObject([
      { name: 'spoke_submission_id', unique: true },
      { name: 'wanted_on', type: 'date' },
    ]);
  });

  test('wants nothing without forms', () => {
    expect(formProperties()).toEqual({ contacts: [], deals: [] });
  });
});
