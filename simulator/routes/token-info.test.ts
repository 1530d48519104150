import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const REDIRECT = 'https://app.example.com/callback';
const CLIENT = { client_id: 'client-1', client_secret: 'secret-1' };
const DETAILS = '/account-info/2026-09/details';

let portal: TestPortal;
let access: string;
let refreshToken: string;
beforeEach(async () => {
  portal = await startPortal({
    portalId: 4242,
    apps: [{ clientId: 'client-1', clientSecret: 'secret-1' }],
    tokens: [{ token: 'pat-eu1-european', id: 'european' }],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
  const code = portal.simulator.authorize({
    clientId: 'client-1',
    redirectUri: REDIRECT,
    scopes: ['oauth', 'forms'],
    userId: 9,
  });
  const { body } = await form('/oauth/2026-09/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    ...CLIENT,
  });
  access = String(body.access_token);
  refreshToken = String(body.refresh_token);
});
afterEach(() => portal.simulator.stop());

const form = (path: string, fields: Record<string, string>) =>
  portal.call('POST', path, new URLSearchParams(fields).toString(), { authorization: null });
const introspect = (fields: Record<string, string>, path = '/oauth/2026-09/token/introspect') =>
  form(path, { ...CLIENT, ...fields });
const useAccess = () => portal.call('GET', DETAILS, undefined, { authorization: `Bearer ${access}` });

describe('introspection', () => {
  it.each([['token'], ['access_token']])('tells of an access token in the field %s', async (field) => {
    portal.simulator.setClock({ advanceMs: 60_000 });
    expect(await introspect({ [field]: access, token_type_hint: 'access_token' })).toMatchObject({
      status: 200,
      body: {
        active: true,
        token_use: 'access_token',
        hub_id: 4242,
        app_id: 2_001,
        client_id: 'client-1',
        user_id: 9,
        scopes: ['oauth', 'forms'],
        expires_in: 1_740,
      },
    });
  });

  it.each([['token'], ['refresh_token']])('tells of a refresh token in the field %s', async (field) => {
    const { body } = await introspect({ [field]: refreshToken }, '/oauth/v3/token/introspect');
    expect(body).toMatchObject({ active: true, token_use: 'refresh_token', hub_id: 4242, user_id: 9 });
    expect(body).not.toHaveProperty('expires_in');
  });

  it('calls a token inactive that is expired, unknown, or of no app', async () => {
    portal.simulator.setClock({ advanceMs: 1_800_000 });
    for (const token of [access, 'garbage', portal.simulator.token])
      expect((await introspect({ token })).body).toEqual({ active: false });
  });

  it('calls a token inactive that is another app’s', async () => {
    portal.simulator.addApp({ clientId: 'client-2', clientSecret: 'secret-2' });
    const other = { client_id: 'client-2', client_secret: 'secret-2' };
    for (const token of [access, refreshToken])
      expect((await introspect({ token, ...other })).body).toEqual({ active: false });
  });

  it('needs the client’s secret', async () => {
    const answer = await introspect({ token: access, client_secret: 'wrong' });
    expect(answer).toMatchObject({ status: 400, body: { status: 'BAD_CLIENT_SECRET' } });
  });
});

describe('revoking', () => {
  it('ends an access token and leaves the refresh token', async () => {
    expect((await form('/oauth/2026-09/token/revoke', { ...CLIENT, token: access })).status).toBe(200);
    expect((await useAccess()).status).toBe(401);
    expect((await introspect({ token: refreshToken })).body.active).toBe(true);
  });

  it('ends a refresh token and leaves the access token', async () => {
    await form('/oauth/2026-09/token/revoke', { ...CLIENT, refresh_token: refreshToken });
    expect((await introspect({ token: refreshToken })).body).toEqual({ active: false });
    expect((await useAccess()).status).toBe(200);
  });

  it('does nothing to tokens of others, and does not say so', async () => {
    const token = portal.simulator.token;
    expect((await form('/oauth/2026-09/token/revoke', { ...CLIENT, token })).status).toBe(200);
    expect((await portal.call('GET', DETAILS)).status).toBe(200);
  });
});

describe('v1', () => {
  it('tells of an access token', async () => {
    expect(await portal.call('GET', `/oauth/v1/access-tokens/${access}`)).toMatchObject({
      status: 200,
      body: { token: access, token_type: 'access', hub_id: 4242, app_id: 2_001, expires_in: 1_800 },
    });
  });

  it('tells of a refresh token, and deletes it', async () => {
    const path = `/oauth/v1/refresh-tokens/${refreshToken}`;
    expect((await portal.call('GET', path)).body).toMatchObject({
      token_type: 'refresh',
      client_id: 'client-1',
      hub_id: 4242,
    });
    expect((await portal.call('DELETE', path)).status).toBe(204);
    expect((await portal.call('GET', path)).status).toBe(404);
    expect((await portal.call('DELETE', path)).status).toBe(404);
    expect((await useAccess()).status).toBe(200);
  });

  it.each([
    ['pat-na1-anything', 400],
    ['garbage', 404],
  ])('answers for the access token %s with %i', async (token, status) => {
    expect((await portal.call('GET', `/oauth/v1/access-tokens/${token}`)).status).toBe(status);
  });
});

describe('private apps and service keys', () => {
  const PATH = '/oauth/v2/private-apps/get/access-token-info';

  it('an OAuth token is none of them', async () => {
    expect((await portal.call('POST', PATH, { tokenKey: access })).status).toBe(404);
  });

  it('a European key needs the header too', async () => {
    const ask = (authorization: string | null) =>
      portal.call('POST', PATH, { tokenKey: 'pat-eu1-european' }, { authorization });
    expect(await ask(null)).toMatchObject({ status: 401, body: { category: 'INVALID_AUTHENTICATION' } });
    expect(await ask('Bearer pat-eu1-european')).toMatchObject({ status: 200, body: { hubId: 4242 } });
  });
});
