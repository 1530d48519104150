import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test('passes bytes both ways when nothing is wrong', async () => {
  const { client } = await setup();
  client.socket.write('hello');
  await client.until(() => client.text === 'HELLO');
});

test('latency delays each chunk, but does not add up over a burst', async () => {
  const { client, proxy } = await setup();
  const applied = proxy.apply({ kind: 'latency', direction: 'down', delayMs: 80 });
  const started = performance.now();
  client.socket.write('a');
  await client.until(() => client.text === 'A');
  client.socket.write('b');
  client.socket.write('c');
  await client.until(() => client.text === 'ABC');
  const elapsed = performance.now() - started;
  expect(elapsed).toBeGreaterThanOrEqual(155);
  expect(elapsed).toBeLessThan(1000);
  expect(applied.hits).toBeGreaterThanOrEqual(2);
});

test('latency delivers bytes whose sender has gone: a late write', async () => {
  const { client, proxy, seen } = await setup();
  proxy.apply({ kind: 'latency', direction: 'up', delayMs: 150 });
  await new Promise<void>((resolve) => client.socket.write('late', () => resolve()));
  await until(() => proxy.received.up === 4);
  client.socket.destroy();
  await until(() => seen() === 'late');
});

test('bandwidth limits the bytes per second', async () => {
  const { client, proxy } = await setup();
  proxy.apply({ kind: 'bandwidth', direction: 'up', bytesPerSecond: 10_000 });
  const started = performance.now();
  client.socket.write('x'.repeat(3_000));
  await client.until(() => client.text.length === 3_000);
  expect(performance.now() - started).toBeGreaterThanOrEqual(250);
});

test('slow-close keeps the end of a connection back', async () => {
  const { client, proxy, serverSockets } = await setup();
  client.socket.write('a');
  await client.until(() => client.text === 'A');
  const applied = proxy.apply({ kind: 'slow-close', delayMs: 150 });
  const started = performance.now();
  serverSockets()[0]?.end();
  await client.until(() => client.ended);
  expect(performance.now() - started).toBeGreaterThanOrEqual(140);
  expect(applied.hits).toBeGreaterThanOrEqual(1);
});

test('cut ends open connections and refuses new ones until it is healed', async () => {
  const { client, proxy, open } = await setup();
  client.socket.write('a');
  await client.until(() => client.text === 'A');
  const applied = proxy.apply({ kind: 'cut' });
  await client.until(() => client.closed);
  const refused = open();
  await refused.until(() => refused.closed);
  expect(applied.hits).toBe(2);
  proxy.heal();
  const healed = open();
  healed.socket.write('b');
  await healed.until(() => healed.text === 'B');
});

test('reset lets exactly k bytes of the answer through, then resets both sides', async () => {
  const { client, proxy, serverSockets } = await setup();
  const applied = proxy.apply({ kind: 'reset', direction: 'down', afterBytes: 3 });
  client.socket.write('abcdef');
  await client.until(() => client.closed);
  expect('ABCDEF'.startsWith(client.text)).toBe(true);
  expect(client.text.length).toBeLessThanOrEqual(3);
  expect(applied.hits).toBe(1);
  await until(() => serverSockets()[0]?.destroyed === true);
});

test('reset after no byte of the answer reaches the client as a reset, not as an end', async () => {
  const { client, proxy } = await setup();
  proxy.apply({ kind: 'reset', direction: 'down', afterBytes: 0 });
  client.socket.write('abcdef');
  await client.until(() => client.closed);
  expect(client.text).toBe('');
  expect(client.error).toBe('ECONNRESET');
});

test('reset of the request at byte k gives the server at most k bytes', async () => {
  const { client, proxy, seen } = await setup();
  proxy.apply({ kind: 'reset', direction: 'up', afterBytes: 4 });
  client.socket.write('abcdef');
  await client.until(() => client.closed);
  expect(seen().length).toBeLessThanOrEqual(4);
});

test('a black hole swallows bytes without a sign, and resets what it touched when healed', async () => {
  const { client, proxy, seen } = await setup();
  client.socket.write('a');
  await client.until(() => client.text === 'A');
  const applied = proxy.apply({ kind: 'black-hole', onHeal: 'reset' });
  client.socket.write('b');
  await until(() => applied.hits === 1);
  expect(client.closed).toBe(false);
  applied.remove();
  await client.until(() => client.closed);
  expect(seen()).toBe('a');
});

test('a black hole may deliver what it held when healed', async () => {
  const { client, proxy } = await setup();
  const applied = proxy.apply({ kind: 'black-hole', onHeal: 'deliver' });
  client.socket.write('late');
  await until(() => applied.hits === 1);
  expect(client.text).toBe('');
  applied.remove();
  await client.until(() => client.text === 'LATE');
});

test('half-open leaves the client with a silent socket and resets it when healed', async () => {
  const { client, proxy, serverSockets } = await setup();
  client.socket.write('a');
  await client.until(() => client.text === 'A');
  const applied = proxy.apply({ kind: 'half-open' });
  await until(() => serverSockets()[0]?.destroyed === true);
  client.socket.write('b');
  await until(() => proxy.received.up === 2);
  expect(client.closed).toBe(false);
  expect(applied.hits).toBe(1);
  applied.remove();
  await client.until(() => client.closed);
});

test('a server that is not there is passed on as a reset', async () => {
  const { server, open } = await setup();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  const late = open();
  await late.until(() => late.closed);
});

test('stop closes every connection', async () => {
  const { client, proxy } = await setup();
  client.socket.write('a');
  await client.until(() => client.text === 'A');
  await proxy.stop();
  await client.until(() => client.closed);
  expect(proxy.open).toBe(0);
});

interface Client {
  readonly socket: Socket;
  text: string;
  ended: boolean;
  closed: boolean;
  error: string | undefined;
  until(condition: () => boolean): Promise<void>;
}

/** An upper-casing echo server behind a proxy, and one client connected to it. */
async function setup(): Promise<{
  client: Client;
  proxy: TcpProxy;
  server: Server;
  open(): Client;
  seen(): string;
  serverSockets(): Socket[];
}> {
  let seen = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      seen += bytes.toString();
      socket.write(bytes.toString().toUpperCase());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: address.port });
  const open = (): Client => openClient(proxy.port);
  const client = open();
  cleanUps.push(async () => {
    client.socket.destroy();
    await proxy.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { client, proxy, server, open, seen: () => seen, serverSockets: () => sockets };
}

function openClient(port: number): Client {
  const socket = connect(port, '127.0.0.1');
  const client: Client = {
    socket,
    text: '',
    ended: false,
    closed: false,
    error: undefined,
    until,
  };
  socket.on('data', (bytes) => {
    client.text += bytes.toString();
  });
  socket.on('end', () => {
    client.ended = true;
  });
  socket.on('close', () => {
    client.closed = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    client.error = error.code;
  });
  return client;
}

async function until(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
