import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { listen } from '../../test/support/raw-server.ts';
import { createLogger, silentLogger } from '../log.ts';
import type { Reply } from './exchange.ts';
import { tokenFromText } from './token.ts';
import { createTransport, type Transport, type TransportOptions } from './transport.ts';

const TOKEN = 'pat-na1-00000000-canary';
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setup(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  options: Partial<TransportOptions> = {},
): Promise<{ transport: Transport; url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      requests.push(request);
      answer(request, response, body);
    });
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  const transport = createTransport({
    baseUrl: url,
    token: tokenFromText(TOKEN),
    log: silentLogger,
    ...options,
  });
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  closers.push(() => transport.close());
  return { transport, url, requests };
}

async function get(transport: Transport, path = '/x'): Promise<Reply> {
  const exchange = await transport.request({ method: 'GET', path });
  if (exchange.kind !== 'reply') throw new Error(`fault: ${exchange.message}`);
  return exchange;
}

describe('a request', () => {
  it('carries the token, asks for uncompressed JSON and sends its body as JSON', async () => {
    const bodies: string[] = [];
    const { transport, requests } = await setup(
      (_, response, body) => {
        bodies.push(body);
        response.end('{}');
      },
      { userAgent: 'spoke/1' },
    );
    await transport.request({ method: 'POST', path: '/crm/x?a=1', body: { name: 'Zoë' } });
    expect(requests[0]?.method).toBe('POST');
    expect(requests[0]?.url).toBe('/crm/x?a=1');
    expect(requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'user-agent': 'spoke/1',
    });
    expect(bodies).toEqual(['{"name":"Zoë"}']);
  });

  it('names the worker only when it has a name', async () => {
    const named = await setup((_, response) => response.end('{}'), { workerName: 'w1' });
    const unnamed = await setup((_, response) => response.end('{}'));
    await get(named.transport);
    await get(unnamed.transport);
    expect(named.requests[0]?.headers['x-spoke-worker']).toBe('w1');
    expect(unnamed.requests[0]?.headers).not.toHaveProperty('x-spoke-worker');
  });

  it('keeps the path of the base URL', async () => {
    const { url, requests } = await setup((_, response) => response.end('{}'));
    const transport = createTransport({
      baseUrl: `${url}/proxy/`,
      token: tokenFromText(TOKEN),
      log: silentLogger,
    });
    closers.push(() => transport.close());
    await get(transport, '/crm/x');
    expect(requests[0]?.url).toBe('/proxy/crm/x');
  });

  it('does not follow a redirect', async () => {
    const { transport, requests } = await setup((_, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    expect((await get(transport)).status).toBe(302);
    expect(requests).toHaveLength(1);
  });

  it('is refused after close without being sent', async () => {
    const { transport, requests } = await setup((_, response) => response.end('{}'));
    await transport.close();
    const exchange = await transport.request({ method: 'GET', path: '/x' });
    expect(exchange).toMatchObject({ kind: 'fault', reason: 'aborted', sent: false });
    expect(requests).toHaveLength(0);
  });
});

describe('an answer', () => {
  it('comes back with status, parsed body and the headers that are read, lower-cased', async () => {
    const { transport } = await setup((_, response) =>
      response
        .writeHead(429, {
          'Content-Type': 'application/json',
          'Retry-After': '3',
          'X-HubSpot-RateLimit-Remaining': '0',
          'Set-Cookie': 'a=1',
          'X-Other': 'not kept',
        })
        .end('{"policyName":"DAILY"}'),
    );
    const reply = await get(transport);
    expect(reply).toMatchObject({ status: 429, body: { policyName: 'DAILY' } });
    expect(reply.headers).toMatchObject({ 'retry-after': '3', 'x-hubspot-ratelimit-remaining': '0' });
    expect(Object.keys(reply.headers).sort()).toEqual([
      'content-type',
      'date',
      'retry-after',
      'x-hubspot-ratelimit-remaining',
    ]);
    expect(reply).not.toHaveProperty('flaw');
  });

  it.each([
    ['from the header', { 'x-hubspot-correlation-id': 'head-1' }, '{"correlationId":"body-1"}', 'head-1'],
    ['from the body', {}, '{"correlationId":"body-1"}', 'body-1'],
    ['only in a safe form', {}, '{"correlationId":"a\\nb <script>"}', undefined],
  ])('gives the correlation id %s', async (_, headers, body, expected) => {
    const { transport } = await setup((__, response) => response.writeHead(200, headers).end(body));
    expect((await get(transport)).correlationId).toBe(expected);
  });

  it.each<[string, number, Record<string, string>, string | Buffer, Reply['flaw']]>([
    ['an HTML page', 502, { 'content-type': 'text/html' }, '<html>bad gateway</html>', 'html'],
    [
      'an HTML page that calls itself JSON',
      200,
      { 'content-type': 'application/json' },
      ' <!doctype html>',
      'html',
    ],
    ['the text of an edge server', 429, { 'content-type': 'text/plain' }, 'error code: 1015', 'not-json'],
    ['a bare number', 200, { 'content-type': 'application/json' }, '0', 'not-json'],
    ['a cut object', 200, { 'content-type': 'application/json' }, '{"results":[{"id":"1"}', 'truncated'],
    ['a cut text', 200, { 'content-type': 'application/json' }, '{"results":[{"id":"1', 'truncated'],
    ['faulty JSON', 200, { 'content-type': 'application/json' }, '{"results":]}', 'not-json'],
    ['gzip', 200, { 'content-encoding': 'gzip' }, gzipSync('{}'), 'encoded'],
    ['a gzip bomb', 200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(50_000_000)), 'encoded'],
    ['an unknown encoding', 200, { 'content-encoding': 'x-new' }, '{}', 'encoded'],
  ])('that is %s is flagged, with its status and without a body', async (_, status, headers, body, flaw) => {
    const { transport } = await setup((__, response) => response.writeHead(status, headers).end(body));
    expect(await get(transport)).toMatchObject({ kind: 'reply', status, body: undefined, flaw });
  });

  it('that is empty has neither body nor flaw', async () => {
    const { transport } = await setup((_, response) => response.writeHead(204).end());
    const reply = await get(transport);
    expect(reply).toMatchObject({ status: 204, body: undefined });
    expect(reply).not.toHaveProperty('flaw');
  });

  it('that is JSON under another content type is read all the same', async () => {
    const { transport } = await setup((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('{"a":1}'),
    );
    expect(await get(transport)).toMatchObject({ body: { a: 1 } });
  });

  it.each([
    ['says so', { 'content-length': String(50 * 1024 * 1024) }],
    ['does not say so', {}],
  ])('of 50 MB that %s is cut off without being held in memory', async (_, headers) => {
    let ended = false;
    let written = 0;
    const { transport } = await setup((__, response) => {
      response.on('close', () => {
        ended = true;
      });
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      const chunk = Buffer.alloc(64 * 1024, 0x61);
      const write = () => {
        while (!ended && written < 50 * 1024 * 1024) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    expect(await get(transport)).toMatchObject({ status: 200, body: undefined, flaw: 'too-large' });
    await expect.poll(() => ended).toBe(true);
    expect(written).toBeLessThan(30 * 1024 * 1024);
  });

  it('that announces too large a body is refused before the body comes', async () => {
    const { transport } = await setup((_, response) =>
      response.writeHead(200, { 'content-length': '6000000' }).flushHeaders(),
    );
    expect(await get(transport)).toMatchObject({ status: 200, flaw: 'too-large' });
  });

  it('of exactly the largest size is read', async () => {
    const body = `{"a":"${'x'.repeat(92)}"}`;
    const { transport } = await setup((_, response) => response.end(body), { maxBodyBytes: 100 });
    expect(body).toHaveLength(100);
    expect((await get(transport)).body).toEqual(JSON.parse(body));
  });

  it('with hostile names leaves every prototype alone', async () => {
    const { transport } = await setup((_, response) => {
      response.writeHead(200, ['__proto__', 'polluted', 'constructor', 'x', 'x-hubspot-__proto__', 'y']);
      response.end('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    });
    await get(transport);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

describe('what is logged', () => {
  it('names route, status and time, and neither token, body, query nor the record asked for', async () => {
    let lines = '';
    const write = (line: string) => {
      lines += line;
    };
    const log = createLogger({ level: 'debug', destination: { write } });
    const { transport } = await setup(
      (_, response) => response.writeHead(400).end('{"message":"canary-body ada@example.com"}'),
      { log },
    );
    await transport.request({
      method: 'POST',
      path: '/crm/objects/2026-09/contacts/ada%40example.com?idProperty=canary-query',
      body: { email: 'canary-sent@example.com' },
    });
    expect(lines).toContain('/crm/objects/2026-09/contacts/:id');
    expect(lines).toContain('"status":400');
    expect(lines).not.toMatch(/canary|example\.com|Bearer/);
  });
});

describe('the base URL', () => {
  it.each([
    'http://api.hubapi.com',
    'http://127.0.0.1.evil.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'http://[::ffff:10.0.0.1]',
  ])('%s is refused, since it would carry the token in clear', (baseUrl) => {
    expect(() => createTransport({ baseUrl, token: tokenFromText(TOKEN), log: silentLogger })).toThrowError(
      expect.objectContaining({ code: 'HUBSPOT_URL_INSECURE' }),
    );
  });

  it.each([
    '',
    'api.hubapi.com',
    'ftp://api.hubapi.com',
    'https://user:secret@api.hubapi.com',
    'https://x/?a=1',
  ])('"%s" is refused without being repeated in the message', (baseUrl) => {
    let error: unknown;
    try {
      createTransport({ baseUrl, token: tokenFromText(TOKEN), log: silentLogger });
    } catch (raised) {
      error = raised;
    }
    expect(error).toMatchObject({ code: 'HUBSPOT_URL_INVALID' });
    expect((error as Error).message).not.toContain('secret');
  });

  it.each(['https://api.hubapi.com', 'http://localhost:4000', 'http://127.1.2.3', 'http://[::1]:4000'])(
    '%s is accepted',
    async (baseUrl) => {
      await createTransport({ baseUrl, token: tokenFromText(TOKEN), log: silentLogger }).close();
    },
  );
});
