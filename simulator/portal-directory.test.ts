import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal, upserts } from './test-client.ts';

const OTHER = 222;
const OTHER_TOKEN = 'pat-na1-other';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ portals: [{ portalId: OTHER, token: OTHER_TOKEN }] });
});
afterEach(() => portal.simulator.stop());

const asOther = { authorization: `Bearer ${OTHER_TOKEN}` };
const upsert = (email: string, headers = {}) =>
  portal.call('POST', `${CONTACTS}/batch/upsert`, upserts([[email, {}]]), headers);

it('the token decides which portal a call reaches', async () => {
  await upsert('first@example.com');
  await upsert('other@example.com', asOther);
  const emails = (id: number) =>
    portal.simulator
      .portal(id)
      .records('contacts')
      .map(({ properties }) => properties.email);
  expect(emails(12_345_678)).toEqual(['first@example.com']);
  expect(emails(OTHER)).toEqual(['other@example.com']);
});

it('portals have journals, budgets, faults and clocks of their own', async () => {
  const other = portal.simulator.portal(OTHER);
  other.setLimits({ perWindow: 1 });
  other.addFaults([{ do: 'status', status: 503, match: { method: 'GET' } }]);
  other.setClock({ now: 1_000_000, frozen: true });
  expect((await upsert('a@example.com', asOther)).status).toBe(200);
  expect((await upsert('b@example.com', asOther)).status).toBe(429);
  expect((await portal.call('GET', CONTACTS, undefined, asOther)).status).toBe(503);
  expect((await upsert('a@example.com')).status).toBe(200);
  expect((await portal.call('GET', CONTACTS)).status).toBe(200);
  expect(other.journal()).toMatchObject([
    { n: 1, portalId: OTHER, at: 1_000_000, status: 200 },
    { n: 2, portalId: OTHER, status: 429 },
    { n: 3, portalId: OTHER, status: 503 },
  ]);
  expect(portal.simulator.journal()).toMatchObject([
    { n: 1, portalId: 12_345_678 },
    { n: 2, status: 200 },
  ]);
});

it('an unknown token is the first portal’s 401', async () => {
  const { status, body } = await upsert('a@example.com', { authorization: 'Bearer nobody' });
  expect({ status, category: body.category }).toEqual({ status: 401, category: 'EXPIRED_AUTHENTICATION' });
  expect(portal.simulator.journal()).toMatchObject([{ status: 401, tokenId: null }]);
});

it('a reset empties one portal and leaves the other', async () => {
  await upsert('first@example.com');
  await upsert('other@example.com', asOther);
  portal.simulator.portal(OTHER).reset();
  expect(portal.simulator.portal(OTHER).records('contacts')).toEqual([]);
  expect(portal.simulator.records('contacts')).toHaveLength(1);
  expect((await upsert('again@example.com', asOther)).status).toBe(200);
});

it('a portal added while running takes its limits and switches from the first', async () => {
  const third = portal.simulator.addPortal({ portalId: 333 });
  expect(third.state()).toMatchObject({
    portalId: 333,
    limits: { perWindow: null },
    behaviour: { shuffleResults: false },
  });
  const { body } = await portal.call('GET', '/account-info/2026-09/details', undefined, {
    authorization: `Bearer ${third.token}`,
  });
  expect(body.portalId).toBe(333);
});

it('the admin endpoints take the portal as a parameter', async () => {
  expect((await portal.admin('POST', 'portals', { portalId: 333, token: 'third' })).body).toEqual({
    portalId: 333,
  });
  expect((await portal.admin('GET', 'portals')).body.results).toEqual([
    { portalId: 12_345_678 },
    { portalId: OTHER },
    { portalId: 333 },
  ]);
  await portal.admin('POST', 'records/contacts?portal=333', { records: [{ email: 'a@example.com' }] });
  expect((await portal.admin('GET', 'state?portal=333')).body).toMatchObject({
    portalId: 333,
    counts: { contacts: { live: 1 } },
  });
  expect(portal.simulator.records('contacts')).toEqual([]);
});

it.each([
  [{ portalId: OTHER }, 'already a portal 222'],
  [{ portalId: 333, token: OTHER_TOKEN }, 'already opens portal 222'],
  [{ portalId: 333, tokens: [{ token: OTHER_TOKEN }] }, 'already opens portal 222'],
])('%j cannot be added: %s', (setup, message) => {
  expect(() => portal.simulator.addPortal(setup)).toThrow(message);
  expect(portal.simulator.portals()).toHaveLength(2);
});

it('a token of one portal is refused to another, and a portal that is not there is named', async () => {
  expect(() => portal.simulator.addToken({ token: OTHER_TOKEN })).toThrow('already opens portal 222');
  const { status, text } = await portal.admin('GET', 'state?portal=9');
  expect(status).toBe(400);
  expect(text).toContain('no portal 9');
});

it('an OAuth flow begun in a portal stays there, whatever calls it takes', async () => {
  portal.simulator.portal(OTHER).addApp({ clientId: 'client', clientSecret: 'secret' });
  const query = new URLSearchParams({
    client_id: 'client',
    redirect_uri: 'https://app.example.com/',
    scope: 'oauth',
  });
  const consent = await portal.call('GET', `/oauth/${OTHER}/authorize?${query}`, undefined, {
    authorization: null,
  });
  const code = String(new URL(String(consent.headers.location)).searchParams.get('code'));
  const form = (path: string, fields: Record<string, string>) =>
    portal.call(
      'POST',
      path,
      new URLSearchParams({ client_id: 'client', client_secret: 'secret', ...fields }).toString(),
      { authorization: null },
    );
  const { body } = await form('/oauth/2026-09/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://app.example.com/',
  });
  expect(body).toMatchObject({ hub_id: OTHER });
  const refreshed = await form('/oauth/2026-09/token', {
    grant_type: 'refresh_token',
    refresh_token: String(body.refresh_token),
  });
  expect(refreshed.body).toMatchObject({ hub_id: OTHER });
  const token = String(refreshed.body.access_token);
  expect((await portal.call('GET', `/oauth/v1/access-tokens/${token}`)).body).toMatchObject({
    hub_id: OTHER,
  });
});

it('a key is told about by the portal that has it', async () => {
  const answer = await portal.call(
    'POST',
    '/oauth/v2/private-apps/get/access-token-info',
    { tokenKey: OTHER_TOKEN },
    { authorization: null },
  );
  expect(answer.body.hubId).toBe(OTHER);
});
