import { z } from '@hono/zod-openapi';
import type { FormDefinitions } from '../config/forms.ts';
import { describeForm, type FieldDescription } from '../mapping/forms/describe-form.ts';
import type { Api } from './context.ts';
import { jsonContent } from './parts.ts';
import { problemResponses } from './problem.ts';

/** JSON schemas by type of field; anything else is text. */
const SCHEMAS: Readonly<Record<string, object>> = {
  email: { type: 'string', format: 'email' },
  date: { type: 'string', format: 'date' },
  number: { type: ['number', 'string'] },
  checkbox: { type: 'boolean' },
  consent: { type: 'boolean' },
  upload: {
    type: 'object',
    properties: { uploadId: { type: 'string' }, token: { type: 'string' } },
    required: ['uploadId', 'token'],
  },
};

const TAGS = ['forms'];
/** Of the labels in the document. */
const LANGUAGE = 'en';

const descriptionSchema = z
  .looseObject({
    form: z.string(),
    title: z.string(),
    language: z.string(),
    token: z.string().openapi({ description: 'To be sent along as `_token`.' }),
    fields: z.array(z.looseObject({ name: z.string(), type: z.string(), label: z.string() })),
    honeypot: z.string(),
    challenge: z
      .object({ kind: z.string(), siteKey: z.string().optional(), url: z.string().optional() })
      .nullable(),
    messages: z.record(z.string(), z.string()),
    success: z.string(),
  })
  .openapi('Form');

const takenSchema = z
  .object({
    success: z.literal(true),
    submissionId: z.uuid(),
    status: z.enum(['received', 'delivered', 'held']),
    contactId: z.string().optional(),
    dealId: z.string().optional(),
    statusUrl: z
      .string()
      .openapi({ description: 'Where its end can be asked for later; holds the token for that.' }),
    message: z.string(),
  })
  .openapi('SubmissionTaken');

const challengeSchema = z
  .object({
    algorithm: z.string(),
    challenge: z.string(),
    maxnumber: z.int(),
    salt: z.string(),
    signature: z.string(),
  })
  .openapi('Challenge');

const HEADERS = z.object({
  'idempotency-key': z
    .string()
    .max(255)
    .optional()
    .openapi({ description: 'Instead of `_id`: the same again is the same submission.' }),
  prefer: z
    .string()
    .optional()
    .openapi({ description: '`wait=N`: waits up to N seconds, at most 15, for the delivery.' }),
});

const ANSWERS = {
  200: jsonContent('It came before. An HTML form that is posted gets a page.', takenSchema),
  201: jsonContent('It is stored.', takenSchema),
  303: { description: 'A posted HTML form with `_next` is sent there.' },
  ...problemResponses(400, 404, 413, 415, 422, 429, 503),
};

const EXTRA = {
  _id: {
    type: 'string',
    format: 'uuid',
    description: 'Made in the browser: the same again is the same submission.',
  },
  _token: { type: 'string', description: 'Of the form’s description.' },
  _challenge: { type: 'string', description: 'The solution of the form’s challenge.' },
  _page: {
    type: 'object',
    properties: { url: { type: 'string' }, title: { type: 'string' }, referrer: { type: 'string' } },
  },
  _language: { type: 'string' },
  _timeZone: { type: 'string' },
} as const;

/** The routes that every form has. */
export function documentForms(api: Api): void {
  const form = z.object({ form: z.string().openapi({ description: 'A name of `forms` in the config.' }) });
  api.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/forms/{form}',
    summary: 'What a browser needs to show a form: fields, texts, a token',
    description: 'Needs no key.',
    tags: TAGS,
    request: { params: form, query: z.object({ language: z.string().optional() }) },
    responses: { 200: jsonContent('The form.', descriptionSchema), ...problemResponses(404) },
  });
  api.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/forms/{form}/challenge',
    summary: 'A new challenge of a form whose challenge is made here (ALTCHA)',
    description: 'Needs no key.',
    tags: TAGS,
    request: { params: form },
    responses: { 200: jsonContent('The challenge.', challengeSchema), ...problemResponses(404) },
  });
  api.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/forms/{form}',
    summary: 'Submit a form. Also `/api/NAME`, with - for _ in the name',
    description:
      'Needs no key. The fields stand at the top of the body; what begins with `_` is about the submission. JSON, a posted HTML form, or multipart without files.',
    tags: TAGS,
    request: {
      params: form,
      headers: HEADERS,
      body: { required: true, content: contentOf({ type: 'object', properties: EXTRA }) },
    },
    responses: ANSWERS,
  });
}

/** The path of one form of the config, with its fields. */
export function documentForm(api: Api, path: string, form: string, forms: FormDefinitions): void {
  const definition = forms[form];
  const fields = definition === undefined ? [] : describeForm(form, definition, LANGUAGE).fields;
  const schema = {
    type: 'object' as const,
    properties: {
      ...Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)])),
      ...EXTRA,
    },
    required: fields.filter(({ required }) => required).map(({ name }) => name),
  };
  api.openAPIRegistry.registerPath({
    method: 'post',
    path,
    summary: `Submit the form ${form}`,
    description: 'Needs no key.',
    tags: TAGS,
    request: { headers: HEADERS, body: { required: true, content: contentOf(schema) } },
    responses: ANSWERS,
  });
}

function contentOf(schema: object) {
  return {
    'application/json': { schema },
    'application/x-www-form-urlencoded': { schema },
    'multipart/form-data': { schema },
  };
}

function schemaOf({ type, label, max, options }: FieldDescription): object {
  const one = {
    type: 'string',
    ...(options === undefined || type === 'country' ? {} : { enum: options.map(({ value }) => value) }),
  };
  if (type === 'choices') return { type: 'array', items: one, description: label };
  return {
    ...(SCHEMAS[type] ?? one),
    ...(max === undefined || type === 'number' ? {} : { maxLength: max }),
    description: label,
  };
}
