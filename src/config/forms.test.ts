import { describe, expect, test } from 'vitest';
import { contactForm, demoRequestForm, quoteRequestForm, uploadForm } from '../mapping/index.ts';
import { defineConfig } from './define-config.ts';
import { problemsOfForms } from './form-problems.ts';
import { problemsOfWebsite } from './website.ts';

const email = { type: 'email', label: 'E-mail' };
const lines = (form: unknown, website?: unknown) =>
  problemsOfForms({ ask: form }, website).map(({ name, message }) => `${name}: ${message}`);
const field = (definition: object, others: object = {}) =>
  lines({ title: 'Ask', fields: { email, ...others, it: { label: 'It', ...definition } } });

test('a config of forms needs no event', () => {
  const forms = {
    contact: contactForm({ newsletter: { subscription: 'Newsletter', version: '1' } }),
    demo_request: demoRequestForm({ upload: true, privacy: { text: 'Read it', version: '2' } }),
    quote_request: quoteRequestForm({ deal: false, without: ['country', 'jobTitle'] }),
    sample: uploadForm(),
  };
  expect(Object.keys(defineConfig({ events: {}, forms }).forms ?? {})).toHaveLength(4);
});

test('what is wrong stands in one error, beside the problems of events', () => {
  const forms = { Contact: { title: '', fields: { email } } };
  expect(() => defineConfig({ events: { 'form.x': {} } as never, forms: forms as never })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /forms\.Contact: Use 1 to 63.*forms\.Contact\.title: Give a text.*events\.form\.x: Names that begin/s,
      ),
    }),
  );
});

describe('a form', () => {
  test.each<[unknown, RegExp]>([
    [7, /^forms\.ask: Give an object with title and fields/],
    [{ title: 'A', fields: {} }, /^forms\.ask\.fields: Give at least one field/],
    [{ title: 'A', fields: { email }, feilds: {} }, /feilds is not a known key\. Did you mean fields\?/],
    [{ title: { english: 'A' }, fields: { email } }, /^forms\.ask\.title: Give a text, or texts by language/],
    [{ title: 'A', fields: { email }, success: 3 }, /^forms\.ask\.success: /],
    [{ title: 'A', fields: { email }, activity: true }, /^forms\.ask\.activity: /],
    [
      { title: 'A', fields: { name: { type: 'name', label: 'N' } } },
      /^forms\.ask\.fields: One field of the type email/,
    ],
    [
      { title: 'A', fields: { email: { ...email, required: false } } },
      /email\.required: The address finds the contact/,
    ],
    [
      { title: 'A', fields: { email, constructor: { type: 'text', label: 'C' } } },
      /fields\.constructor: Use 1 to 63/,
    ],
    [{ title: 'A', fields: { email, 'a-b': { type: 'text', label: 'C' } } }, /fields\.a-b: Use 1 to 63/],
    [{ title: 'A', fields: { email, it: 'text' } }, /fields\.it: Give an object with type and label/],
    [
      {
        title: 'A',
        fields: {
          email,
          a: { type: 'text', label: 'a', property: 'x' },
          b: { type: 'text', label: 'b', property: 'x' },
        },
      },
      /fields\.b\.property: x is already the property of a\./,
    ],
    [
      { title: 'A', fields: { email }, statics: { Stage: 'x' } },
      /statics\.Stage: That is no name of a property/,
    ],
    [
      { title: 'A', fields: { email }, statics: { email: 'x' } },
      /statics\.email: The address comes from a field/,
    ],
    [
      { title: 'A', fields: { email }, statics: { stage: { a: 1 } } },
      /statics\.stage: Give a text, a number/,
    ],
    [{ title: 'A', fields: { email }, statics: { stage: ['a;b'] } }, /statics\.stage: Give a text, a number/],
    [{ title: 'A', fields: { email }, deal: {} }, /deal\.pipeline: Give its label or its id/],
    [
      { title: 'A', fields: { email }, deal: { pipeline: 'p', stage: ' ' } },
      /deal\.stage: Give its label or its id/,
    ],
    [
      { title: 'A', fields: { email }, deal: { pipeline: 'p', stage: 's', amount: 'emial' } },
      /deal\.amount: "emial" is no field\. Did you mean email\?/,
    ],
    [
      { title: 'A', fields: { email }, deal: { pipeline: 'p', stage: 's', amount: 'email' } },
      /deal\.amount: email is not of the type number/,
    ],
    [
      { title: 'A', fields: { email }, deal: { pipeline: 'p', stage: 's', properties: { emial: 'x' } } },
      /deal\.properties\.emial: It is no field\. Did you mean email\?/,
    ],
    [
      { title: 'A', fields: { email }, deal: { pipeline: 'p', stage: 's', ownerId: 'ann' } },
      /deal\.ownerId: Give the id of an owner/,
    ],
    [
      { title: 'A', fields: { email }, deal: { pipeline: 'p', stage: 's', stages: 1 } },
      /deal: stages is not a known key\. Did you mean stage\?/,
    ],
    [
      { title: 'A', fields: { email }, challenge: 'botz' },
      /challenge: "botz" is none of website\.challenges\. Did you mean bots\?/,
    ],
  ])('%j is told %s', (form, problem) => {
    expect(lines(form, { challenges: { bots: { kind: 'altcha' } } })).toEqual(
      expect.arrayContaining([expect.stringMatching(problem)]),
    );
  });

  test('cannot be named as a path of Spoke, nor need two kinds of one property', () => {
    const ask = (type: string) => ({
      title: 'A',
      fields: { email, it: { type, label: 'It', property: 'x' } },
    });
    const found = problemsOfForms(
      { uploads: ask('text'), two: ask('number'), three: ask('phone') },
      undefined,
    );
    expect(found).toEqual([
      { name: 'forms.uploads', message: expect.stringMatching(/is a path of Spoke/) },
      {
        name: 'forms.two.fields.it.property',
        message: 'x would be of the kind number here and string in forms.uploads.fields.it.',
      },
    ]);
  });
});

describe('a field', () => {
  test.each<[object, RegExp]>([
    [{ type: 'txt' }, /it\.type: "txt" is none of .*Did you mean text\?/],
    [{ type: '__proto__' }, /it\.type: "__proto__" is none of/],
    [{ type: 'text', maximum: 3 }, /it: maximum is not a known key\./],
    [{ type: 'text', max: 0 }, /it\.max: Give a whole number from 1/],
    [{ type: 'text', min: 501 }, /it\.min: It is larger than max/],
    [{ type: 'text', label: ' ' }, /it\.label: Give a text/],
    [{ type: 'text', property: 'first name' }, /it\.property: That is no name of a property/],
    [{ type: 'text', property: 'email' }, /it\.property: Only a field of the type email/],
    [{ type: 'text', required: 'yes' }, /it\.required: Give true or false/],
    [{ type: 'text', autocomplete: 'Name!' }, /it\.autocomplete: /],
    [{ type: 'phone', country: 'cuntry' }, /it\.country: "cuntry" is neither .*Did you mean country\?/],
    [{ type: 'country', send: 'iso' }, /it\.send: "iso" is none of name, code/],
    [{ type: 'choice' }, /it\.options: Give what can be chosen/],
    [{ type: 'choice', options: ['a;b'] }, /it\.options\[0\]: "a;b" cannot be a value/],
    [
      { type: 'choice', options: [{ value: 'a', lable: 'A' }] },
      /it\.options\[0\]: lable is not a known key\. Did you mean label\?/,
    ],
    [
      { type: 'choice', options: ['Small', ' small '] },
      /it\.options\[1\]: {2}small {2}and Small cannot be told apart/,
    ],
    [
      { type: 'choices', options: ['a', { value: 'b', label: { en: 'A' } }] },
      /it\.options\[1\]: b and a cannot be told apart/,
    ],
    [{ type: 'choice', options: [{ value: 'a', send: 'x;y' }] }, /it\.options\[0\]\.send: /],
    [{ type: 'date', past: 'no' }, /it\.past: Give true or false/],
    [{ type: 'number', min: 2, max: 1 }, /it\.min: It is larger than max/],
    [{ type: 'consent', text: 'Yes', version: '' }, /it\.version: Name the wording/],
    [{ type: 'consent', version: '1' }, /it\.text: Give what is agreed to/],
    [
      {
        type: 'consent',
        text: 'Yes',
        version: '1',
        subscription: 'N',
        legal: { basis: 'CONSENT', explanation: 'x' },
      },
      /it\.legal\.basis: "CONSENT" is none of/,
    ],
    [
      {
        type: 'consent',
        text: 'Yes',
        version: '1',
        legal: { basis: 'CONSENT_WITH_NOTICE', explanation: 'x' },
      },
      /it\.legal: It belongs to a subscription/,
    ],
    [
      { type: 'upload', accept: ['csv'] },
      /it\.accept: "csv" takes no file: give endings of \.csv, .*Did you mean \.csv\?/,
    ],
    [{ type: 'upload', accept: ['.csv', '.pdf'] }, /it\.accept: "\.pdf" takes no file: give endings of/],
    [{ type: 'upload', maxBytes: 0 }, /it\.maxBytes: /],
    [{ type: 'hidden', values: [] }, /it\.values: Give a list of texts/],
  ])('%j is told %s', (definition, problem) => {
    const country = { type: 'country', label: 'Country' };
    expect(field(definition, { country })).toEqual([expect.stringMatching(problem)]);
  });

  test('of an upload needs no store yet', () => {
    expect(field({ type: 'upload', accept: ['.csv', 'text/*'], maxBytes: 10 })).toEqual([]);
  });
});

describe('website', () => {
  test('takes every key', () => {
    const website = {
      origins: ['https://www.example.com', 'http://localhost:3000', '*'],
      proxies: ['10.0.0.0/8', '::1', '192.0.2.7'],
      defaultCountry: 'DE',
      minFillMs: 0,
      limits: { perAddress: { count: 5, seconds: 60 } },
      challenges: {
        own: { kind: 'altcha' },
        t: { kind: 'turnstile', siteKey: 'k', secret: 'TURNSTILE_SECRET' },
      },
      uploads: {
        store: { kind: 's3', bucket: 'b', region: 'eu-central-1', endpoint: 'https://s3.example.com' },
        keepDays: 30,
      },
      messages: { fr: { REQUIRED: 'Veuillez remplir ce champ.' } },
    };
    expect(problemsOfWebsite(website)).toEqual([]);
    expect(problemsOfWebsite({ proxies: 2 })).toEqual([]);
  });

  test.each<[unknown, RegExp]>([
    ['x', /^website: Give an object/],
    [{ orgins: [] }, /orgins is not a known key\. Did you mean origins\?/],
    [{ origins: ['https://www.example.com/'] }, /no origin\. Write https:\/\/www\.example\.com\./],
    [{ origins: ['example.com'] }, /no origin\. Give scheme and host/],
    [{ proxies: ['10.0.0.0/33'] }, /"10\.0\.0\.0\/33" is no range/],
    [{ proxies: -1 }, /^website\.proxies: /],
    [{ defaultCountry: 'Germany' }, /Give an ISO code of two capitals/],
    [{ limits: { perAdress: {} } }, /perAdress is not a known key\. Did you mean perAddress\?/],
    [{ limits: { perEmail: { count: 0, seconds: 1 } } }, /limits\.perEmail: Give \{ count, seconds \}/],
    [{ challenges: { a: { kind: 'turnstyle' } } }, /kind: "turnstyle" is none of .*Did you mean turnstile\?/],
    [
      { challenges: { a: { kind: 'hcaptcha', siteKey: 'k', secret: 'the secret itself' } } },
      /secret: Give the name of the environment variable/,
    ],
    [{ challenges: { a: { kind: 'altcha', secret: 'X' } } }, /altcha needs neither/],
    [
      { uploads: { store: { kind: 'disc', folder: 'x' } } },
      /store\.kind: "disc" is none of disk, s3\. Did you mean disk\?/,
    ],
    [{ uploads: { store: { kind: 's3', bucket: 'b' } } }, /store\.region: Give a text/],
    [{ uploads: { store: { kind: 'disk', folder: 'x', bucket: 'b' } } }, /bucket is not a known key/],
    [{ uploads: { store: { kind: 'disk', folder: 'x' }, maxBytes: 0 } }, /uploads\.maxBytes: /],
    [
      { uploads: { store: { kind: 'disk', folder: 'x' }, accept: ['image/*'] } },
      /uploads\.accept: "image\/\*" takes no file: .*media types of text\/csv, /,
    ],
    [{ messages: { fr: { REQUIERD: 'x' } } }, /REQUIERD is not a known key\. Did you mean REQUIRED\?/],
    [{ messages: { French: {} } }, /Name a language/],
  ])('%j is told %s', (website, problem) => {
    expect(problemsOfWebsite(website).map(({ name, message }) => `${name}: ${message}`)).toEqual([
      expect.stringMatching(problem),
    ]);
  });
});
