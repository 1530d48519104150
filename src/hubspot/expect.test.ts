import { describe, expect, it } from 'vitest';
import { SpokeError } from '../errors.ts';
import { createAccount } from './account.ts';
import type { Exchange } from './exchange.ts';
import { expectBody } from './expect.ts';
import { createProperties } from './properties.ts';
import { tokenFromText } from './token.ts';
import type { Transport, TransportRequest } from './transport.ts';

function reply(status: number, body?: unknown, rest: object = {}): Exchange {
  return { kind: 'reply', status, headers: {}, body, durationMs: 1, ...rest };
}

function answering(exchange: Exchange): { transport: Transport; requests: TransportRequest[] } {
  const requests: TransportRequest[] = [];
  const transport: Transport = {
    request: async (request) => {
      requests.push(request);
      return exchange;
    },
    close: async () => undefined,
  };
  return { transport, requests };
}

function problemOf(exchange: Exchange): SpokeError {
  try {
    expectBody(exchange, 'read the account details');
  } catch (error) {
    if (error instanceof SpokeError) return error;
  }
  throw new Error('no SpokeError was raised');
}

describe('an expected answer', () => {
  it('is its body', () => {
    expect(expectBody(reply(200, { a: 1 }), 'x')).toEqual({ a: 1 });
  });

  it.each<[string, Exchange, string, RegExp]>([
    [
      '401',
      reply(401, { category: 'INVALID_AUTHENTICATION' }),
      'HUBSPOT_UNAUTHORIZED',
      /HUBSPOT_PRIVATE_APP_TOKEN/,
    ],
    [
      '403 with scopes',
      reply(403, { context: { requiredGranularScopes: ['crm.lists.read', 'crm.lists.write'] } }),
      'HUBSPOT_FORBIDDEN',
      /may not read the account details; grant it the scope crm\.lists\.read or crm\.lists\.write/,
    ],
    ['403 without scopes', reply(403, { message: 'Not yours.' }), 'HUBSPOT_FORBIDDEN', /Not yours/],
    ['429', reply(429, { policyName: 'DAILY' }), 'HUBSPOT_RATE_LIMITED', /DAILY/],
    ['503', reply(503, undefined, { flaw: 'html' }), 'HUBSPOT_UNREACHABLE', /503/],
    ['404', reply(404, { message: 'resource not found' }), 'HUBSPOT_UNEXPECTED', /404 resource not found/],
    ['an HTML page', reply(200, undefined, { flaw: 'html' }), 'HUBSPOT_UNEXPECTED', /200, html/],
    ['an empty body', reply(200), 'HUBSPOT_UNEXPECTED', /200/],
    ['a redirect', reply(302), 'HUBSPOT_UNEXPECTED', /302/],
    [
      'a fault',
      { kind: 'fault', reason: 'dns', sent: false, message: 'No such host.', durationMs: 1 },
      'HUBSPOT_UNREACHABLE',
      /No such host/,
    ],
    [
      'a token that cannot be read',
      {
        kind: 'fault',
        reason: 'token-unavailable',
        sent: false,
        code: 'TOKEN_EMPTY',
        message: 'Empty.',
        durationMs: 1,
      },
      'TOKEN_EMPTY',
      /Empty/,
    ],
  ])('that is %s is an error', (_, exchange, code, message) => {
    const error = problemOf(exchange);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

describe('the account', () => {
  it('is read with its portal as text', async () => {
    const body = {
      portalId: 4711,
      accountType: 'DEVELOPER_TEST',
      timeZone: 'Europe/Berlin',
      utcOffsetMilliseconds: 3_600_000,
      uiDomain: 'app-eu1.hubspot.com',
    };
    const { transport, requests } = answering(reply(200, body));
    expect(await createAccount(transport, tokenFromText('t')).expectDetails()).toEqual({
      portalId: '4711',
      accountType: 'DEVELOPER_TEST',
      timeZone: 'Europe/Berlin',
      utcOffsetMs: 3_600_000,
      uiDomain: 'app-eu1.hubspot.com',
    });
    expect(requests).toMatchObject([{ method: 'GET', path: '/account-info/2026-09/details' }]);
  });

  it.each([{}, { portalId: 'x' }, { portalId: null }, []])(
    'without a portal (%j) is unexpected',
    async (body) => {
      const account = createAccount(answering(reply(200, body)).transport, tokenFromText('t'));
      await expect(account.expectDetails()).rejects.toMatchObject({ code: 'HUBSPOT_UNEXPECTED' });
    },
  );

  it('tells the portal and scopes of the token in use', async () => {
    const { transport, requests } = answering(
      reply(200, { hubId: 4711, appId: 9, userId: 1, scopes: ['a', 'b'] }),
    );
    expect(await createAccount(transport, tokenFromText('the-token')).expectTokenInfo()).toEqual({
      portalId: '4711',
      appId: '9',
      userId: '1',
      scopes: ['a', 'b'],
    });
    expect(requests).toMatchObject([{ method: 'POST', body: { tokenKey: 'the-token' } }]);
  });
});

describe('the properties', () => {
  it('are read with the parts that matter', async () => {
    const results = [
      {
        name: 'plan',
        label: 'Plan',
        type: 'enumeration',
        fieldType: 'select',
        groupName: 'my_app',
        options: [{ label: 'Free', value: 'free' }, { value: 'pro' }, { label: 'no value' }, null],
        modificationMetadata: { readOnlyValue: true },
        hasUniqueValue: false,
        calculated: true,
      },
      { name: 'app_user_id', hasUniqueValue: true },
    ];
    const { transport } = answering(reply(200, { results }));
    expect(await createProperties(transport).expectList('contacts')).toEqual([
      {
        name: 'plan',
        label: 'Plan',
        type: 'enumeration',
        fieldType: 'select',
        groupName: 'my_app',
        options: [
          { value: 'free', label: 'Free' },
          { value: 'pro', label: 'pro' },
        ],
        hasUniqueValue: false,
        calculated: true,
        readOnlyValue: true,
        readOnlyOptions: false,
        archived: false,
      },
      {
        name: 'app_user_id',
        label: 'app_user_id',
        type: 'string',
        fieldType: 'text',
        options: [],
        hasUniqueValue: true,
        calculated: false,
        readOnlyValue: false,
        readOnlyOptions: false,
        archived: false,
      },
    ]);
  });

  it('are not read in part', async () => {
    const { transport } = answering(reply(200, { results: [{ name: 'plan' }, { label: 'no name' }] }));
    await expect(createProperties(transport).expectList('contacts')).rejects.toMatchObject({
      code: 'HUBSPOT_UNEXPECTED',
      message: expect.stringContaining('results[1]: it has no name'),
    });
  });

  it('without a list are unexpected', async () => {
    const properties = createProperties(answering(reply(200, {})).transport);
    await expect(properties.expectList('contacts')).rejects.toMatchObject({ code: 'HUBSPOT_UNEXPECTED' });
  });
});
