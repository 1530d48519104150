import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isObject } from './call.ts';
import type { Fault, FaultKind } from './faults.ts';

const PASSING_KINDS: readonly FaultKind[] = ['slow', 'drop-item', 'skew', 'revoke'];
const DEFAULT_SKEW_MS = 600_000;
const JSON_TYPE = 'application/json;charset=utf-8';

/** An answer as bytes. */
export interface Wire {
  status: number;
  headers: Record<string, string>;
  payload: string;
}

/** How an answer ended, for the journal: 0 when the connection was cut or left open. */
export type SentStatus = number;

/** Sends an answer whole. */
export function send(response: ServerResponse, wire: Wire): SentStatus {
  if (response.destroyed) return wire.status;
  if (wire.status === 204) {
    response.writeHead(204, wire.headers).end();
    return 204;
  }
  // Bytes made here once: given text, node would walk it for its length and again to encode it.
  const bytes = Buffer.from(wire.payload);
  wire.headers['content-length'] = String(bytes.length);
  response.writeHead(wire.status, wire.headers).end(bytes);
  return wire.status;
}

/** Faults that end in a true answer, seen through `bend`. */
export function endsInAnswer(fault: Fault): boolean {
  return PASSING_KINDS.includes(fault.do);
}

/** The true answer as a fault that lets it pass leaves it. `draw` picks the item that is dropped. */
export function bend(wire: Wire, fault: Fault, draw: () => number): Wire {
  if (fault.do === 'skew')
    wire.headers.date = new Date(Date.now() + (fault.skewMs ?? DEFAULT_SKEW_MS)).toUTCString();
  if (fault.do === 'drop-item' && fault.at === 'after-apply')
    wire.payload = dropItem(wire.payload, 'results', draw);
  return wire;
}

/** Plays a fault in place of an answer. */
export function playFault(response: ServerResponse, fault: Fault, wire: Wire | undefined): SentStatus {
  switch (fault.do) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return 0;
    case 'hang':
      return 0;
    case 'garbage':
      return send(
        response,
        dress(fault, {
          status: 200,
          headers: { 'content-type': JSON_TYPE },
          payload: '\u0000\u0001not json at all }{',
        }),
      );
    case 'truncate': {
      const payload = wire?.payload ?? '{"status":"COMPLETE","results":[{"id":"1","properties":{';
      return send(
        response,
        dress(fault, {
          status: wire?.status ?? 200,
          headers: wire?.headers ?? { 'content-type': JSON_TYPE },
          payload: payload.slice(0, Math.floor(payload.length / 2)),
        }),
      );
    }
    case 'empty': {
      const now = new Date().toISOString();
      const payload = JSON.stringify({ status: 'COMPLETE', results: [], startedAt: now, completedAt: now });
      return send(response, dress(fault, { status: 200, headers: { 'content-type': JSON_TYPE }, payload }));
    }
    case 'edge429':
      return send(
        response,
        dress(fault, {
          status: 429,
          headers: { 'content-type': 'text/plain; charset=UTF-8' },
          payload: 'error code: 1015',
        }),
      );
    case 'html': {
      const status = fault.status ?? 502;
      const payload = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Error ${status}</h1><p>cloudflare</p></body></html>`;
      return send(
        response,
        dress(fault, { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, payload }),
      );
    }
    default: {
      const status = fault.status ?? 500;
      const payload = JSON.stringify({
        status: 'error',
        message: 'internal error',
        correlationId: `fault-${fault.id}`,
      });
      return send(response, dress(fault, { status, headers: { 'content-type': JSON_TYPE }, payload }));
    }
  }
}

/** Sends head and half of the body, then cuts, hangs, ends early, or goes on after `delayMs`. */
export async function playMidBody(response: ServerResponse, fault: Fault, wire: Wire): Promise<SentStatus> {
  const bytes = Buffer.from(wire.payload);
  const half = Math.floor(bytes.length / 2);
  response.writeHead(wire.status, { ...wire.headers, 'content-length': String(bytes.length) });
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.write(bytes.subarray(0, half), () => resolve());
  });
  if (fault.do === 'hang') return 0;
  if (fault.do === 'slow') {
    await delay(fault.delayMs ?? 0);
    response.end(bytes.subarray(half));
    return wire.status;
  }
  if (fault.do === 'reset') response.socket?.resetAndDestroy();
  else response.socket?.end();
  return 0;
}

/** Removes one member of `list` (`results` of an answer, `inputs` of a request) from JSON text; other text is left as it is. */
export function dropItem(text: string, list: 'results' | 'inputs', draw: () => number): string {
  const body = parse(text);
  if (!isObject(body) || !Array.isArray(body[list]) || body[list].length === 0) return text;
  body[list].splice(Math.floor(draw() * body[list].length), 1);
  return JSON.stringify(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The fault's own status, headers and body over the usual ones. */
function dress(fault: Fault, wire: Wire): Wire {
  const payload =
    fault.body === undefined
      ? wire.payload
      : typeof fault.body === 'string'
        ? fault.body
        : JSON.stringify(fault.body);
  return {
    status: fault.status ?? wire.status,
    headers: { ...wire.headers, ...lowerKeys(fault.headers ?? {}) },
    payload,
  };
}

function lowerKeys(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
