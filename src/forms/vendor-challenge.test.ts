import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { askVendor } from './vendor-challenge.ts';

async function vendor(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/siteverify`;
}

const saying =
  (body: unknown, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

it.each<[string, RequestListener, string]>([
  ['passes', saying({ success: true }), 'passed'],
  ['fails', saying({ success: false, 'error-codes': ['invalid-input-response'] }), 'failed'],
  ['scores high', saying({ success: true, score: 0.9 }), 'passed'],
  ['scores low', saying({ success: true, score: 0.1 }), 'failed'],
  [
    'does not know our secret',
    saying({ success: false, 'error-codes': ['invalid-input-secret'] }),
    'unavailable',
  ],
  ['is down', saying({}, 503), 'unavailable'],
  ['says nothing that can be read', (_, response) => response.end('<html>'), 'unavailable'],
  ['hangs up', (request) => request.socket.destroy(), 'unavailable'],
  ['sends elsewhere', (_, response) => response.writeHead(302, { location: '/x' }).end(), 'unavailable'],
  ['never answers', () => undefined, 'unavailable'],
  ['never ends its answer', (_, response) => response.writeHead(200).write('{"success":true'), 'unavailable'],
])('a vendor that %s', async (name, answer, verdict) => {
  const url = await vendor(answer);
  expect(
    await askVendor(
      { secret: 's', url, timeoutMs: name.startsWith('never') ? 200 : 10_000 },
      'token',
      '203.0.113.5',
    ),
  ).toBe(verdict);
});

it('is told secret, token and address', async () => {
  const said: string[] = [];
  const url = await vendor((request, response) => {
    request.setEncoding('utf8').on('data', (part: string) => said.push(part));
    request.on('end', () => saying({ success: true })(request, response));
  });
  await askVendor({ secret: 's&1', url }, 'the token', '203.0.113.5');
  expect(said.join('')).toBe('secret=s%261&response=the+token&remoteip=203.0.113.5');
});

it('is not asked about a token of any length', async () => {
  expect(await askVendor({ secret: 's', url: 'http://127.0.0.1:1/' }, 'x'.repeat(9_000), undefined)).toBe(
    'failed',
  );
});
