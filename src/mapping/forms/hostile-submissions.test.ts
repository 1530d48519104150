import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FieldDefinition, FormDefinition } from '../../config/forms.ts';
import { createMapper } from '../mapper.ts';
import { checkSubmission } from './check-submission.ts';
import { describeForm } from './describe-form.ts';
import { contactForm, demoRequestForm, quoteRequestForm, uploadForm } from './presets.ts';

const CONTEXT = {
  language: 'en',
  timeZone: 'Europe/Berlin',
  defaultCountry: 'DE',
  now: new Date('2026-11-26T09:00:00Z'),
};
const FORMS = {
  contact: contactForm({ newsletter: { subscription: 'News', version: '1' } }),
  demo_request: demoRequestForm({ upload: true }),
  quote_request: quoteRequestForm(),
  sample: uploadForm(),
};
const MAPPER = createMapper({ events: {}, forms: FORMS });
const FILE = '6f1c1e0e-8f0e-4a55-9d0a-3c1d2e4f5a6b:aaaaaaaaaaaaaaaaaaaaaaaa';
const FILLED: Readonly<Record<string, unknown>> = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.com',
  message: 'Hello',
  uploadId: FILE,
};

/** Properties that somebody may want to set of a contact or deal: HubSpot's own, Spoke's, and those of the forms. */
const WANTED = [
  ...'lifecyclestage hs_lead_status hubspot_owner_id hs_object_id hs_email_optout hs_marketable_status hs_legal_basis associatedcompanyid'.split(
    ' ',
  ),
  ...'createdate lastmodifieddate hs_additional_emails hs_analytics_source hubspotscore total_revenue num_associated_deals'.split(
    ' ',
  ),
  ...'form_type firstname lastname jobtitle service_interest lead_source sample_data_reference file_upload_count'.split(
    ' ',
  ),
  ...'last_file_quality_score spoke_submission_id spoke_domain dealstage pipeline amount dealname closedate'.split(
    ' ',
  ),
  ...'submissionId values consents record effects kind statics deal property _id _token'.split(' '),
];

const effectsOf = (name: string, values: unknown) => {
  const plan = MAPPER.plan({
    id: 1,
    type: `form.${name}`,
    payload: { submissionId: 's-1', values, consents: [] },
    occurredAt: CONTEXT.now,
  });
  if (!plan.ok) throw new Error(plan.message);
  return plan.effects.filter((effect) => !effect.kind.startsWith('activity'));
};

describe.each(Object.entries(FORMS))('the form %s', (name, form) => {
  test('sets nothing but its own fields, whatever else a body names', () => {
    const plain = checkSubmission(form, FILLED, CONTEXT);
    const greedy = checkSubmission(
      form,
      { ...Object.fromEntries(WANTED.map((each) => [each, 'stolen'])), ...FILLED },
      CONTEXT,
    );
    expect(greedy).toEqual(plain);
    if (!plain.ok) throw new Error('the form is filled in');
    const stolen = { ...plain.values, ...Object.fromEntries(WANTED.map((each) => [each, 'stolen'])) };
    // Also where somebody has written them into the outbox.
    expect(effectsOf(name, stolen)).toEqual(effectsOf(name, plain.values));
    expect(JSON.stringify(effectsOf(name, stolen))).not.toContain('stolen');
  });

  test('tells a page nothing of where its values go', () => {
    const shown = JSON.stringify(describeForm(name, form, 'en').fields);
    for (const { property } of Object.values(form.fields))
      if (property?.includes('_')) expect(shown).not.toContain(`"${property}"`);
    expect(describeForm(name, form, 'en')).not.toHaveProperty('statics');
  });

  test('reads any JSON without throwing, and leaves all prototypes as they were', () => {
    const before = [Object.keys(Object.prototype), Object.keys(Array.prototype)];
    const names = [...Object.keys(form.fields), '__proto__', 'constructor', 'toString'];
    const bodies = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const check = checkSubmission(form, JSON.parse(JSON.stringify(body)), CONTEXT);
        const fields = check.ok ? Object.keys(check.values) : check.problems.map(({ field }) => field);
        expect(Object.keys(form.fields)).toEqual(expect.arrayContaining(fields));
        if (check.ok) effectsOf(name, check.values);
      }),
      { numRuns: 500 },
    );
    expect([Object.keys(Object.prototype), Object.keys(Array.prototype)]).toEqual(before);
  });
});

describe('a poisoned body', () => {
  test.each([
    '{"__proto__":{"email":"eve@example.com","firstName":"Eve","lastName":"E","message":"m"}}',
    '{"constructor":{"prototype":{"polluted":true}},"email":{"__proto__":{"toString":1}}}',
    '{"email":"ada@example.com","firstName":{"__proto__":"x"},"lastName":["__proto__"],"message":{"toString":"x","valueOf":"y"}}',
  ])('%s gives nothing', (body) => {
    const check = checkSubmission(FORMS.contact, JSON.parse(body), CONTEXT);
    expect(check.ok).toBe(false);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get({}, 'email')).toBeUndefined();
  });

  test('a field whose name every object has is read from the body alone', () => {
    const field: FieldDefinition = { type: 'text', label: 'V', property: 'v' };
    const form = { ...FORMS.contact, fields: { ...FORMS.contact.fields, valueOf: field } };
    const check = checkSubmission(form, FILLED, CONTEXT);
    expect(check).toEqual(checkSubmission(FORMS.contact, FILLED, CONTEXT));
  });
});

describe('a long text', () => {
  const label = 'It';
  const options = Array.from({ length: 500 }, (_, place) => ({
    value: `v${place}`,
    label: { en: `Label ${place}`, de: `Wort ${place}` },
  }));
  const fields: readonly FieldDefinition[] = [
    { type: 'email', label, property: 'second' },
    { type: 'name', label },
    { type: 'text', label },
    { type: 'longtext', label },
    { type: 'phone', label },
    { type: 'country', label },
    { type: 'choice', label, options },
    { type: 'choices', label, options },
    { type: 'date', label },
    { type: 'time', label },
    { type: 'number', label },
    { type: 'checkbox', label },
    { type: 'upload', label },
    { type: 'hidden', label },
  ];
  /** What makes regular expressions go back: repeats of what each of them repeats, with an end that does not fit. */
  const attacks = [
    ['a', '!'],
    [' ', '!'],
    [' \u00A0\t', 'x'],
    ['\r\n', '\u0000'],
    ['a@', '@'],
    ['a.', '..'],
    ['-', '-a'],
    ["o'", "'"],
    ['Mc', '1'],
    ['1', 'x'],
    ['1,234', '.'],
    ['1.', '1'],
    ['+1', '('],
    ['(', ')'],
    ['+', '1'],
    ['xn--', '.'],
    ['a;', ';'],
    ['12:', 'pm'],
    ['2026-', '-'],
    ['é', '\uD800'],
    ['\u0301', 'e'],
    ['𝓐', '\uDC00'],
    ['ß', 'ẞ'],
    ['{max}', '{'],
    ['<a>', '&'],
  ] as const;
  const formOf = (it: FieldDefinition): FormDefinition => ({
    title: 'T',
    fields: { email: { type: 'email', label }, it },
  });
  /** The best of several, which noise can only make longer, ms. */
  const cost = (field: FieldDefinition, text: string): number => {
    const form = formOf(field);
    const runs = Array.from({ length: 5 }, () => {
      const since = performance.now();
      checkSubmission(form, { email: 'ada@example.com', it: text }, CONTEXT);
      return performance.now() - since;
    });
    return Math.min(...runs);
  };

  /** Long enough that a square shows, short enough that it ends. */
  const LONG = 32_000;
  const FACTOR = 8;
  /** Far above what time in proportion to the text takes for 8 times the text, and far below its square (64). */
  const MOST = 24;
  /** Below this a clock says nothing, ms. */
  const GRAIN = 0.5;

  test.each<FieldDefinition>([...fields])(
    'of a field of the type $type costs in proportion to its length',
    (field) => {
      const cases = attacks.flatMap(([repeated, end]) => [
        ['', repeated, end] as const,
        // Spaces at the ends are gone before any of them is looked at.
        ['a', repeated, `${end}a`] as const,
      ]);
      for (const [start, repeated, end] of cases) {
        const text = (length: number) => start + repeated.repeat(length / repeated.length) + end;
        const growth = cost(field, text(LONG)) / Math.max(cost(field, text(LONG / FACTOR)), GRAIN);
        expect([repeated, end, growth < MOST]).toEqual([repeated, end, true]);
      }
    },
  );

  test('in a list of many costs no more than its length', () => {
    const form = formOf({ type: 'choices', label, options });
    for (const given of [
      options.map(({ value }) => value),
      Array.from({ length: 20_000 }, () => 'v1'),
      Array.from({ length: 1_000 }, () => 'x'.repeat(250)),
    ])
      expect(typeof checkSubmission(form, { email: 'ada@example.com', it: given }, CONTEXT).ok).toBe(
        'boolean',
      );
  });
});
