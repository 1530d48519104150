import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { faultsOfRequest } from './fault-plan.ts';
import {
  bend,
  dropItem,
  endsInAnswer,
  playFault,
  playMidBody,
  type SentStatus,
  send,
  type Wire,
} from './fault-player.ts';
import { FAULT_PRESET_NAMES } from './fault-presets.ts';
import type { Fault, FaultPlanner, FaultSubject } from './faults.ts';
import type { Outcome } from './gateway.ts';
import type { JournalEntry } from './journal.ts';
import { toJsonText } from './json-text.ts';
import type { Addressed } from './portal-directory.ts';
import type { PortalUnit } from './portal-unit.ts';
import type { Reply } from './reply.ts';
import type { SideRequest } from './side-door.ts';
import { bearerSecret } from './tokens.ts';

/** A request may bring its own fault: a plan as JSON, or the name of a preset. */
const FAULT_HEADER = 'x-simulator-fault';
const MAX_BODY_BYTES = 20 * 1_024 * 1_024;
/** Longer than clients keep idle sockets, so that the portal is never the one to close under a request. */
const KEEP_ALIVE_MS = 120_000;
const NO_BODY = Buffer.alloc(0);

export interface ServerParts {
  /** The portal that a request is for. */
  portalOf: (request: Addressed) => PortalUnit;
  sideDoor: (request: SideRequest) => Promise<Wire | undefined>;
}

/** The HTTP side: reads requests, plays faults around the gateway, writes answers and the journal. Not listening yet. */
export function createSimulatorServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    // A client that goes away is no event here: the write stands, and the journal says so.
    response.on('error', () => undefined);
    void exchange(parts, request, response).catch((error: unknown) => fail(response, error));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  return server;
}

async function exchange(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const rawBody = await readBody(request);
  if (rawBody === undefined) {
    send(response, {
      status: 413,
      headers: { 'content-type': 'text/plain', connection: 'close' },
      payload: 'Payload Too Large',
    });
    return;
  }
  const besides = await parts.sideDoor({ method, url, headers: request.headers, rawBody });
  if (besides) {
    send(response, besides);
    return;
  }
  const { authorization } = request.headers;
  const unit = parts.portalOf({ method, url, authorization, rawBody });
  const own = askedFaults(request);
  if (typeof own === 'string') {
    send(response, toWire({ status: 400, body: { error: own } }));
    return;
  }
  const started = performance.now();
  const worker = headerOf(request, 'x-spoke-worker');
  const entry = unit.journal.arrive({ at: unit.portal.clock.now(), method, path: url, worker });
  entry.bytes = rawBody.length;
  try {
    const subject = { method, path: url, rawBody };
    entry.status = await answer(unit, { request, response, entry, subject, own });
  } finally {
    unit.journal.finish(entry, performance.now() - started);
  }
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  entry: JournalEntry;
  subject: FaultSubject;
  /** Faults that the request itself asked for; they go before the portal's plan. */
  own: FaultPlanner | undefined;
}

async function answer(unit: PortalUnit, exchanged: Exchange): Promise<SentStatus> {
  const { request, response, entry, subject } = exchanged;
  const before = draw(unit, 'before', exchanged);
  let { rawBody } = subject;
  if (before) {
    if (before.delayMs) await delay(before.delayMs);
    if (!endsInAnswer(before)) return playFault(response, before, undefined);
    if (before.do === 'drop-item')
      rawBody = Buffer.from(dropItem(rawBody.toString(), 'inputs', unit.portal.random));
    if (before.do === 'revoke') unit.portal.tokens.revoke(bearerSecret(request.headers.authorization));
  }
  const outcome = unit.gateway.process({
    n: entry.n,
    method: subject.method,
    url: subject.path,
    headers: request.headers,
    address: request.socket.remoteAddress ?? '',
    rawBody,
  });
  note(unit, entry, outcome);
  const wire = toWire(outcome.reply);
  if (before) bend(wire, before, unit.portal.random);
  if (entry.applied && unit.hold.rule) await hold(unit, exchanged);
  const after = entry.applied ? draw(unit, 'after-apply', exchanged) : undefined;
  if (after) {
    if (after.delayMs) await delay(after.delayMs);
    if (!endsInAnswer(after)) return playFault(response, after, wire);
    bend(wire, after, unit.portal.random);
  }
  const midBody = wire.payload === '' ? undefined : draw(unit, 'mid-body', exchanged);
  return midBody ? playMidBody(response, midBody, wire) : send(response, wire);
}

function draw(
  unit: PortalUnit,
  stage: 'before' | 'after-apply' | 'mid-body',
  { entry, subject, own }: Exchange,
): Fault | undefined {
  if (unit.faults.isEmpty && !own) return undefined;
  const fault = own?.draw(stage, subject) ?? unit.faults.draw(stage, subject);
  if (fault) entry.fault = fault.id;
  return fault;
}

/** What the request wants to have done to itself, or what is wrong with that. */
function askedFaults(request: IncomingMessage): FaultPlanner | string | undefined {
  const header = headerOf(request, FAULT_HEADER);
  if (header === null) return undefined;
  try {
    return faultsOfRequest(header);
  } catch (error) {
    if (error instanceof z.ZodError) return `${FAULT_HEADER}: ${z.prettifyError(error)}`;
    if (error instanceof SyntaxError)
      return `${FAULT_HEADER} is neither a fault as JSON nor one of ${FAULT_PRESET_NAMES.join(', ')}`;
    throw error;
  }
}

function note(unit: PortalUnit, entry: JournalEntry, { effects, tokenId }: Outcome): void {
  if (tokenId !== null) unit.journal.identify(entry, tokenId);
  entry.applied = effects.applied > 0;
  entry.inputs = effects.inputs;
  if (effects.traceIds.length > 0) entry.traceIds = effects.traceIds;
}

async function hold(unit: PortalUnit, { request, entry, subject }: Exchange): Promise<void> {
  await unit.hold.holdIfAsked({
    requestId: String(entry.n),
    at: entry.at,
    method: subject.method,
    path: subject.path,
    headers: { 'user-agent': headerOf(request, 'user-agent'), 'x-spoke-worker': entry.worker },
    inputs: entry.inputs,
  });
}

function toWire(reply: Reply): Wire {
  const id = randomUUID();
  const headers: Record<string, string> = {
    'x-hubspot-correlation-id': id,
    'x-request-id': id,
    ...reply.headers,
  };
  if (reply.text !== undefined) {
    headers['content-type'] ??= 'text/plain; charset=utf-8';
    return { status: reply.status, headers, payload: reply.text };
  }
  if (reply.body === undefined) return { status: reply.status, headers, payload: '' };
  headers['content-type'] ??= 'application/json;charset=utf-8';
  return { status: reply.status, headers, payload: toJsonText(reply.body) };
}

/** undefined when the body is over the limit. Rejects when the client goes away before its end. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.once('end', () => {
      if (size > MAX_BODY_BYTES) resolve(undefined);
      else if (chunks.length === 1) resolve(chunks[0]);
      else resolve(chunks.length === 0 ? NO_BODY : Buffer.concat(chunks));
    });
    request.once('error', reject);
    request.once('aborted', () => reject(new Error('the client went away before the end of its request')));
  });
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

/** A mistake of the simulator itself must not look like a fault of the portal. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) {
    response.destroy();
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  send(response, {
    status: 500,
    headers: { 'content-type': 'text/plain', 'x-simulator-bug': '1' },
    payload: text,
  });
}
