import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Program } from '../child.ts';
import { percentile } from '../statistics.ts';

export interface FormPostsInput {
  readonly url: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Connections that send a part of a request and nothing more, opened anew when the server ends them. */
  readonly slowSockets: number;
}

export interface FormPostsOutput {
  /** Ids of the submissions that were answered as stored. */
  readonly stored: readonly string[];
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers by status; 0 where there was none. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Slow connections that the server ended. */
  readonly ended: number;
}

/** Every so many-th submission is sent twice at the same time, as by a double click. */
const TWICE_EVERY = 20;
const CONNECTIONS = 256;
/** An answer that takes longer counts as none. */
const TIMEOUT_MS = 30_000;
const TICK_MS = 10;

/** Posts submissions at a steady rate, whether or not the earlier ones are answered; times count from when each was due. */
export const program: Program<FormPostsInput, FormPostsOutput> = async (input, signal) => {
  const { url, perSecond, seconds, slowSockets } = input;
  const agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const { token } = (await (await request(`${url}/api/forms/contact`)).body.json()) as { token: string };
  const slow = openSlowSockets(url, slowSockets);
  const stored: string[] = [];
  const times: number[] = [];
  const statuses: Record<string, number> = {};

  async function post(id: string, body: string, address: string, dueAt: number): Promise<void> {
    let status = 0;
    try {
      const answer = await request(`${url}/api/contact`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body,
        dispatcher: agent,
      });
      await answer.body.text();
      status = answer.statusCode;
    } catch {
      // Counted as no answer.
    }
    times.push(performance.now() - dueAt);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 200 || status === 201) stored.push(id);
  }

  const sent: Promise<void>[] = [];
  const startedAt = performance.now();
  const total = perSecond * seconds;
  for (let n = 0; n < total && !signal.aborted; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * perSecond) / 1_000));
    for (; n < due; n += 1) {
      const id = randomUUID();
      const body = bodyOf(id, n, token);
      const address = `10.${n & 255}.${(n >> 8) & 255}.${(n >> 16) & 255}`;
      const dueAt = startedAt + (n * 1_000) / perSecond;
      sent.push(post(id, body, address, dueAt));
      if (n % TWICE_EVERY === 0) sent.push(post(id, body, address, dueAt));
    }
    await delay(TICK_MS);
  }
  await Promise.all(sent);
  const ended = slow.close();
  await agent.close();
  return {
    stored: [...new Set(stored)],
    p50: percentile(times, 50),
    p99: percentile(times, 99),
    max: Math.max(...times),
    statuses,
    ended,
  };
};

function bodyOf(id: string, n: number, token: string): string {
  return JSON.stringify({
    _id: id,
    _token: token,
    _page: { url: 'https://www.example.com/contact', title: 'Contact' },
    firstName: 'ADA',
    lastName: 'lovelace',
    email: `visitor${n}@example.com`,
    company: 'Engines & Co',
    country: 'Deutschland',
    phone: '030 901820',
    message: `Question ${n}: how fast is it? ${'It should be fast. '.repeat(20)}`,
    newsletter: n % 2 === 0,
  });
}

function openSlowSockets(url: string, count: number): { close(): number } {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isOpen = true;
  let ended = 0;
  const open = (n: number) => {
    const socket = connect(Number(port), hostname);
    sockets.add(socket);
    // Half of them stop in the head, half in the body.
    const head = 'POST /api/contact HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    socket.write(n % 2 === 0 ? head : `${head}content-length: 9999\r\n\r\n{`);
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (!isOpen) return;
      ended += 1;
      open(n);
    });
  };
  for (let n = 0; n < count; n += 1) open(n);
  return {
    close() {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
      return ended;
    },
  };
}
