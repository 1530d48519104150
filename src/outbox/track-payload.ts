import { type RefusedReceipt, refused } from './track-receipt.ts';

/** What JSON.stringify writes for NUL and for half of a surrogate pair; Postgres takes neither. `.` eats every other escape whole. */
const ESCAPES = /\\(?:u(0000|d[89a-f][0-9a-f]{2})|.)/g;

export type EncodedPayload =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly receipt: RefusedReceipt };

/**
 * Writes a payload as JSON.stringify does (dates as ISO text, `undefined` and functions inside left out, NaN as null), with NUL
 * and lone surrogates replaced by U+FFFD. Refuses what is no object, what cannot be written, and more than `maxBytes` of UTF-8.
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
