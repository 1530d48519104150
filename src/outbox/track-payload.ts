import { type RefusedReceipt, refused } from './track-receipt.ts';

/** What JSON.stringify writes for NUL and for half of a surrogate pair; Postgres takes neither. `.` eats every other escape whole. */
const ESCAPES = /\\(?:u(0000|d[89a-f][0-9a-f]{2})|.)/g;

/** Far below what overflows the stack of the embedded database's JSON reader (about 6,000 levels), which ends that database. */
const MAX_DEPTH = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export type EncodedPayload =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly receipt: RefusedReceipt };

/**
 * Writes a payload as JSON.stringify does (dates as ISO text, `undefined` and functions inside left out, NaN as null), with NUL
 * and lone surrogates replaced by U+FFFD. Refuses what is no object, what cannot be written, what is nested more than 200 levels
 * deep, and more than `maxBytes` of UTF-8.
 */
export function encodePayload(type: string, payload: unknown, maxBytes: number): EncodedPayload {
  let json: string | undefined;
  try {
    json = JSON.stringify(payload);
  } catch (error) {
    return refuse(
      'OUTBOX_PAYLOAD_INVALID',
      `The payload of ${type} cannot be written as JSON: ${reasonOf(error)}.`,
    );
  }
  if (json === undefined || !json.startsWith('{')) {
    return refuse(
      'OUTBOX_PAYLOAD_INVALID',
      `The payload of ${type} is ${kindOf(payload)}: pass an object of fields.`,
    );
  }
  if (json.includes('\\u')) {
    json = json.replace(ESCAPES, (written: string, unfit?: string) =>
      unfit === undefined ? written : '\ufffd',
    );
  }
  // A character has at least one byte, so most payloads need no counting of bytes to be known as too large.
  const bytes = json.length > maxBytes ? json.length : Buffer.byteLength(json);
  if (bytes > maxBytes) {
    return refuse(
      'OUTBOX_PAYLOAD_TOO_LARGE',
      `The payload of ${type} has ${bytes} bytes and the limit is ${maxBytes}: store large content elsewhere and send a reference.`,
    );
  }
  // A level takes two characters at least, so short payloads need no look at their depth.
  if (json.length > 2 * MAX_DEPTH && depthOf(json) > MAX_DEPTH) {
    return refuse(
      'OUTBOX_PAYLOAD_INVALID',
      `The payload of ${type} is nested more than ${MAX_DEPTH} levels deep: send a flatter one.`,
    );
  }
  return { ok: true, json };
}

function refuse(code: string, message: string): EncodedPayload {
  return { ok: false, receipt: refused(code, message) };
}

/** Without the message: the engine's names fields of the payload, and one that `toJSON` threw may hold anything. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'it is nested too deeply or too large';
  if (error instanceof TypeError && error.message.includes('BigInt'))
    return 'it holds a BigInt (send it as text)';
  if (error instanceof TypeError && error.message.includes('circular')) return 'it refers to itself';
  return `a toJSON or getter threw ${error instanceof Error ? error.name : 'something else than an Error'}`;
}

function kindOf(payload: unknown): string {
  if (payload === undefined || payload === null) return String(payload);
  if (Array.isArray(payload)) return 'an array';
  return typeof payload === 'object' ? 'an object whose toJSON returns none' : `a ${typeof payload}`;
}

/** Levels of objects and arrays in a JSON text. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfText(json, at);
    else if (character === OPEN_OBJECT || character === OPEN_ARRAY) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) depth -= 1;
  }
  return deepest;
}

function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}
