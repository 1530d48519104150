import { describe, expect, test } from 'vitest';
import type { FieldDefinition, FormDefinition } from '../../config/forms.ts';
import { checkSubmission, type SubmissionContext } from './check-submission.ts';
import { contactForm, demoRequestForm } from './presets.ts';

const CONTEXT: SubmissionContext = {
  language: 'en',
  timeZone: 'Europe/Berlin',
  defaultCountry: 'DE',
  now: new Date('2026-11-26T23:30:00Z'),
};
const formOf = (it: FieldDefinition): FormDefinition => ({
  title: { en: 'Ask', de: 'Fragen', fr: 'Demander' },
  fields: { email: { type: 'email', label: 'E-mail' }, it },
});
const read = (it: FieldDefinition, given: unknown, context: Partial<SubmissionContext> = {}) => {
  const body = given === undefined ? {} : { it: given };
  const check = checkSubmission(
    formOf(it),
    { email: 'ada@example.com', ...body },
    { ...CONTEXT, ...context },
  );
  return check.ok ? check.values.it : check.problems.map(({ field, code }) => `${field} ${code}`).join();
};

const label = 'It';
const sizes = {
  type: 'choices',
  label,
  options: ['small', { value: 'large', label: { en: 'Large one', de: 'Groß' } }],
} as const;
const consent = {
  type: 'consent',
  label,
  text: { en: 'I agree', de: 'Ja' },
  version: '7',
  subscription: 'News',
} as const;
const upload = { type: 'upload', label } as const;
const token = 'aaaaaaaaaaaaaaaaaaaaaaaa';
const id = '6f1c1e0e-8f0e-4a55-9d0a-3c1d2e4f5a6b';

test.each<[FieldDefinition, unknown, unknown]>([
  [{ type: 'text', label }, '  Tom & Jerry\u0001 Ltd ', 'Tom & Jerry Ltd'],
  [{ type: 'text', label }, 'two\nlines', 'two lines'],
  [{ type: 'text', label }, 7, '7'],
  [{ type: 'text', label }, '   ', undefined],
  [{ type: 'text', label }, null, undefined],
  [{ type: 'text', label }, {}, 'it NOT_TEXT'],
  [{ type: 'text', label }, ['a'], 'it NOT_TEXT'],
  [{ type: 'text', label }, true, 'it NOT_TEXT'],
  [{ type: 'text', label, max: 3 }, '🙂🙂🙂', '🙂🙂🙂'],
  [{ type: 'text', label, max: 3 }, '🙂🙂🙂🙂', 'it TOO_LONG'],
  [{ type: 'text', label, min: 3 }, 'ab', 'it TOO_SHORT'],
  [{ type: 'text', label, required: true }, ' ', 'it REQUIRED'],
  [{ type: 'longtext', label }, 'Line one\r\nLine two', 'Line one\nLine two'],
  [{ type: 'longtext', label }, 'x'.repeat(10_001), 'it TOO_LONG'],
  [{ type: 'name', label }, 'MARY-JANE', 'Mary-Jane'],
  [{ type: 'phone', label }, '030 901820', '+4930901820'],
  [{ type: 'phone', label, country: 'GB' }, '020 7946 0018', '+442079460018'],
  [{ type: 'phone', label }, 'call me', 'call me'],
  [{ type: 'country', label }, 'Deutschland', 'DE'],
  [{ type: 'country', label }, 'Narnia', 'Narnia'],
  [{ type: 'country', label }, 'x'.repeat(101), 'it NOT_A_CHOICE'],
  [{ type: 'choice', label, options: sizes.options }, ' LARGE  ONE', 'large'],
  [{ type: 'choice', label, options: sizes.options }, 'huge', 'it NOT_A_CHOICE'],
  [sizes, ['groß', 'Small', 'small'], ['small', 'large']],
  [sizes, 'large;small', ['small', 'large']],
  [sizes, [], undefined],
  [sizes, ['small', 3], 'it NOT_TEXT'],
  [sizes, ['medium'], 'it NOT_A_CHOICE'],
  [{ type: 'date', label }, '24.12.2026', '2026-12-24'],
  [{ type: 'date', label }, 'tomorrow', 'it DATE_INVALID'],
  [{ type: 'date', label, past: false }, '2026-11-27', '2026-11-27'],
  [{ type: 'date', label, past: false }, '2026-11-26', 'it DATE_PAST'],
  [{ type: 'time', label }, '2:30 pm', '14:30 (Europe/Berlin)'],
  [{ type: 'time', label }, '25:00', 'it TIME_INVALID'],
  [{ type: 'number', label, max: 10 }, '9,5', 9.5],
  [{ type: 'number', label, max: 10 }, 11, 'it OUT_OF_RANGE'],
  [{ type: 'number', label }, 'many', 'it NUMBER_INVALID'],
  [{ type: 'checkbox', label }, 'on', true],
  [{ type: 'checkbox', label }, false, false],
  [{ type: 'checkbox', label }, undefined, undefined],
  [{ type: 'checkbox', label }, 'maybe', 'it NOT_A_CHOICE'],
  [{ type: 'checkbox', label }, {}, 'it NOT_A_CHOICE'],
  [{ type: 'checkbox', label, required: true }, 'off', 'it REQUIRED'],
  [{ ...consent, required: true }, undefined, 'it CONSENT_REQUIRED'],
  [{ ...consent, required: true }, '1', true],
  [upload, { uploadId: id.toUpperCase(), token }, id],
  [upload, `${id}:${token}`, id],
  [upload, id, 'it UPLOAD_UNKNOWN'],
  [upload, { uploadId: '../etc/passwd', token }, 'it UPLOAD_UNKNOWN'],
  [upload, { __proto__: { uploadId: id, token } }, 'it UPLOAD_UNKNOWN'],
  [upload, '', undefined],
  [{ type: 'hidden', label, values: ['ads'] }, 'ads', 'ads'],
  [{ type: 'hidden', label, values: ['ads'] }, 'other', 'it NOT_A_CHOICE'],
])('%j reads %j as %j', (field, given, expected) => {
  expect(read(field, given)).toEqual(expected);
});

describe('checkSubmission', () => {
  test('has all problems at once, in the order of the form and the language of the visitor', () => {
    const check = checkSubmission(
      contactForm(),
      { email: 'nobody', message: 'x'.repeat(20_000) },
      { ...CONTEXT, language: 'de-AT' },
    );
    expect(check).toEqual({
      ok: false,
      problems: [
        { field: 'firstName', code: 'REQUIRED', message: 'Bitte füllen Sie dieses Feld aus.' },
        { field: 'lastName', code: 'REQUIRED', message: 'Bitte füllen Sie dieses Feld aus.' },
        {
          field: 'email',
          code: 'EMAIL_INVALID',
          message: 'Bitte geben Sie eine gültige E-Mail-Adresse ein.',
        },
        { field: 'message', code: 'TOO_LONG', message: 'Bitte verwenden Sie höchstens 10000 Zeichen.' },
      ],
    });
  });

  test('says what it changed, and flags what a person should look at', () => {
    const check = checkSubmission(
      contactForm(),
      {
        firstName: 'ANA',
        lastName: 'Petrov',
        email: ' ANA@Example.com',
        phone: '+999 12345',
        country: 'Narnia',
        message: 'Hello',
      },
      CONTEXT,
    );
    expect(check).toMatchObject({
      ok: true,
      values: {
        firstName: 'Ana',
        lastName: 'Petrov',
        email: 'ana@example.com',
        phone: '+999 12345',
        country: 'Narnia',
        message: 'Hello',
      },
      changes: [
        { field: 'firstName', from: 'ANA', to: 'Ana', rule: 'name' },
        { field: 'email', from: ' ANA@Example.com', to: 'ana@example.com', rule: 'email' },
      ],
      flags: [
        { field: 'country', flag: 'country-not-known' },
        { field: 'phone', flag: 'phone-not-valid' },
      ],
    });
  });

  test('reads a phone number with the country of the form, wherever that stands', () => {
    const country = { type: 'country', label: 'Country' } as const;
    const form = formOf({ type: 'phone', label, country: 'country' });
    const check = checkSubmission(
      { ...form, fields: { ...form.fields, country } },
      { email: 'ada@example.com', it: '06-12345678', country: 'Holland' },
      CONTEXT,
    );
    expect(check).toMatchObject({ ok: true, values: { it: '+31612345678', country: 'NL' } });
  });

  test('keeps the wording of a consent as it was shown, given or not', () => {
    const form = formOf(consent);
    const said = (body: object, language: string) => {
      const check = checkSubmission(form, { email: 'ada@example.com', ...body }, { ...CONTEXT, language });
      return check.ok ? check.consents : [];
    };
    expect(said({ it: 'on' }, 'de')).toEqual([
      { field: 'it', text: 'Ja', version: '7', language: 'de', given: true, subscription: 'News' },
    ]);
    expect(said({}, 'fr')).toEqual([
      { field: 'it', text: 'I agree', version: '7', language: 'fr', given: false, subscription: 'News' },
    ]);
  });

  test('hands on what proves that a file is the visitor’s, and keeps no token among the values', () => {
    const check = checkSubmission(
      formOf(upload),
      { email: 'ada@example.com', it: { uploadId: id, token } },
      CONTEXT,
    );
    expect(check).toMatchObject({
      ok: true,
      values: { it: id },
      uploads: [{ field: 'it', uploadId: id, token }],
    });
    expect(JSON.stringify(check.ok && [check.values, check.changes])).not.toContain(token);
  });

  test('takes further texts of the config', () => {
    const check = checkSubmission(
      contactForm(),
      {},
      { ...CONTEXT, language: 'fr', messages: { fr: { REQUIRED: 'Obligatoire.' } } },
    );
    expect(check).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([{ field: 'email', code: 'REQUIRED', message: 'Obligatoire.' }]),
    });
  });

  test('a full demo request has the values that HubSpot is to get', () => {
    const check = checkSubmission(
      demoRequestForm({ upload: true }),
      {
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.com',
        company: 'Analytical Engines',
        jobTitle: 'Programmer',
        phone: '+44 20 7946 0018',
        country: 'GB',
        serviceInterests: ['training', 'Support'],
        projectDetails: 'Numbers',
        preferredDate: '2027-01-15',
        preferredTime: '14:30',
        referralSource: 'A friend',
        uploadId: `${id}:${token}`,
      },
      CONTEXT,
    );
    expect(check).toMatchObject({
      ok: true,
      values: {
        serviceInterests: ['training', 'support'],
        preferredDate: '2027-01-15',
        preferredTime: '14:30 (Europe/Berlin)',
        uploadId: id,
      },
    });
  });
});
