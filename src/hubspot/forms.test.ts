import { describe, expect, it } from 'vitest';
import { lost, reply, scriptedTransport } from '../../test/support/scripted-transport.ts';
import { SpokeError } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { submissionKey } from './form-reading.ts';
import { createForms, formsUrlOf } from './forms.ts';

const TARGET = { portalId: '123', formId: 'f-1' };
const SUBMISSION = { fields: [{ name: 'email', value: 'canary@example.com' }] };

function setup(...script: Exchange[]) {
  const [read, submit] = [scriptedTransport(...script), scriptedTransport(...script)];
  return { forms: createForms(read, submit), read, submit };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('a submission', () => {
  it('goes to the other host without the token, in the form HubSpot wants', async () => {
    const { forms, read, submit } = setup(reply(200, { inlineMessage: 'Thanks' }));
    const answer = await forms.expectSubmit(TARGET, {
      fields: [
        { name: 'email', value: 'ada@example.com' },
        { name: 'name', value: 'Bolt', objectTypeId: '0-2' },
      ],
      submittedAt: new Date(1_763_800_000_000),
      context: { pageUri: 'https://example.com/demo' },
      consent: {
        consentToProcess: true,
        text: 'I agree',
        communications: [{ value: true, subscriptionTypeId: 42, text: 'News' }],
      },
    });
    expect(answer).toEqual({ inlineMessage: 'Thanks' });
    expect(read.requests).toEqual([]);
    expect(submit.requests).toEqual([
      {
        method: 'POST',
        path: '/submissions/v3/integration/submit/123/f-1',
        anonymous: true,
        body: {
          submittedAt: 1_763_800_000_000,
          fields: [
            { objectTypeId: '0-1', name: 'email', value: 'ada@example.com' },
            { objectTypeId: '0-2', name: 'name', value: 'Bolt' },
          ],
          context: { pageUri: 'https://example.com/demo' },
          legalConsentOptions: {
            consent: {
              consentToProcess: true,
              text: 'I agree',
              communications: [{ value: true, subscriptionTypeId: 42, text: 'News' }],
            },
          },
        },
      },
    ]);
  });

  it('with the token goes to the secure address', async () => {
    const { forms, submit } = setup(reply(200, { redirectUri: 'https://example.com/thanks' }));
    const answer = await forms.expectSubmit({ ...TARGET, secure: true }, SUBMISSION);
    expect(answer).toEqual({ redirectUri: 'https://example.com/thanks' });
    expect(submit.requests).toMatchObject([
      { path: '/submissions/v3/integration/secure/submit/123/f-1', anonymous: false },
    ]);
  });

  it('that is refused names codes and places, and none of its values', async () => {
    const errors = [
      { message: "Error in 'context.hutk'. 'canary' is not a valid Hutk", errorType: 'INVALID_HUTK' },
      {
        message: "Error in 'fields.email'. canary@example.com is not an address",
        errorType: 'INVALID_EMAIL',
      },
      { message: 'canary', errorType: 'canary@example.com' },
    ];
    const { forms } = setup(reply(400, { message: 'The request is not valid', errors }));
    const error: unknown = await forms.expectSubmit(TARGET, SUBMISSION).catch((reason) => reason);
    if (!(error instanceof SpokeError)) throw new Error('no SpokeError was raised');
    expect(error.code).toBe('HUBSPOT_REFUSED');
    expect(error.message).toContain('context.hutk (INVALID_HUTK), fields.email (INVALID_EMAIL), UNKNOWN');
    expect(error.facts.faults).toHaveLength(3);
    expect(JSON.stringify([error.message, error.facts])).not.toContain('canary');
  });

  it('whose answer is lost must not be repeated blindly', async () => {
    const { forms } = setup(lost());
    await expect(forms.expectSubmit(TARGET, SUBMISSION)).rejects.toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: false },
    });
  });
});

it.each([
  ['https://api.hubapi.com', 'https://api.hsforms.com'],
  ['https://api-eu1.hubapi.com/', 'https://api-eu1.hsforms.com'],
  ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
  ['https://api.hubapi.com.example.com', 'https://api.hubapi.com.example.com'],
])('submissions for %s go to %s', (baseUrl, formsUrl) => {
  expect(formsUrlOf(baseUrl)).toBe(formsUrl);
});

describe('the submissions of a form', () => {
  const entry = (submittedAt: number) => ({
    submittedAt,
    values: [{ name: 'email', value: 'ada@example.com', objectTypeId: '0-1' }],
    pageUrl: 'https://example.com/demo',
  });
  const page = (times: number[], after?: string) =>
    reply(200, {
      results: times.map(entry),
      ...(after === undefined ? {} : { paging: { next: { after } } }),
    });

  it('are read page by page', async () => {
    const { forms, read } = setup(page([5, 4], 'x'), page([3]));
    const found = await all(forms.submissions('f-1'));
    expect(found.map(({ submittedAt }) => submittedAt)).toEqual([5, 4, 3]);
    expect(new Set(found.map(({ key }) => key)).size).toBe(3);
    expect(found[0]).toMatchObject({
      values: [{ name: 'email', value: 'ada@example.com', objectTypeId: '0-1' }],
      pageUrl: 'https://example.com/demo',
    });
    expect(read.requests.map(({ path }) => path)).toEqual([
      '/form-integrations/v1/submissions/forms/f-1?limit=50',
      '/form-integrations/v1/submissions/forms/f-1?limit=50&after=x',
    ]);
  });

  it('end at the first that is older than asked for', async () => {
    const { forms, read } = setup(page([5, 4, 3], 'x'));
    const found = await all(forms.submissions('f-1', { since: 4 }));
    expect(found.map(({ submittedAt }) => submittedAt)).toEqual([5, 4]);
    expect(read.requests).toHaveLength(1);
  });

  it('are unexpected when one has no time', async () => {
    const { forms } = setup(reply(200, { results: [{ values: [] }] }));
    await expect(all(forms.submissions('f-1'))).rejects.toMatchObject({ code: 'HUBSPOT_UNEXPECTED' });
  });
});

describe('the key of a submission', () => {
  const a = { name: 'a', value: '1' };
  const b = { name: 'b', value: '2' };

  it('does not depend on the order of the values', () => {
    expect(submissionKey('f', 1, [a, b])).toBe(submissionKey('f', 1, [b, { ...a, objectTypeId: '0-1' }]));
  });

  it.each([
    ['g', 1, [a, b]],
    ['f', 2, [a, b]],
    ['f', 1, [a]],
    ['f', 1, [a, { ...b, value: '3' }]],
    ['f', 1, [a, { ...b, objectTypeId: '0-2' }]],
  ] as const)('is another for %s, %d, %j', (form, at, values) => {
    expect(submissionKey(form, at, values)).not.toBe(submissionKey('f', 1, [a, b]));
  });
});

describe('a definition', () => {
  const form = {
    id: 'f-1',
    name: 'Demo',
    formType: 'hubspot',
    fieldGroups: [
      {
        fields: [
          { name: 'email', label: 'E-mail', objectTypeId: '0-1', fieldType: 'email', required: true },
          {},
        ],
      },
      { richText: 'no fields' },
    ],
  };
  const read = {
    id: 'f-1',
    name: 'Demo',
    formType: 'hubspot',
    archived: false,
    fields: [{ name: 'email', label: 'E-mail', objectTypeId: '0-1', fieldType: 'email', required: true }],
  };

  it('is read with its fields', async () => {
    const { forms, read: transport } = setup(reply(200, form));
    expect(await forms.expectDefinition('f-1')).toEqual(read);
    expect(transport.requests).toMatchObject([{ path: '/marketing/v3/forms/f-1' }]);
  });

  it('is one of a list', async () => {
    const { forms } = setup(
      reply(200, { results: [form], paging: { next: { after: '2' } } }),
      reply(200, { results: [form] }),
    );
    expect(await all(forms.definitions())).toEqual([read, read]);
  });
});
