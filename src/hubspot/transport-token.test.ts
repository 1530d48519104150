import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listen } from '../../test/support/raw-server.ts';
import { systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { rereadable, type TokenSource, tokenFromText } from './token.ts';
import { createTransport } from './transport.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A portal that accepts one token, and waits with its refusals until `together` of them have come. */
async function setup(token: TokenSource | undefined, valid: { token: string }, together = 1) {
  const served: string[] = [];
  const contents: [type: string, text: string][] = [];
  let lines = '';
  let held: (() => void)[] = [];
  const server = createServer((request, response) => {
    const given = request.headers.authorization?.replace('Bearer ', '') ?? '';
    served.push(given);
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => contents.push([request.headers['content-type'] ?? '', text]));
    if (given === valid.token) return void request.on('end', () => response.end('{"ok":true}'));
    held.push(() => response.writeHead(401).end('{"category":"EXPIRED_AUTHENTICATION"}'));
    if (held.length < together) return;
    for (const refuse of held) refuse();
    held = [];
  });
  const write = (line: string) => {
    lines += line;
  };
  const transport = createTransport({
    baseUrl: `http://127.0.0.1:${await listen(server)}`,
    ...(token ? { token } : {}),
    connections: 64,
    timeoutMs: 5000,
    log: createLogger({ level: 'debug', destination: { write } }),
  });
  closers.push(async () => {
    await transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { transport, served, contents, logged: () => lines };
}

function rotating(tokens: string[]) {
  let reads = 0;
  const source = rereadable(async () => tokens[Math.min(reads++, tokens.length - 1)] ?? '', systemClock);
  return { source, reads: () => reads };
}

const GET = { method: 'GET', path: '/x' } as const;

describe('a token that HubSpot refuses', () => {
  it('is read again once for 50 parallel calls, each of which is sent once more', async () => {
    const { source, reads } = rotating(['old-canary', 'new-canary']);
    const { transport, served, logged } = await setup(source, { token: 'new-canary' }, 50);
    const exchanges = await Promise.all(Array.from({ length: 50 }, () => transport.request(GET)));
    for (const exchange of exchanges) expect(exchange).toMatchObject({ kind: 'reply', status: 200 });
    expect(reads()).toBe(2);
    expect(served.filter((token) => token === 'old-canary')).toHaveLength(50);
    expect(served.filter((token) => token === 'new-canary')).toHaveLength(50);
    expect(logged()).not.toContain('canary');
  });

  it('and has not changed gives the 401 after one call', async () => {
    const { source, reads } = rotating(['old']);
    const { transport, served } = await setup(source, { token: 'new' });
    expect(await transport.request(GET)).toMatchObject({ kind: 'reply', status: 401 });
    expect(served).toEqual(['old']);
    expect(reads()).toBe(2);
  });

  it('twice gives the 401 of the second call', async () => {
    const { source } = rotating(['old', 'also old', 'new']);
    const { transport, served } = await setup(source, { token: 'new' });
    expect(await transport.request(GET)).toMatchObject({ status: 401 });
    expect(served).toEqual(['old', 'also old']);
  });

  it('and cannot be read again gives the 401 and says why in the log', async () => {
    const source: TokenSource = {
      current: async () => 'old',
      refresh: async () => {
        throw new SpokeError('TOKEN_EMPTY', 'The token is empty.');
      },
    };
    const { transport, logged } = await setup(source, { token: 'new' });
    expect(await transport.request(GET)).toMatchObject({ status: 401 });
    expect(logged()).toContain('TOKEN_EMPTY');
  });
});

describe('a token that cannot be had', () => {
  it('leaves the call unsent and names the code', async () => {
    const source: TokenSource = {
      current: async () => {
        throw new SpokeError('TOKEN_EMPTY', 'The token is empty.');
      },
      refresh: async () => '',
    };
    const { transport, served } = await setup(source, { token: 'new' });
    expect(await transport.request(GET)).toMatchObject({
      kind: 'fault',
      reason: 'token-unavailable',
      sent: false,
      code: 'TOKEN_EMPTY',
    });
    expect(served).toEqual([]);
  });

  it('because its source throws something of its own does not let that text out', async () => {
    const source: TokenSource = {
      current: () => Promise.reject(new Error('canary')),
      refresh: async () => '',
    };
    const { transport } = await setup(source, { token: 'new' });
    const exchange = await transport.request(GET);
    expect(exchange).toMatchObject({ reason: 'token-unavailable', sent: false });
    expect(JSON.stringify(exchange)).not.toContain('canary');
  });

  it('because its source hangs ends at the time-out, or when the caller gives up', async () => {
    const source: TokenSource = {
      current: () => new Promise(() => undefined),
      refresh: async () => '',
    };
    const { transport } = await setup(source, { token: 'new' });
    expect(await transport.request({ ...GET, timeoutMs: 50 })).toMatchObject({ reason: 'token-unavailable' });
    const stop = new AbortController();
    const exchange = transport.request({ ...GET, signal: stop.signal });
    stop.abort();
    expect(await exchange).toMatchObject({ reason: 'aborted', sent: false });
    const given = transport.request({ ...GET, signal: stop.signal });
    expect(await given).toMatchObject({ reason: 'aborted', sent: false });
  });
});

describe('a call without a token', () => {
  it('carries no authorization, whether its transport has a token or not', async () => {
    const { transport, served } = await setup(tokenFromText('canary'), { token: '' });
    expect(await transport.request({ ...GET, anonymous: true })).toMatchObject({ status: 200 });
    expect(served).toEqual(['']);
    const bare = await setup(undefined, { token: '' });
    expect(await bare.transport.request(GET)).toMatchObject({ status: 200 });
    expect(bare.served).toEqual(['']);
  });

  it('that is refused is not sent again', async () => {
    const { transport, served } = await setup(tokenFromText('canary'), { token: 'other' });
    expect(await transport.request({ ...GET, anonymous: true })).toMatchObject({ status: 401 });
    expect(served).toHaveLength(1);
  });
});

it('a form is sent encoded, and is not logged', async () => {
  const { transport, contents, logged } = await setup(undefined, { token: '' });
  const form = { grant_type: 'refresh_token', client_secret: 'canary&=1 ü' };
  await transport.request({ method: 'POST', path: '/oauth', form });
  expect(contents).toEqual([
    ['application/x-www-form-urlencoded', 'grant_type=refresh_token&client_secret=canary%26%3D1+%C3%BC'],
  ]);
  expect(logged()).toContain('hubspot call');
  expect(logged()).not.toContain('canary');
});
