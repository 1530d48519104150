import { createHash } from 'node:crypto';

/** C0 without tab, line feed and carriage return; DEL and C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;

/** What a visitor may have sent for a field. */
type Raw = string | number | boolean | null | readonly Raw[] | { readonly [name: string]: Raw };

/** The fields that the form has, as they were sent, less control characters; anything else that was sent is not kept. */
export function rawFields(
  names: readonly string[],
  body: Readonly<Record<string, unknown>>,
): Record<string, Raw> {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(body, name) ? [[name, rawOf(body[name])]] : [])),
  );
}

/** The same, of files their ids alone: who has the token may say that the file is his. */
export function withoutTokens(
  raw: Readonly<Record<string, Raw>>,
  isUpload: (name: string) => boolean,
): Record<string, Raw> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, isUpload(name) ? uploadIdOf(value) : value]),
  );
}

function uploadIdOf(value: Raw): Raw {
  if (typeof value === 'string') return value.split(':', 1)[0] ?? '';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.hasOwn(value, 'uploadId') ? rawOf(Reflect.get(value, 'uploadId')) : null;
}

/** SHA-256 in hexadecimal digits; the order in which fields were sent does not count. */
export function bodyDigest(form: string, raw: Readonly<Record<string, unknown>>): string {
  return createHash('sha256')
    .update(`${form}\0${JSON.stringify(sorted(raw))}`)
    .digest('hex');
}

/** The depth of a body is bounded before it comes here. */
function rawOf(value: unknown): Raw {
  if (typeof value === 'string') return value.toWellFormed().replace(CONTROL, '');
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(rawOf);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [String(rawOf(name)), rawOf(each)]),
    );
  return null;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, each]) => [name, sorted(each)]);
}
