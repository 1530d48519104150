import type { IncomingHttpHeaders } from 'node:http';
import { type ApiError, badRequest } from './api-error.ts';
import type { Occasion } from './changes.ts';
import { isDeeperThan } from './json-depth.ts';
import type { Limiter } from './limits.ts';
import type { Portal } from './portal.ts';
import type { Token } from './tokens.ts';
import type { Version } from './version.ts';

/** Levels of lists and objects; what is deeper could be stored, but not be written into an answer. */
const MAX_DEPTH = 1_000;

/** What a request did, for the journal and for faults after the write. */
export interface Effects {
  inputs: number;
  /** Records or definitions changed. */
  applied: number;
  traceIds: string[];
}

/** One authenticated request on its way through a route. */
export interface Call {
  readonly n: number;
  /** Ms of the portal's clock at arrival. */
  readonly now: number;
  readonly version: Version;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly token: Token;
  readonly portal: Portal;
  readonly limiter: Limiter;
  readonly effects: Effects;
  readonly rawBody: Buffer;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** The caller's IP address. */
  readonly address: string;
}

/** When and by which request the call changes something, for the feed of changes. */
export function occasionOf(call: Call): Occasion {
  return { portal: call.portal, at: call.now, requestN: call.n };
}

/** A path parameter that the route's pattern names. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}

/** The body as a JSON object. Throws the recorded 400s for a missing or malformed one. */
export function jsonObject(call: Call): Record<string, unknown> {
  const body = parseJson(call.rawBody);
  if (!isObject(body)) throw invalidJson('Cannot deserialize value: an object was expected');
  return body;
}

/** The body as a JSON array. */
export function jsonArray(call: Call): unknown[] {
  const body = parseJson(call.rawBody);
  if (!Array.isArray(body)) throw invalidJson('Cannot deserialize value: an array was expected');
  return body;
}

/** The body as an HTML form sends it. Anything else reads as a form without fields. */
export function formFields(call: Call): URLSearchParams {
  return new URLSearchParams(call.rawBody.toString());
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Ids may be sent as JSON numbers; anything else but text is malformed. */
export function idText(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalidJson(`some of required attributes are not set or malformed [${field}]`);
}

export function invalidJson(detail: string): ApiError {
  return badRequest(`Invalid input JSON on line 1, column 2: ${detail}`);
}

/** What a body holds in the place of a text. Objects become a word: their own `toString` may be anything a caller sent. */
export function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? '[list]'
      : '[object]'
    : String(value);
}

/** What a body holds in the place of a number; NaN for what is neither a number nor text. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

/** A list in the query: repeated, or joined by commas. */
export function queryList(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** A page size. Throws 400 outside 1..max. */
export function pageLimit(query: URLSearchParams, fallback: number, max: number): number {
  const text = query.get('limit');
  if (text === null || text === '') return fallback;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > max) {
    throw badRequest(`Invalid request to list objects: limit must be between 1 and ${max}, was ${text}`);
  }
  return limit;
}

function parseJson(rawBody: Buffer): unknown {
  if (rawBody.length === 0)
    throw badRequest('Invalid JSON input: a request body was expected, but none found');
  const text = rawBody.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidJson(error.message);
    throw error;
  }
  if (isDeeperThan(MAX_DEPTH, value, text))
    throw invalidJson(`Document nesting depth exceeds the maximum allowed (${MAX_DEPTH})`);
  return value;
}
