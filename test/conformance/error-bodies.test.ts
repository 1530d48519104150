import { describe, expect, it } from 'vitest';
import { account, objects } from './paths.ts';
import { makeContact, UNKNOWN_ID, UUID } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject({ budgets: 'default' });
const CONTACTS = objects('2026-09', 'contacts');
const DEALS = objects('2026-09', 'deals');
const GARBAGE = 'pat-na1-11111111-2222-4333-8444-555555555555';

const correlationId = expect.stringMatching(UUID) as string;
const create = (path: string, properties: unknown) => portal.call('POST', path, { properties });
const read = (token?: string | null) =>
  portal.call('GET', account('2026-09'), undefined, token === undefined ? {} : { token });

describe('the whole body of a 401', () => {
  it('without credentials', async () => {
    const { status, body } = await read(null);
    expect({ status, body }).toEqual({
      status: 401,
      body: {
        status: 'error',
        message: expect.stringMatching(
          /^Authentication credentials not found\. This API supports (?:both API Key and )?OAuth 2\.0 authentication and you can find more details at https:\/\//,
        ),
        correlationId,
        category: 'INVALID_AUTHENTICATION',
      },
    });
  });

  it('with a token nobody was given', async () => {
    const { status, body } = await read(GARBAGE);
    expect({ status, body }).toEqual({
      status: 401,
      body: {
        status: 'error',
        message: expect.stringMatching(/expired 2\d{4} day\(s\) ago\.$/),
        correlationId,
        category: 'EXPIRED_AUTHENTICATION',
        context: { 'expire time': [expect.stringMatching(/^1970-01-01T/)] },
      },
    });
  });
});

describe('the whole body of a refused write', () => {
  it('names each property with a code, in errors[] and as JSON in its message', async () => {
    const { status, body } = await create(CONTACTS, { email: 'no address' });
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        status: 'error',
        message: expect.stringMatching(/^Property values were not valid: \[/),
        correlationId,
        category: 'VALIDATION_ERROR',
        errors: [
          { message: expect.any(String), code: 'INVALID_EMAIL', context: { propertyName: ['email'] } },
        ],
      },
    });
    expect(JSON.parse(body.message.slice(body.message.indexOf('[')))).toEqual([
      {
        isValid: false,
        message: body.errors[0]?.message,
        error: 'INVALID_EMAIL',
        name: 'email',
        localizedErrorMessage: expect.any(String),
        portalId: portal.portalId,
      },
    ]);
  });

  it('of a whole batch has a fault once for each input in its message, and once in errors[]', async () => {
    const inputs = ['a', 'b'].map((word) => ({
      properties: { email: portal.address(word), no_such_property_at_all: '1' },
    }));
    const { status, body } = await portal.call('POST', `${CONTACTS}/batch/create`, { inputs });
    expect(status).toBe(400);
    expect(JSON.parse(body.message.slice(body.message.indexOf('[')))).toHaveLength(2);
    expect(body.errors.map(({ code }) => code)).toEqual(['PROPERTY_DOESNT_EXIST']);
  });

  it('of an address that is taken names its contact in the sentence alone', async () => {
    const { id, properties } = await makeContact(portal);
    const { status, body } = await create(CONTACTS, { email: properties.email });
    expect({ status, body }).toEqual({
      status: 409,
      body: {
        status: 'error',
        message: `Contact already exists. Existing ID: ${id}`,
        correlationId,
        category: 'CONFLICT',
      },
    });
  });

  it.each([
    ['INVALID_LONG', { dealname: 'A', dealstage: 'closedwon', pipeline: 'default', closedate: 'soon' }],
    ['REQUIRED_PROPERTY', { dealname: 'A', pipeline: 'default' }],
  ])('tells %s', async (code, given) => {
    const { status, body } = await create(DEALS, given);
    expect({ status, body }).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(body.errors.map((error) => error.code)).toContain(code);
  });
});

it('the whole body of a record that is not there', async () => {
  const { status, body } = await portal.call('GET', `${CONTACTS}/${UNKNOWN_ID}`);
  expect({ status, body }).toEqual({
    status: 404,
    body: { status: 'error', message: expect.any(String), correlationId, category: 'OBJECT_NOT_FOUND' },
  });
});

simulatorOnly('it takes tokens of other ages and scopes', () => {
  const give = async (more: object) => {
    const token = `pat-na1-${portal.name('token')}`;
    await portal.admin('POST', 'tokens', { add: { token, ...more } });
    return token;
  };

  it('the whole body of an expired token', async () => {
    await portal.admin('POST', 'clock', { frozen: true, now: Date.parse('2026-11-22T10:00:05Z') });
    const { body } = await read(await give({ expiresAt: Date.parse('2026-11-22T10:00:00Z') }));
    expect(body).toEqual({
      status: 'error',
      message: 'The OAuth token used to make this call expired 5 second(s) ago.',
      correlationId,
      category: 'EXPIRED_AUTHENTICATION',
      context: { 'expire time': ['2026-11-22T10:00:00Z'] },
    });
    await portal.admin('POST', 'clock', { frozen: false });
  });

  it('a 401 without credentials may speak of API keys as well', async () => {
    await portal.admin('POST', 'options', { behaviour: { missingTokenNamesKeys: true } });
    expect(await read(null)).toMatchObject({
      status: 401,
      body: {
        category: 'INVALID_AUTHENTICATION',
        message: expect.stringContaining('This API supports both API Key and OAuth 2.0 authentication'),
      },
    });
    await portal.admin('POST', 'options', { behaviour: { missingTokenNamesKeys: false } });
  });

  const scope = 'crm.objects.contacts.read';
  const sentence = 'One or more of the following scopes are required.';
  const context = { requiredGranularScopes: [scope] };
  it.each([
    [
      'errors',
      {
        message: expect.stringMatching(
          /^This app hasn't been granted all required scopes to make this call\./,
        ),
        links: { scopes: 'https://developers.hubspot.com/scopes' },
        errors: [{ message: sentence, context }],
      },
    ],
    [
      'context',
      { message: sentence, context: { ...context, links: ['https://developers.hubspot.com/scopes'] } },
    ],
  ])('the whole body of a missing scope in the form "%s"', async (missingScopesForm, fields) => {
    await portal.admin('POST', 'options', { behaviour: { missingScopesForm } });
    const token = await give({ scopes: [] });
    const { status, body } = await portal.call('GET', CONTACTS, undefined, { token });
    expect({ status, body }).toEqual({
      status: 403,
      body: { status: 'error', correlationId, category: 'MISSING_SCOPES', ...fields },
    });
    await portal.admin('POST', 'options', { behaviour: { missingScopesForm: 'auto' } });
  });
});

simulatorOnly('others use the budget of a real portal', () => {
  const requestId = correlationId;
  const search = () => portal.call('POST', `${CONTACTS}/search`, {});

  it.each([
    ['perWindow', 'TEN_SECONDLY_ROLLING', 'ten_secondly_rolling', true],
    ['daily', 'DAILY', 'daily', false],
  ])('the whole body of a 429 by %s', async (limit, policyName, word, isGrouped) => {
    await portal.admin('POST', 'limits', { [limit]: 0 });
    const { status, body } = await read();
    expect({ status, body }).toEqual({
      status: 429,
      body: {
        status: 'error',
        message: `You have reached your ${word} limit.`,
        errorType: 'RATE_LIMIT',
        correlationId,
        policyName,
        ...(isGrouped && {
          groupName: expect.stringMatching(
            new RegExp(`^publicapi:private-app-api-calls-ten-secondly:${portal.portalId}:\\d+$`),
          ),
        }),
        requestId,
      },
    });
    await portal.admin('POST', 'limits', 'default');
  });

  it.each([
    [false, {}],
    [true, { policyName: 'SECONDLY' }],
  ])(
    'the whole body of the 429 of a search, which names its policy: %s',
    async (searchLimitNamesPolicy, more) => {
      await portal.admin('POST', 'options', { behaviour: { searchLimitNamesPolicy } });
      await portal.admin('POST', 'limits', { searchPerSecond: 0 });
      const { status, body } = await search();
      expect({ status, body }).toEqual({
        status: 429,
        body: {
          status: 'error',
          message: 'You have reached your secondly limit.',
          correlationId,
          category: 'RATE_LIMITS',
          ...more,
        },
      });
      await portal.admin('POST', 'limits', 'default');
      await portal.admin('POST', 'options', { behaviour: { searchLimitNamesPolicy: false } });
    },
  );
});

simulatorOnly('what HubSpot and its edge suffer from cannot be ordered', () => {
  const fault = (plan: object) => portal.admin('POST', 'faults', { ...plan, times: 1 });

  it('the 429 of the edge is text', async () => {
    await fault({ do: 'edge429' });
    const { status, text, headers } = await read();
    expect({ status, text }).toEqual({ status: 429, text: 'error code: 1015' });
    expect(headers['content-type']).toMatch(/^text\/plain/);
  });

  it.each([500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526])(
    'a %i of the edge is a page',
    async (status) => {
      await fault({ do: 'html', status });
      const answer = await read();
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
      expect(answer.body).toEqual({});
    },
  );

  it.each([423, 437, 477, 500])('a %i of HubSpot is an error body', async (status) => {
    await fault({ do: 'status', status });
    const answer = await read();
    expect(answer).toMatchObject({ status, body: { status: 'error', message: expect.any(String) } });
  });

  it('a 477 says when to come back, in seconds', async () => {
    await fault({ do: 'status', status: 477, headers: { 'retry-after': '2' } });
    expect((await read()).headers['retry-after']).toBe('2');
  });

  it('an error body may lack every field', async () => {
    await fault({ do: 'status', status: 400, body: {} });
    expect(await read()).toMatchObject({ status: 400, text: '{}' });
  });
});
