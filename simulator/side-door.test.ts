import { Client } from 'undici';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal } from './test-client.ts';

let portal: TestPortal;
/** Sends paths as they are, dots and all. */
let client: Client;
beforeEach(async () => {
  portal = await startPortal();
  client = new Client(portal.simulator.url);
});
afterEach(async () => {
  await client.close();
  await portal.simulator.stop();
});

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await client.request({ path, method: method as 'GET', headers });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

it('a browser is led from the address of the portal to the page', async () => {
  const answer = await get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
  expect(answer).toMatchObject({ status: 302, headers: { location: '/_simulator/ui/' } });
  expect((await get('/_simulator/ui')).headers.location).toBe('/_simulator/ui/');
});

it('a program at that address is answered by the API', async () => {
  expect((await get('/', { accept: '*/*' })).text).toContain('Authentication credentials not found');
  expect((await get('/', { accept: 'text/html' }, 'POST')).status).toBe(401);
});

it('the page may run nothing but its own files, and is never kept', async () => {
  const { status, headers, text } = await get('/_simulator/ui/');
  expect(status).toBe(200);
  expect(text).toContain('<!doctype html>');
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain('unsafe');
});

it.each([
  '../admin.ts',
  '..%2fadmin.ts',
  '%2e%2e/admin.ts',
  './index.html',
  'views/../index.html',
  'views',
  'index.html/',
  'nowhere.js',
  '/etc/passwd',
])('%s is no file of the page', async (path) => {
  const answer = await get(`/_simulator/ui/${path}`);
  expect(answer.status).toBe(404);
  expect(answer.text).not.toContain('createAdmin');
});

it('the page is only read', async () => {
  expect((await get('/_simulator/ui/', {}, 'POST')).status).toBe(405);
});

it('looking at the page is no request to the portal', async () => {
  await get('/', { accept: 'text/html' });
  await get('/_simulator/ui/');
  await get('/_simulator/state');
  expect(portal.simulator.state().requests.requests).toBe(0);
});

it.each([
  ['a page of another origin', { origin: 'https://evil.example.com' }],
  ['another application on this machine', { origin: 'http://localhost:3000' }],
  ['a page in a sandbox', { origin: 'null' }],
  ['a picture or script of another page', { 'sec-fetch-site': 'cross-site' }],
  ['a name that was pointed at this machine', { host: 'evil.example.com' }],
])('%s may not use the admin endpoints', async (_, headers) => {
  for (const [method, path] of [
    ['GET', 'state'],
    ['POST', 'reset'],
    ['DELETE', 'faults'],
  ] as const) {
    const answer = await get(`/_simulator/${path}`, headers as Record<string, string>, method);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String) });
  }
});

it('a refused caller changes nothing', async () => {
  const [id] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  await get('/_simulator/reset', { origin: 'https://evil.example.com' }, 'POST');
  expect(portal.simulator.record('contacts', String(id))?.properties.email).toBe('a@example.com');
});

it('under a foreign name there is no page either', async () => {
  expect((await get('/_simulator/ui/', { host: 'evil.example.com:80' })).status).toBe(403);
});

it('a link on another site may lead to the page', async () => {
  expect((await get('/_simulator/ui/', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
});

it('the API itself asks neither Host nor Origin: it has tokens', async () => {
  const headers = { authorization: `Bearer ${portal.simulator.token}`, host: 'api.hubapi.com' };
  expect((await get(CONTACTS, { ...headers, origin: 'https://app.example.com' })).status).toBe(200);
});

it('the page itself may use the admin endpoints', async () => {
  const origin = new URL(portal.simulator.url).origin;
  expect((await get('/_simulator/state', { origin, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

it('an address that is not well-formed is a 400', async () => {
  expect((await portal.admin('GET', 'records/%zz')).status).toBe(400);
});
