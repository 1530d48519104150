import { constants } from 'node:buffer';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BOM = '\ufeff';
const HIGH_SURROGATE = /[\ud800-\udbff]$/;

/** One line that is not blank. `number` counts every line, from 1. */
export type InputLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly fault: 'too long' | 'not UTF-8' };

/**
 * Splits a stream into lines, holding at most one chunk and `maxBytes` of a line: the rest of a longer one is read past.
 * Takes CRLF, a byte order mark, blank lines, and a last line without a newline.
 */
export async function* readLines(
  input: AsyncIterable<Buffer | Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<InputLine, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const limit = Math.min(maxBytes, constants.MAX_STRING_LENGTH);
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;

  for await (const chunk of bytesOf(input)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      append(chunk.subarray(start, end));
      const line = finish();
      if (line) yield line;
      start = end + 1;
    }
    append(chunk.subarray(start));
  }
  const last = finish();
  if (last) yield last;

  function append(part: Buffer): void {
    length += part.length;
    // Two bytes more than the limit: the carriage return, and whether there is anything behind it.
    if (length <= limit + 2) parts.push(part);
    else parts = [];
  }

  function finish(): InputLine | undefined {
    number += 1;
    let line = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const total = length;
    parts = [];
    length = 0;
    if (total > limit + 2) return { number, fault: 'too long' };
    if (line.at(-1) === CARRIAGE_RETURN) line = line.subarray(0, -1);
    if (line.length > limit) return { number, fault: 'too long' };
    let text: string;
    try {
      text = decoder.decode(line);
    } catch {
      return { number, fault: 'not UTF-8' };
    }
    if (number === 1 && text.startsWith(BOM)) text = text.slice(BOM.length);
    return text.trim() === '' ? undefined : { number, text };
  }
}

/** A pair of surrogates may be cut apart between two chunks of text. */
async function* bytesOf(
  input: AsyncIterable<Buffer | Uint8Array | string>,
): AsyncGenerator<Buffer, void, undefined> {
  let half = '';
  for await (const chunk of input) {
    if (typeof chunk !== 'string') {
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      continue;
    }
    const text = half + chunk;
    half = HIGH_SURROGATE.test(text) ? text.slice(-1) : '';
    yield Buffer.from(half === '' ? text : text.slice(0, -1));
  }
  if (half !== '') yield Buffer.from(half);
}
