import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const REDIRECT = 'https://app.example.com/callback';
const CLIENT = { client_id: 'client-1', client_secret: 'secret-1' };
const SCOPES = ['oauth', 'crm.objects.contacts.read'];
const TOKEN = '/oauth/2026-09/token';
const DETAILS = '/account-info/2026-09/details';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({
    portalId: 4242,
    limits: 'default',
    apps: [{ clientId: 'client-1', clientSecret: 'secret-1', redirectUris: [REDIRECT] }],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
});
afterEach(() => portal.simulator.stop());

const form = (path: string, fields: Record<string, string>) =>
  portal.call('POST', path, new URLSearchParams(fields).toString(), {
    authorization: null,
    'content-type': 'application/x-www-form-urlencoded',
  });
const newCode = () =>
  portal.simulator.authorize({ clientId: 'client-1', redirectUri: REDIRECT, scopes: SCOPES });
const exchange = (path = TOKEN, fields: Record<string, string> = {}) =>
  form(path, {
    grant_type: 'authorization_code',
    code: newCode(),
    redirect_uri: REDIRECT,
    ...CLIENT,
    ...fields,
  });
const refresh = (refreshToken: unknown, path = TOKEN) =>
  form(path, { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...CLIENT });
const callAs = (answer: Answer, method = 'GET', path = DETAILS, body?: unknown) =>
  portal.call(method, path, body, { authorization: `Bearer ${String(answer.body.access_token)}` });

describe('the flow', () => {
  it('leads from the consent page to a token that works, and its refresh to another', async () => {
    const query = new URLSearchParams({
      client_id: 'client-1',
      redirect_uri: REDIRECT,
      scope: SCOPES.join(' '),
      state: 'xyz',
    });
    const consent = await portal.call('GET', `/oauth/authorize?${query}`, undefined, { authorization: null });
    expect(consent.status).toBe(302);
    const back = new URL(String(consent.headers.location));
    expect(back.origin + back.pathname).toBe(REDIRECT);
    expect(back.searchParams.get('state')).toBe('xyz');

    const first = await exchange(TOKEN, { code: String(back.searchParams.get('code')) });
    expect(first).toMatchObject({
      status: 200,
      body: { token_type: 'bearer', expires_in: 1_800, hub_id: 4242, scopes: SCOPES },
    });
    expect((await callAs(first)).body).toMatchObject({ portalId: 4242 });

    const second = await refresh(first.body.refresh_token);
    expect(second.body.access_token).not.toBe(first.body.access_token);
    expect((await callAs(second)).status).toBe(200);
  });

  it('ends a token after half an hour of the portal’s clock', async () => {
    const answer = await exchange();
    portal.simulator.setClock({ advanceMs: 1_799_000 });
    expect((await callAs(answer)).status).toBe(200);
    portal.simulator.setClock({ advanceMs: 6_000 });
    expect(await callAs(answer)).toMatchObject({
      status: 401,
      body: {
        category: 'EXPIRED_AUTHENTICATION',
        message: 'The OAuth token used to make this call expired 5 second(s) ago.',
        context: { 'expire time': ['2026-11-22T12:30:00Z'] },
      },
    });
  });

  it('grants what was asked for and no more', async () => {
    const answer = await exchange();
    expect((await callAs(answer, 'GET', CONTACTS)).status).toBe(200);
    const write = await callAs(answer, 'POST', CONTACTS, { properties: { email: 'a@example.com' } });
    expect(write).toMatchObject({ status: 403, body: { category: 'MISSING_SCOPES' } });
  });

  it('lets optional scopes fall away that the app may not have', async () => {
    portal.simulator.addApp({ clientId: 'small', clientSecret: 'small', scopes: ['oauth'] });
    const code = portal.simulator.authorize({
      clientId: 'small',
      redirectUri: REDIRECT,
      scopes: ['oauth'],
      optionalScopes: ['forms'],
    });
    const answer = await form(TOKEN, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      client_id: 'small',
      client_secret: 'small',
    });
    expect(answer.body.scopes).toEqual(['oauth']);
  });

  it.each([
    ['v1', ['access_token', 'expires_in', 'refresh_token', 'token_type']],
    ['v3', ['access_token', 'expires_in', 'hub_id', 'refresh_token', 'scopes', 'token_type']],
    ['2026-09', ['access_token', 'expires_in', 'hub_id', 'refresh_token', 'scopes', 'token_type']],
  ])('%s answers with %j', async (version, fields) => {
    const answer = await exchange(`/oauth/${version}/token`);
    expect(Object.keys(answer.body).sort()).toEqual(fields);
  });

  it('v1 takes its parameters from the URL too, the later ones do not', async () => {
    const { body } = await exchange();
    const query = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: String(body.refresh_token),
      ...CLIENT,
    });
    expect((await form(`/oauth/v1/token?${query}`, {})).status).toBe(200);
    expect((await form(`${TOKEN}?${query}`, {})).body.status).toBe('BAD_GRANT_TYPE');
  });
});

describe('refresh tokens', () => {
  it('stay the same', async () => {
    const { body } = await exchange();
    const again = await refresh(body.refresh_token);
    expect(again.body.refresh_token).toBe(body.refresh_token);
    expect((await refresh(body.refresh_token)).status).toBe(200);
  });

  it('rotate when the portal is set so', async () => {
    portal.simulator.setBehaviour({ rotateRefreshTokens: true });
    const { body } = await exchange();
    const next = await refresh(body.refresh_token);
    expect(next.body.refresh_token).not.toBe(body.refresh_token);
    expect((await refresh(body.refresh_token)).body.status).toBe('BAD_REFRESH_TOKEN');
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
  });

  it('are worthless once the app is uninstalled, as are its access tokens', async () => {
    const answer = await exchange();
    await portal.admin('POST', 'apps', { uninstall: 'client-1' });
    expect((await refresh(answer.body.refresh_token)).body).toMatchObject({ status: 'BAD_REFRESH_TOKEN' });
    expect(await callAs(answer)).toMatchObject({
      status: 401,
      body: { category: 'INVALID_AUTHENTICATION' },
    });
  });
});

describe('errors', () => {
  const cases: [string, string, Record<string, string>][] = [
    ['BAD_AUTH_CODE', 'invalid_grant', { code: 'nothing' }],
    ['BAD_CLIENT_ID', 'invalid_client', { client_id: 'nobody' }],
    ['BAD_CLIENT_SECRET', 'invalid_client', { client_secret: 'wrong' }],
    ['BAD_REDIRECT_URI', 'invalid_grant', { redirect_uri: 'https://elsewhere.example.com/' }],
    ['BAD_GRANT_TYPE', 'unsupported_grant_type', { grant_type: 'password' }],
    ['BAD_REFRESH_TOKEN', 'invalid_grant', { grant_type: 'refresh_token', refresh_token: 'nothing' }],
  ];
  it.each(cases)('%s comes as %s for %j', async (status, error, fields) => {
    const answer = await exchange(TOKEN, fields);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status, error, error_description: answer.body.message });
    expect(answer.body.message).not.toBe('');
  });

  it('BAD_HUB comes as access_denied when the portal lets no app in', async () => {
    portal.simulator.setBehaviour({ denyApps: true });
    expect(await exchange()).toMatchObject({
      status: 400,
      body: { status: 'BAD_HUB', error: 'access_denied' },
    });
  });

  it('a code works once', async () => {
    const code = newCode();
    expect((await exchange(TOKEN, { code })).status).toBe(200);
    expect((await exchange(TOKEN, { code })).body.status).toBe('BAD_AUTH_CODE');
  });

  it('a code does not outlive ten minutes', async () => {
    const code = newCode();
    portal.simulator.setClock({ advanceMs: 600_000 });
    expect((await exchange(TOKEN, { code })).body.status).toBe('BAD_AUTH_CODE');
  });

  it('a code and a refresh token serve the app they were given to only', async () => {
    const other = { client_id: 'client-2', client_secret: 'secret-2' };
    portal.simulator.addApp({ clientId: 'client-2', clientSecret: 'secret-2' });
    expect((await exchange(TOKEN, other)).body.status).toBe('BAD_AUTH_CODE');
    const { body } = await exchange();
    const fields = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...other };
    expect((await form(TOKEN, fields)).body.status).toBe('BAD_REFRESH_TOKEN');
  });

  it('a JSON body has no grant type', async () => {
    const answer = await portal.call('POST', TOKEN, { grant_type: 'refresh_token', ...CLIENT });
    expect(answer.body.status).toBe('BAD_GRANT_TYPE');
  });

  it.each([
    [{ client_id: 'nobody' }, 'BAD_CLIENT_ID'],
    [{ redirect_uri: 'https://elsewhere.example.com/' }, 'BAD_REDIRECT_URI'],
    [{ redirect_uri: 'nowhere' }, 'BAD_REDIRECT_URI'],
    [{ scope: 'no.such.scope' }, 'error'],
    [{ scope: '' }, 'error'],
  ])('the consent page refuses %j', async (fields, status) => {
    const query = new URLSearchParams({
      client_id: 'client-1',
      redirect_uri: REDIRECT,
      scope: 'oauth',
      ...fields,
    });
    const answer = await portal.call('GET', `/oauth/authorize?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { status } });
  });
});

describe('client credentials', () => {
  const ask = (scope: string, path = TOKEN) =>
    form(path, { grant_type: 'client_credentials', scope, ...CLIENT });

  it('open the webhooks journal and nothing else', async () => {
    const answer = await ask('developer.webhooks_journal.read');
    expect(answer).toMatchObject({ status: 200, body: { expires_in: 1_800 } });
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect((await callAs(answer, 'GET', CONTACTS)).status).toBe(403);
  });

  it.each([['crm.objects.contacts.read'], ['']])('are refused for the scope %j', async (scope) => {
    expect((await ask(scope)).body.status).toBe('BAD_GRANT_TYPE');
  });

  it('are unknown to v1', async () => {
    const answer = await ask('developer.webhooks_journal.read', '/oauth/v1/token');
    expect(answer.body.status).toBe('BAD_GRANT_TYPE');
  });
});

describe('the budget of an OAuth app', () => {
  it('is 110 calls in ten seconds over all its tokens, with no word of a day', async () => {
    const one = await exchange();
    const other = await exchange();
    for (let place = 0; place < 109; place += 1) await callAs(place % 2 === 0 ? one : other);
    const last = await callAs(one);
    expect(last).toMatchObject({
      status: 200,
      headers: { 'x-hubspot-ratelimit-max': '110', 'x-hubspot-ratelimit-remaining': '0' },
    });
    expect(Object.keys(last.headers).filter((name) => name.includes('daily'))).toEqual([]);
    expect(await callAs(other)).toMatchObject({
      status: 429,
      body: { policyName: 'TEN_SECONDLY_ROLLING' },
    });
    expect((await portal.call('GET', DETAILS)).headers['x-hubspot-ratelimit-max']).toBe('190');
    expect(portal.simulator.state().limits.dailyUsed).toBe(1);
  });

  it('is not touched by the token calls themselves', async () => {
    portal.simulator.setLimits({ oauthPerWindow: 1 });
    const answer = await exchange();
    for (let place = 0; place < 5; place += 1) await refresh(answer.body.refresh_token);
    expect((await callAs(answer)).status).toBe(200);
  });
});

it('codes can be had over the admin endpoints, for apps added there', async () => {
  await portal.admin('POST', 'apps', { add: { clientId: 'late', clientSecret: 'late' } });
  const { body } = await portal.admin('POST', 'authorize', {
    clientId: 'late',
    redirectUri: REDIRECT,
    scopes: ['oauth'],
  });
  const answer = await exchange(TOKEN, {
    code: String(body.code),
    client_id: 'late',
    client_secret: 'late',
  });
  expect(answer.status).toBe(200);
  expect(portal.simulator.state().apps).toMatchObject([
    { clientId: 'client-1', appId: 2_001 },
    { clientId: 'late', appId: 2_002 },
  ]);
  portal.simulator.reset(['tokens']);
  expect(portal.simulator.state().apps).toHaveLength(1);
});
