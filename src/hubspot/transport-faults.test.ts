import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../test/chaos/random.ts';
import { closedPort, httpAnswer, onRequest, startRawServer } from '../../test/support/raw-server.ts';
import { silentLogger } from '../log.ts';
import { tokenFromText } from './token.ts';
import { createTransport, type Transport, type TransportOptions } from './transport.ts';

/** What a call may hold beyond its time-out: undici's own timers tick once a second, ours do not. */
const SLACK_MS = 500;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function transportTo(baseUrl: string, options: Partial<TransportOptions> = {}): Transport {
  const transport = createTransport({
    baseUrl,
    token: tokenFromText('token'),
    log: silentLogger,
    timeoutMs: 2000,
    ...options,
  });
  closers.push(() => transport.close());
  return transport;
}

async function setup(
  serve: (socket: Socket, index: number) => void,
  options: Partial<TransportOptions> = {},
) {
  const server = await startRawServer(serve);
  closers.push(() => server.close());
  return { server, transport: transportTo(server.url, options) };
}

const POST = { method: 'POST', path: '/x', body: { inputs: ['a'] } } as const;

describe('a connection that is not made', () => {
  it('because nobody listens is a refusal of which nothing was sent', async () => {
    const transport = transportTo(`http://127.0.0.1:${await closedPort()}`);
    expect(await transport.request(POST)).toMatchObject({
      kind: 'fault',
      reason: 'connect-refused',
      sent: false,
    });
  });

  it('fails every waiting call at once, also those beyond the number of connections', async () => {
    const transport = transportTo(`http://127.0.0.1:${await closedPort()}`, { connections: 2 });
    const exchanges = await Promise.all(Array.from({ length: 100 }, () => transport.request(POST)));
    for (const exchange of exchanges)
      expect(exchange).toMatchObject({ reason: 'connect-refused', sent: false });
  });

  it('because the name does not resolve is a DNS fault of which nothing was sent', async () => {
    const transport = transportTo('https://hubspot.invalid', { timeoutMs: 20_000, connectTimeoutMs: 20_000 });
    expect(await transport.request(POST)).toMatchObject({ reason: 'dns', sent: false });
  });

  it('because the other side never completes TLS ends with the connect time-out', async () => {
    const { server } = await setup(() => undefined);
    const transport = transportTo(server.url.replace('http:', 'https:'), {
      connectTimeoutMs: 200,
      timeoutMs: 10_000,
    });
    const exchange = await transport.request(POST);
    expect(exchange).toMatchObject({ reason: 'connect-timeout', sent: false });
    expect(exchange.durationMs).toBeLessThan(3000);
  });

  it('because the other side drops it during TLS was not sent', async () => {
    const { server } = await setup((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const transport = transportTo(server.url.replace('http:', 'https:'));
    expect(await transport.request(POST)).toMatchObject({ kind: 'fault', sent: false });
  });
});

describe('a connection that breaks', () => {
  it('after the whole request was read is a reset of a request that was sent', async () => {
    const { transport } = await setup((socket) => onRequest(socket, () => socket.resetAndDestroy()));
    expect(await transport.request(POST)).toMatchObject({ kind: 'fault', reason: 'reset', sent: true });
  });

  it('after the first byte of the request counts as sent', async () => {
    const { transport } = await setup((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await transport.request(POST)).toMatchObject({ kind: 'fault', reason: 'reset', sent: true });
  });

  it('while a large body is on its way counts as sent', async () => {
    const { transport } = await setup((socket) => {
      let read = 0;
      socket.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > 100_000) socket.resetAndDestroy();
      });
    });
    const exchange = await transport.request({ ...POST, body: { text: 'x'.repeat(4_000_000) } });
    expect(exchange).toMatchObject({ kind: 'fault', reason: 'reset', sent: true });
  });

  it('with an orderly end instead of an answer is a reset as well', async () => {
    const { transport } = await setup((socket) => onRequest(socket, () => socket.end()));
    expect(await transport.request(POST)).toMatchObject({ kind: 'fault', reason: 'reset', sent: true });
  });

  it('within the head of the answer leaves no answer', async () => {
    const { transport } = await setup((socket) =>
      onRequest(socket, () => socket.end('HTTP/1.1 201 Created\r\ncontent-le')),
    );
    expect(await transport.request(POST)).toMatchObject({ kind: 'fault', sent: true });
  });

  it.each([
    ['shorter than its content-length', 'HTTP/1.1 201 Created\r\ncontent-length: 50\r\n\r\n{"results":[]}'],
    [
      'without its last chunk',
      'HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\ne\r\n{"results":[]}\r\n',
    ],
    ['in the middle of its JSON', 'HTTP/1.1 201 Created\r\nconnection: close\r\n\r\n{"results":[{"id":'],
  ])('so that the body is %s gives a truncated answer with its status', async (_, answer) => {
    const { transport } = await setup((socket) => onRequest(socket, () => socket.end(answer)));
    expect(await transport.request(POST)).toMatchObject({
      kind: 'reply',
      status: 201,
      flaw: 'truncated',
      body: undefined,
    });
  });

  it('by a reset within the body gives a truncated answer with its status', async () => {
    const { transport } = await setup((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"results":[', () =>
          setImmediate(() => socket.resetAndDestroy()),
        );
      }),
    );
    const exchange = await transport.request(POST);
    // The kernel may drop what was not read yet when the reset arrives; then there was no answer at all.
    if (exchange.kind === 'reply') expect(exchange).toMatchObject({ status: 200, flaw: 'truncated' });
    else expect(exchange).toMatchObject({ reason: 'reset', sent: true });
  });
});

describe('an answer that is not HTTP', () => {
  it.each([
    'SSH-2.0-OpenSSH_9.6\r\n',
    '\u0000\u0001\u0002\u0003',
    'HTTP/9.9 200 OK\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
  ])('%j is a fault of a request that was sent', async (answer) => {
    const { transport } = await setup((socket) => onRequest(socket, () => socket.end(answer)));
    expect(await transport.request(POST)).toMatchObject({ kind: 'fault', reason: 'protocol', sent: true });
  });

  it('because its headers have no end is a fault', async () => {
    const { transport } = await setup((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const more = () => {
          while (socket.writable && socket.write(`x-a: ${'a'.repeat(1000)}\r\n`));
          if (socket.writable) socket.once('drain', more);
        };
        more();
      }),
    );
    expect(await transport.request(POST)).toMatchObject({ kind: 'fault', reason: 'protocol', sent: true });
  });
});

describe('a slow answer', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['never begins', () => undefined],
    ['stops after its head', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n')],
    ['comes one byte at a time', (socket) => drip(socket, httpAnswer(`{"a":"${'x'.repeat(10_000)}"}`))],
  ])('that %s ends at the total time-out', async (_, answer) => {
    const { transport } = await setup((socket) => onRequest(socket, () => answer(socket)), {
      timeoutMs: 700,
    });
    const exchange = await transport.request(POST);
    expect(exchange).toMatchObject({ kind: 'fault', reason: 'timeout', sent: true });
    expect(exchange.durationMs).toBeGreaterThanOrEqual(690);
    expect(exchange.durationMs).toBeLessThan(700 + SLACK_MS);
  });

  it('that falls silent ends at the idle time-out, before the total one', async () => {
    const { transport } = await setup(
      (socket) => onRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{')),
      { timeoutMs: 10_000, idleTimeoutMs: 300 },
    );
    const exchange = await transport.request(POST);
    expect(exchange).toMatchObject({ kind: 'fault', reason: 'timeout', sent: true });
    expect(exchange.durationMs).toBeLessThan(4000);
  });

  it('that keeps coming is not taken for a silent one', async () => {
    const { transport } = await setup(
      (socket) => onRequest(socket, () => drip(socket, httpAnswer(`{"a":"${'x'.repeat(100)}"}`))),
      { timeoutMs: 20_000, idleTimeoutMs: 700 },
    );
    const exchange = await transport.request(POST);
    expect(exchange).toMatchObject({ kind: 'reply', status: 200, body: { a: 'x'.repeat(100) } });
    expect(exchange.durationMs).toBeGreaterThan(700);
  });

  it('frees its connection, so that the next call is served', async () => {
    const { transport } = await setup(
      (socket, index) => onRequest(socket, () => index > 0 && socket.end(httpAnswer('{}'))),
      { timeoutMs: 300, connections: 1 },
    );
    expect(await transport.request(POST)).toMatchObject({ reason: 'timeout' });
    expect(await transport.request(POST)).toMatchObject({ kind: 'reply', status: 200 });
  });

  it('keeps a call that waits for a connection only until its own time-out, and unsent', async () => {
    const { transport, server } = await setup((socket) => onRequest(socket, () => undefined), {
      connections: 1,
    });
    const first = transport.request(POST);
    const second = await transport.request({ ...POST, timeoutMs: 200 });
    expect(second).toMatchObject({ kind: 'fault', reason: 'timeout', sent: false });
    expect(await first).toMatchObject({ kind: 'fault', reason: 'timeout', sent: true });
    expect(server.accepted()).toBe(1);
  });

  it('may take as long as a call asks for', async () => {
    const { transport } = await setup(
      (socket) => onRequest(socket, () => setTimeout(() => socket.write(httpAnswer('{}')), 300)),
      { timeoutMs: 100 },
    );
    expect(await transport.request(POST)).toMatchObject({ reason: 'timeout' });
    expect(await transport.request({ ...POST, timeoutMs: 5000 })).toMatchObject({ status: 200 });
  });
});

describe('a caller that gives up', () => {
  it('before the call has nothing sent', async () => {
    const { transport, server } = await setup(() => undefined);
    const exchange = await transport.request({ ...POST, signal: AbortSignal.abort() });
    expect(exchange).toMatchObject({ kind: 'fault', reason: 'aborted', sent: false });
    expect(server.accepted()).toBe(0);
  });

  it('while the call waits for a connection has nothing sent, then or later', async () => {
    const arrived: string[] = [];
    const { transport } = await setup(
      (socket) =>
        onRequest(socket, (text) => {
          arrived.push(text);
          setTimeout(() => socket.write(httpAnswer('{}')), 50);
        }),
      { connections: 1 },
    );
    const stop = new AbortController();
    const first = transport.request({ ...POST, body: 'first' });
    const second = transport.request({ ...POST, body: 'second', signal: stop.signal });
    stop.abort();
    expect(await second).toMatchObject({ kind: 'fault', reason: 'aborted', sent: false });
    expect(await first).toMatchObject({ status: 200 });
    expect(await transport.request({ ...POST, body: 'third' })).toMatchObject({ status: 200 });
    expect(arrived.map((text) => /"(\w+)"$/.exec(text)?.[1])).toEqual(['first', 'third']);
  });

  it('after the request left has it counted as sent', async () => {
    const stop = new AbortController();
    const { transport } = await setup((socket) => onRequest(socket, () => stop.abort()));
    expect(await transport.request({ ...POST, signal: stop.signal })).toMatchObject({
      kind: 'fault',
      reason: 'aborted',
      sent: true,
    });
  });

  it('leaves no listener behind, whichever way a call ends', async () => {
    const { transport } = await setup((socket) => onRequest(socket, () => socket.write(httpAnswer('{}'))));
    const { signal } = new AbortController();
    let added = 0;
    let listening = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      added += 1;
      listening += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listening -= 1;
      removeEventListener.apply(signal, args);
    };
    await Promise.all(Array.from({ length: 50 }, () => transport.request({ ...POST, signal })));
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(10);
    expect(listening).toBe(0);
  });
});

describe('connections closed at a random moment', () => {
  it('never have a request sent twice, nor one that arrived reported as unsent', async () => {
    const random = createRandom(20260922);
    const seen = new Map<string, number>();
    const begun = new Set<string>();
    const { transport } = await setup(
      (socket) => {
        const before = random.next() < 0.1;
        if (before) socket.resetAndDestroy();
        let text = '';
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
          const id = /"id":"(\d+)"/.exec(text)?.[1];
          const path = /POST \/(\d+) /.exec(text)?.[1];
          if (path !== undefined) begun.add(path);
          if (id === undefined) return;
          seen.set(id, (seen.get(id) ?? 0) + 1);
          text = '';
          const dice = random.next();
          if (dice < 0.2) socket.resetAndDestroy();
          else if (dice < 0.3) socket.end();
          else if (dice < 0.4) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{');
          // The keep-alive race: the answer invites a further request on a connection that is being closed.
          else if (dice < 0.6) socket.write(httpAnswer('{}'), () => socket.destroy());
          else if (dice < 0.7) socket.end(httpAnswer('{}'));
          else socket.write(httpAnswer('{}'));
        });
      },
      { connections: 8 },
    );

    let answered = 0;
    let unsent = 0;
    const TOTAL = 600;
    const queue = Array.from({ length: TOTAL }, (_, index) => String(index));
    const worker = async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        const exchange = await transport.request({ method: 'POST', path: `/${id}`, body: { id } });
        const arrivals = seen.get(id) ?? 0;
        expect(arrivals).toBeLessThanOrEqual(1);
        if (exchange.kind === 'reply') {
          answered += 1;
          expect(arrivals).toBe(1);
        } else if (!exchange.sent) {
          unsent += 1;
          expect(begun.has(id)).toBe(false);
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(answered).toBeGreaterThan(TOTAL / 4);
    expect(answered + unsent).toBeLessThan(TOTAL);
  });
});

function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    if (!socket.writable) clearInterval(timer);
    else socket.write(text[at++] ?? '');
  }, 10);
  socket.on('close', () => clearInterval(timer));
}
