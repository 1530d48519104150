import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, NOTES, startPortal, type TestPortal } from './test-client.ts';

const READER = 'pat-na1-reader';
const DETAILS = '/account-info/2026-09/details';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({
    tokens: [{ token: READER, id: 'reader', scopes: ['crm.objects.contacts.read'] }],
  });
});
afterEach(() => portal.simulator.stop());

const callAs = (token: string, method: string, path: string, body?: unknown) =>
  portal.call(method, path, body, { authorization: `Bearer ${token}` });

describe('401', () => {
  it.each([[null], [''], ['Bearer '], ['Basic abc']])(
    'is INVALID_AUTHENTICATION for the header %j',
    async (authorization) => {
      expect(await portal.call('GET', DETAILS, undefined, { authorization })).toMatchObject({
        status: 401,
        body: {
          category: 'INVALID_AUTHENTICATION',
          message: expect.stringContaining('credentials not found'),
        },
      });
    },
  );

  it('shows an unknown token as one that expired in 1970', async () => {
    expect((await callAs('garbage', 'GET', DETAILS)).body).toMatchObject({
      category: 'EXPIRED_AUTHENTICATION',
      message: expect.stringMatching(/expired 2\d{4} day\(s\) ago/),
      context: { 'expire time': ['1970-01-01T00:00:00Z'] },
    });
  });

  it('comes when a token expires, with the seconds since', async () => {
    portal.simulator.expireToken('reader');
    portal.simulator.setClock({ advanceMs: 5_000 });
    const answer = await callAs(READER, 'GET', DETAILS);
    expect(answer.body).toMatchObject({
      category: 'EXPIRED_AUTHENTICATION',
      message: expect.stringContaining('expired 5 second(s) ago'),
    });
  });

  it('comes when a token is revoked, until it is added again', async () => {
    portal.simulator.revokeToken('reader');
    expect((await callAs(READER, 'GET', DETAILS)).status).toBe(401);
    portal.simulator.addToken({ token: READER });
    expect((await callAs(READER, 'GET', DETAILS)).status).toBe(200);
  });
});

describe('403', () => {
  it('names the missing scope in errors[] for writes', async () => {
    expect(await callAs(READER, 'POST', CONTACTS, { properties: { email: 'a@example.com' } })).toMatchObject({
      status: 403,
      body: {
        category: 'MISSING_SCOPES',
        errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
      },
    });
  });

  it('names the missing scope in context for reads', async () => {
    portal.simulator.addToken({ token: 'none', scopes: [] });
    const answer = await callAs('none', 'GET', CONTACTS);
    expect(answer.body).toMatchObject({
      category: 'MISSING_SCOPES',
      context: { requiredGranularScopes: ['crm.objects.contacts.read'] },
    });
    expect(answer.body).not.toHaveProperty('errors');
  });

  it.each([
    ['GET', CONTACTS, 200],
    ['GET', NOTES, 200],
    ['GET', '/crm/properties/2026-09/contacts', 200],
    ['POST', '/crm/properties/2026-09/contacts', 403],
    ['POST', `${NOTES}/batch/create`, 403],
    ['GET', DETAILS, 200],
  ])('a token that may read contacts: %s %s gives %i', async (method, path, status) => {
    expect((await callAs(READER, method, path, method === 'POST' ? {} : undefined)).status).toBe(status);
  });
});

describe('the app of a token', () => {
  const appOf = (id: string) => portal.simulator.state().tokens.find((token) => token.id === id)?.appId;

  it('is another one for each, unless one is named', () => {
    portal.simulator.addToken({ token: 'named', id: 'named', appId: 1_004 });
    portal.simulator.addToken({ token: 'plain', id: 'plain' });
    expect(['token-1', 'reader', 'named', 'plain'].map(appOf)).toEqual([1_001, 1_002, 1_004, 1_005]);
  });

  it('stays when the token is added again', () => {
    portal.simulator.addToken({ token: READER, scopes: [] });
    expect(appOf('reader')).toBe(1_002);
  });
});

describe('token info', () => {
  const PATH = '/oauth/v2/private-apps/get/access-token-info';

  it('tells portal, app and scopes without a header', async () => {
    const answer = await portal.call('POST', PATH, { tokenKey: READER }, { authorization: null });
    expect(answer).toMatchObject({
      status: 200,
      body: { hubId: 12_345_678, scopes: ['crm.objects.contacts.read'] },
    });
  });

  it.each([[{ tokenKey: 'garbage' }], [{ tokenKey: 'reader' }], ['no json'], [{}]])(
    'is 404 for %j',
    async (body) => {
      expect((await portal.call('POST', PATH, body)).status).toBe(404);
    },
  );
});
