import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Answer, startPortal, type TestPortal } from '../test-client.ts';

const KEY = 'developer-key';
const SETTINGS = { targetUrl: 'https://a.example.com/hooks', throttling: { maxConcurrentRequests: 7 } };

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ developerKey: KEY });
});
afterEach(() => portal.simulator.stop());

const manage = (
  method: string,
  path: string,
  body?: unknown,
  prefix = '/app-webhooks/2026-09',
): Promise<Answer> =>
  portal.call(method, `${prefix}/77/${path}${path.includes('?') ? '' : `?hapikey=${KEY}`}`, body, {
    authorization: null,
  });
const subscribe = (body: unknown) => manage('POST', 'subscriptions', body);

it.each(['/app-webhooks/2026-09', '/webhooks/2026-03', '/webhooks/v3'])(
  'settings are written, read and removed under %s',
  async (prefix) => {
    expect((await manage('GET', 'settings', undefined, prefix)).status).toBe(404);
    expect((await manage('PUT', 'settings', SETTINGS, prefix)).body).toMatchObject(SETTINGS);
    expect((await manage('GET', 'settings', undefined, prefix)).body).toMatchObject(SETTINGS);
    expect((await manage('DELETE', 'settings', undefined, prefix)).status).toBe(204);
    expect((await manage('GET', 'settings', undefined, prefix)).status).toBe(404);
  },
);

it('subscriptions are made, listed, paused one by one and together, and removed', async () => {
  const made = await subscribe({ eventType: 'contact.propertyChange', propertyName: 'email', active: true });
  expect(made).toMatchObject({ status: 201, body: { id: '1', propertyName: 'email', active: true } });
  await subscribe({ eventType: 'object.merge', objectTypeId: '0-3', active: false });
  expect((await manage('GET', 'subscriptions')).body.results).toMatchObject([
    { id: '1' },
    { id: '2', eventType: 'object.merge', objectTypeId: '0-3', active: false },
  ]);
  expect((await manage('PATCH', 'subscriptions/1', { active: false })).body.active).toBe(false);
  const inputs = [1, 2].map((id) => ({ id, active: true }));
  expect((await manage('POST', 'subscriptions/batch/update', { inputs })).body).toMatchObject({
    status: 'COMPLETE',
    results: [
      { id: '1', active: true },
      { id: '2', active: true },
    ],
  });
  expect((await manage('DELETE', 'subscriptions/1')).status).toBe(204);
  expect((await manage('GET', 'subscriptions/1')).status).toBe(404);
});

it.each([
  [{ eventType: 'contact.birthday', active: true }, 'eventType'],
  [{ eventType: 'contact.propertyChange', active: true }, 'propertyName'],
  [{ eventType: 'contact.propertyChange', propertyName: 'hs_lastmodifieddate' }, 'cannot be subscribed'],
  [{ eventType: 'contact.propertyChange', propertyName: '*' }, 'does not exist'],
  [{ eventType: 'object.creation', active: true }, 'objectTypeId'],
])('the subscription %j is a 400 that names %s', async (body, message) => {
  const { status, text } = await subscribe(body);
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(message) });
});

it('the same subscription twice is a 400', async () => {
  await subscribe({ eventType: 'contact.creation' });
  expect(await subscribe({ eventType: 'contact.creation' })).toMatchObject({ status: 400 });
});

it.each([
  [{ ...SETTINGS, targetUrl: 'ftp://a.example.com' }, 'targetUrl'],
  [{ ...SETTINGS, throttling: { maxConcurrentRequests: 1 } }, 'maxConcurrentRequests'],
])('the settings %j are a 400 that names %s', async (body, field) => {
  const { status, text } = await manage('PUT', 'settings', body);
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(field) });
});

it('a wrong key is a 401, a token opens its own app only', async () => {
  expect((await manage('GET', 'subscriptions?hapikey=wrong')).status).toBe(401);
  portal.simulator.addToken({ token: 'of-77', appId: 77 });
  const read = (token: string) =>
    portal.call('GET', '/app-webhooks/2026-09/77/subscriptions', undefined, {
      authorization: `Bearer ${token}`,
    });
  expect((await read('of-77')).status).toBe(200);
  expect((await read(portal.simulator.token)).status).toBe(403);
});
