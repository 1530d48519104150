import { afterEach, describe, expect, it } from 'vitest';
import { type FormCall, startFormServer } from '../../test/support/form-server.ts';
import { SpokeError } from '../errors.ts';
import { createLogger, silentLogger } from '../log.ts';
import { authorizeUrl, createOAuthApp, type OAuthApp } from './oauth.ts';

const SECRETS = ['secret-canary', 'refresh-canary', 'access-canary', 'code-canary'];
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setup(answer: { status?: number; body?: unknown }, log = silentLogger) {
  const calls: FormCall[] = [];
  const server = await startFormServer((call) => {
    calls.push(call);
    return { status: 200, ...answer };
  });
  const app = createOAuthApp({ clientId: 'app-1', clientSecret: 'secret-canary', baseUrl: server.url, log });
  closers.push(async () => {
    await app.close();
    await server.close();
  });
  return { app, calls };
}

async function errorOf(promise: Promise<unknown>): Promise<SpokeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (error instanceof SpokeError) return error;
  throw new Error('no SpokeError was raised');
}

const GRANT = {
  token_type: 'bearer',
  access_token: 'access-canary',
  refresh_token: 'refresh-canary',
  expires_in: 1800,
  hub_id: 4711,
  scopes: ['crm.objects.contacts.read', 'oauth'],
};

describe('the address of the authorisation', () => {
  const request = {
    clientId: 'app-1',
    redirectUri: 'https://app.example.com/back?a=1',
    scopes: ['oauth', 'crm.objects.contacts.read'],
  };

  it('carries scopes, redirect and state, encoded', () => {
    expect(authorizeUrl({ ...request, optionalScopes: ['timeline.write'], state: 'a&b' })).toBe(
      'https://app.hubspot.com/oauth/authorize?client_id=app-1&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback%3Fa%3D1' +
        '&scope=oauth%20crm.objects.contacts.read&optional_scope=timeline.write&state=a%26b',
    );
  });

  it('can be that of another region, and leaves out what is not given', () => {
    expect(authorizeUrl({ ...request, accountUrl: 'https://app-eu1.hubspot.com/' })).toMatch(
      /^https:\/\/app-eu1\.hubspot\.com\/oauth\/authorize\?(?!.*(?:state|optional_scope))/,
    );
  });
});

describe('a grant', () => {
  const read = {
    accessToken: 'access-canary',
    refreshToken: 'refresh-canary',
    expiresInMs: 1_800_000,
    portalId: '4711',
    scopes: ['crm.objects.contacts.read', 'oauth'],
  };

  it('is what a code is exchanged for', async () => {
    const { app, calls } = await setup({ body: GRANT });
    const redirectUri = 'https://app.example.com/back';
    expect(await app.exchangeCode({ code: 'code-canary', redirectUri })).toEqual(read);
    expect(calls).toEqual([
      {
        path: '/oauth/2026-09/token',
        authorization: undefined,
        form: {
          grant_type: 'authorization_code',
          code: 'code-canary',
          redirect_uri: redirectUri,
          client_id: 'app-1',
          client_secret: 'secret-canary',
        },
      },
    ]);
  });

  it('is renewed with the refresh token, which is kept when none comes back', async () => {
    const { app, calls } = await setup({ body: { ...GRANT, refresh_token: undefined } });
    expect(await app.refresh('refresh-canary')).toEqual(read);
    expect(calls[0]?.form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh-canary' });
  });

  it.each([
    [undefined, 1_800_000],
    [-1, 1_800_000],
    [1e300, 86_400_000],
  ])('with a life of %s s is good for %d ms', async (expires_in, expiresInMs) => {
    const { app } = await setup({ body: { ...GRANT, expires_in } });
    expect(await app.refresh('r')).toMatchObject({ expiresInMs });
  });

  it.each([{}, { access_token: 'a' }, []])('without tokens (%j) is unexpected', async (body) => {
    const { app } = await setup({ body });
    const given = app.exchangeCode({ code: 'c', redirectUri: 'https://app.example.com' });
    expect((await errorOf(given)).code).toBe('HUBSPOT_UNEXPECTED');
  });

  it('whose token no header can carry is refused without being repeated', async () => {
    const { app } = await setup({ body: { ...GRANT, access_token: 'access-canary\r\nx: y' } });
    const error = await errorOf(app.refresh('r'));
    expect(error.code).toBe('TOKEN_INVALID');
    expect(error.message).not.toContain('canary');
  });
});

describe('a refusal', () => {
  const refused = (status: string, code = 400) => ({
    status: code,
    body: {
      error: 'invalid_grant',
      error_description: 'refresh-canary is bad',
      status,
      message: 'refresh-canary secret-canary',
    },
  });

  it.each([
    ['BAD_REFRESH_TOKEN', 400, 'OAUTH_DISCONNECTED', /authorised again/],
    ['INVALID_AUTHENTICATION', 401, 'OAUTH_DISCONNECTED', /authorised again/],
    ['BAD_CLIENT_SECRET', 400, 'OAUTH_REFUSED', /client secret is wrong/],
    ['BAD_CLIENT_SECRET', 401, 'OAUTH_REFUSED', /client secret is wrong/],
    ['BAD_AUTH_CODE', 400, 'OAUTH_REFUSED', /code is used up/],
    ['BAD_REDIRECT_URI', 400, 'OAUTH_REFUSED', /redirect address/],
    ['SOMETHING_NEW', 400, 'OAUTH_REFUSED', /SOMETHING_NEW/],
    ['refresh-canary', 400, 'OAUTH_REFUSED', /none/],
  ])('%s (%d) is %s', async (status, code, expected, message) => {
    const { app } = await setup(refused(status, code));
    const error = await errorOf(app.refresh('refresh-canary'));
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(message);
    expect(JSON.stringify([error.message, error.facts, String(error.cause)])).not.toContain('canary');
  });

  it.each([
    [429, 'HUBSPOT_RATE_LIMITED'],
    [503, 'HUBSPOT_UNREACHABLE'],
  ])('%d is of the moment: %s', async (status, code) => {
    const { app } = await setup({ status, body: {} });
    expect((await errorOf(app.refresh('r'))).code).toBe(code);
  });

  it('by a proxy is no disconnection', async () => {
    const { app } = await setup({ status: 401, body: '<html>' });
    expect((await errorOf(app.refresh('r'))).code).toBe('HUBSPOT_UNEXPECTED');
  });
});

describe('a token', () => {
  it('is described, sent under both names of its field', async () => {
    const body = {
      active: true,
      hub_id: 4711,
      hub_domain: 'x.example.com',
      app_id: 9,
      user_id: 1,
      scopes: 'a b',
      expires_in: 60,
    };
    const { app, calls } = await setup({ body });
    expect(await app.introspect('access-canary', 'access_token')).toEqual({
      active: true,
      portalId: '4711',
      portalDomain: 'x.example.com',
      appId: '9',
      userId: '1',
      scopes: ['a', 'b'],
      expiresInMs: 60_000,
    });
    expect(calls[0]).toMatchObject({
      path: '/oauth/2026-09/token/introspect',
      form: { token_type_hint: 'access_token', access_token: 'access-canary', token: 'access-canary' },
    });
  });

  it('is revoked, and an answer without a body is enough', async () => {
    const { app, calls } = await setup({ status: 204 });
    await app.revoke('refresh-canary', 'refresh_token');
    expect(calls[0]).toMatchObject({
      path: '/oauth/2026-09/token/revoke',
      form: { token_type_hint: 'refresh_token', refresh_token: 'refresh-canary' },
    });
  });
});

it('nothing secret is logged', async () => {
  let lines = '';
  const write = (line: string) => {
    lines += line;
  };
  const { app } = await setup({ body: GRANT }, createLogger({ level: 'debug', destination: { write } }));
  const calls: ((each: OAuthApp) => Promise<unknown>)[] = [
    (each) => each.refresh('refresh-canary'),
    (each) => each.exchangeCode({ code: 'code-canary', redirectUri: 'https://app.example.com' }),
    (each) => each.introspect('access-canary', 'access_token').catch(() => undefined),
    (each) => each.revoke('refresh-canary', 'refresh_token'),
  ];
  for (const call of calls) await call(app);
  expect(lines.split('\n').filter((line) => line.includes('hubspot call'))).toHaveLength(calls.length);
  for (const secret of SECRETS) expect(lines).not.toContain(secret);
});
