import type { Random } from '../random.ts';
import type { RawRequest } from './fuzz-world.ts';

/** Stands for a number that JSON can write and no double can hold. */
const TOO_LARGE = '@too-large@';
const DEEP_LIST = '@deep-list@';
const DEEP_OBJECT = '@deep-object@';
/** As deep as bodies may be, or nearly so: ends a recursion that has no bound of its own. */
const DEEP = 950;
/** Too deep for JSON.stringify, which would find it in an answer. */
const DEEPEST = 50_000;
const LONG = 70_000;
const DEEPEST_CHANGE = 40;

/** Values that programs which trust their callers fall over. */
const ODD_VALUES: readonly (() => unknown)[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e-320, 1e21, 2 ** 53, -(2 ** 63), 8.64e15 + 1, TOO_LARGE].map(
    constant,
  ),
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    'true',
    'null',
    'undefined',
    '[object Object]',
  ].map(constant),
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'length'].map(
    constant,
  ),
  ...[
    '\u0000',
    '\ud800',
    '\udfff a',
    '\u202e',
    'e\u0301',
    'İ',
    '\u{1f600}',
    '\r\nx: y',
    '%',
    '%00',
    '../..',
  ].map(constant),
  ...[
    '*',
    '(((a+)+)+)+$',
    '<script>',
    "' or 1=1 --",
    ';',
    ',',
    'a@b@c',
    'a@example.com',
    '0-1',
    '2-1',
    '0-99',
  ].map(constant),
  ...['1970-01-01', '9999999-99-99', '+275760-09-13T00:00:00.001Z', '2026-02-30', '99999999999999999999'].map(
    constant,
  ),
  () => 'x'.repeat(LONG),
  () => 'a@example.com;'.repeat(500),
  () => ({}),
  () => [],
  () => [[]],
  () => [null],
  () => ({ length: 1e9 }),
  () => JSON.parse('{"__proto__":{"polluted":true}}') as unknown,
  () => ({ constructor: { prototype: { polluted: true } } }),
  () => ({ toString: 'no', valueOf: null, toJSON: 1 }),
  () => nested(DEEP, (inner) => [inner]),
  () => DEEP_LIST,
  () => DEEP_OBJECT,
  () => nested(DEEP, (inner) => ({ filterBranchType: 'OR', filterBranches: [inner], filters: [] })),
  () => Array.from({ length: 1_100 }, (_, place) => ({ id: String(place) })),
];

const ODD_SEGMENTS = [
  '',
  '.',
  '..',
  '%',
  '%E0%A4%A',
  '%00',
  '%2F',
  '%ED%A0%80',
  '%ff',
  '__proto__',
  'constructor',
  'toString',
  '0',
  '-1',
  '1e3',
  'NaN',
  '0-1',
  '0-99',
  '2-1',
  'contacts',
  'CONTACTS',
  'p77_car',
  'default',
  'batch',
  'x'.repeat(5_000),
  'a'.repeat(9_000),
  '%F0%9F%98%80',
  '99999999999999999999',
  'a@example.com',
  '.json',
];
const PLACES_OF_VERSION = ['v1', 'v2', 'v3', 'v4', '2026-03', '2026-09', '2026-13', 'V3', 'v99', '__proto__'];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'REPORT'];
const PARAMETERS = [
  'limit',
  'after',
  'properties',
  'propertiesWithHistory',
  'associations',
  'archived',
  'idProperty',
  'channel',
  'hapikey',
  'includeFilters',
  'listName',
  'listIds',
  'legacyListId',
  'email',
  'scope',
  'redirect_uri',
  'client_id',
  'dataSensitivity',
  '__proto__',
  'constructor',
];
const ODD_PARAMETERS = [
  '',
  '%',
  '%00',
  '%ED%A0%80',
  '-1',
  '0',
  '1e9',
  'NaN',
  '1.5',
  '__proto__',
  'constructor',
  'email,,,city',
  'true',
  'x'.repeat(3_000),
  'a%0D%0Ab',
  'javascript:alert(1)',
  'mailto:x',
  'https://example.com/%F0%9F%98%80',
  '99999999999999999999',
  'email',
  'id',
  '[]',
  '%5B%5D',
  'EMAIL',
];
const TYPES = [
  '',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  'application/json;;;',
  '\u00ff',
];
const AUTHORIZATIONS = [
  '',
  'Bearer',
  'Bearer ',
  'Basic YTpi',
  'bearer __proto__',
  'Bearer constructor',
  `Bearer ${'x'.repeat(5_000)}`,
];

/** The request with one to three things about it changed. The same draws give the same change. */
export function mutate(request: RawRequest, random: Random): RawRequest {
  let changed = request;
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
    const draw = random();
    if (draw < 0.5) changed = { ...changed, body: mutateJson(changed.body, random) };
    else if (draw < 0.62) changed = { ...changed, body: mutateBytes(changed.body, random) };
    else if (draw < 0.76) changed = { ...changed, url: mutatePath(changed.url, random) };
    else if (draw < 0.9) changed = { ...changed, url: mutateQuery(changed.url, random) };
    else if (draw < 0.94) changed = { ...changed, method: pick(METHODS, random) };
    else changed = { ...changed, headers: mutateHeaders(changed.headers, random) };
  }
  return changed;
}

/** Changes one place of the tree; a body that is no JSON is replaced by an odd value. */
function mutateJson(body: Buffer, random: Random): Buffer {
  const holder: unknown[] = [parse(body)];
  const places = [...placesOf(holder)];
  const place = pick(places, random);
  const { parent, key } = place;
  const draw = random();
  if (draw < 0.6) put(place, odd(random));
  else if (draw < 0.7) remove(place);
  else if (draw < 0.8) put(place, [parent[key], parent[key]]);
  else if (draw < 0.9) rename(place, oddName(random));
  else put(place, pick(places, random).parent[0] ?? odd(random));
  return Buffer.from(write(holder[0]));
}

interface Place {
  parent: Record<string, unknown>;
  key: string;
}

function* placesOf(node: object, depth = 0): Iterable<Place> {
  const parent = node as Record<string, unknown>;
  for (const key of Object.keys(parent)) {
    yield { parent, key };
    const child = parent[key];
    if (typeof child === 'object' && child !== null && depth < DEEPEST_CHANGE)
      yield* placesOf(child, depth + 1);
  }
}

/** As an own key, also `__proto__`. */
function put({ parent, key }: Place, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove({ parent, key }: Place): void {
  delete parent[key];
}

function rename({ parent, key }: Place, name: string): void {
  const value = parent[key];
  delete parent[key];
  // A list takes any name but its own length.
  put({ parent, key: Array.isArray(parent) && name === 'length' ? '__proto__' : name }, value);
}

function write(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? '')
      .replaceAll(`"${TOO_LARGE}"`, '1e999')
      .replaceAll(`"${DEEP_LIST}"`, '['.repeat(DEEPEST) + ']'.repeat(DEEPEST))
      .replaceAll(`"${DEEP_OBJECT}"`, `${'{"a":'.repeat(DEEPEST)}1${'}'.repeat(DEEPEST)}`);
  } catch {
    // A place was put below itself, or an odd value has a toJSON of its own.
    return '{"inputs":';
  }
}

function mutateBytes(body: Buffer, random: Random): Buffer {
  const at = Math.floor(random() * (body.length + 1));
  const draw = random();
  if (draw < 0.3) return body.subarray(0, at);
  const some = Buffer.from(
    [0, 0x22, 0x7b, 0x5d, 0x2c, 0x5c, 0x80, 0xc3, 0xed, 0xff, 0x31].slice(Math.floor(random() * 10)),
  );
  if (draw < 0.6) return Buffer.concat([body.subarray(0, at), some.subarray(0, 1), body.subarray(at + 1)]);
  if (draw < 0.8) return Buffer.concat([body.subarray(0, at), some, body.subarray(at)]);
  return Buffer.concat([body, body.subarray(at)]);
}

function mutatePath(url: string, random: Random): string {
  const [path = '', ...query] = url.split('?');
  const segments = path.split('/');
  const at = 1 + Math.floor(random() * (segments.length - 1));
  const draw = random();
  if (draw < 0.55) segments[at] = pick(ODD_SEGMENTS, random);
  else if (draw < 0.65) segments.splice(at, 0, pick(ODD_SEGMENTS, random));
  else if (draw < 0.75) segments.splice(at, 1);
  else if (draw < 0.8) segments.push('');
  else moveVersion(segments, pick(PLACES_OF_VERSION, random), random);
  return [segments.join('/'), ...query].join('?');
}

/** Another version, at times in the place where the other form of versions stands. */
function moveVersion(segments: string[], version: string, random: Random): void {
  const at = segments.findIndex((segment) => /^(?:v\d|\d{4}-\d\d)$/.test(segment));
  if (at < 0) return;
  segments.splice(at, 1);
  segments.splice(random() < 0.5 ? at : 2, 0, version);
}

function mutateQuery(url: string, random: Random): string {
  const joint = url.includes('?') ? '&' : '?';
  const draw = random();
  if (draw < 0.15) return url + joint + url.slice(url.indexOf('?') + 1);
  if (draw < 0.3) return url.replace(/=[^&]*/, `=${pick(ODD_PARAMETERS, random)}`);
  return `${url}${joint}${pick(PARAMETERS, random)}=${pick(ODD_PARAMETERS, random)}`;
}

function mutateHeaders(headers: RawRequest['headers'], random: Random): RawRequest['headers'] {
  if (random() < 0.5) return { ...headers, 'content-type': pick(TYPES, random) };
  const { authorization: _, ...rest } = headers;
  return random() < 0.3 ? rest : { ...rest, authorization: pick(AUTHORIZATIONS, random) };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}

function odd(random: Random): unknown {
  return pick(ODD_VALUES, random)();
}

/** The name of a field: texts only, the long ones cut. */
function oddName(random: Random): string {
  const name = odd(random);
  return typeof name === 'string' ? name.slice(0, 100) : '__proto__';
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}

function constant(value: unknown): () => unknown {
  return () => value;
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
}
