import { SpokeError } from '../errors.ts';

export type WireParser = (text: string) => unknown;

/** Type OIDs of Postgres' catalogue (pg_type.dat); they are fixed for built-in types. */
const ELEMENTS: readonly (readonly [oid: number, arrayOid: number, parse: WireParser])[] = [
  [16, 1000, (text) => text === 't'], // bool
  [17, 1001, (text) => Buffer.from(text.slice(2), 'hex')], // bytea
  [18, 1002, asText], // "char"
  [19, 1003, asText], // name
  [20, 1016, parseInt8],
  [21, 1005, Number], // int2
  [23, 1007, Number], // int4
  [25, 1009, asText], // text
  [26, 1028, Number], // oid
  [114, 199, (text) => JSON.parse(text)],
  [700, 1021, Number], // float4
  [701, 1022, Number], // float8
  [1042, 1014, asText], // bpchar
  [1043, 1015, asText], // varchar
  [1082, 1182, asText], // date: a day has no instant
  [1114, 1115, asText], // timestamp: without its zone it has no instant either
  [1184, 1185, parseTimestamptz],
  [1186, 1187, asText], // interval
  [1700, 1231, asText], // numeric
  [2950, 2951, asText], // uuid
  [3802, 3807, (text) => JSON.parse(text)], // jsonb
];

/** How each type's text becomes a JavaScript value, by OID; a type that is not here stays text. The same for both drivers. */
export const WIRE_PARSERS: Readonly<Record<number, WireParser>> = Object.fromEntries(
  ELEMENTS.flatMap(([oid, arrayOid, parse]) => [
    [oid, parse],
    [arrayOid, (text: string) => parseArray(text, parse)],
  ]),
);

/**
 * A parameter as the text Postgres reads; null and undefined are SQL null. Arrays become array literals and plain objects
 * JSON, so a JSON array has to be given as text.
 */
export function encodeValue(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) {
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  }
  if (Array.isArray(value)) return encodeArray(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

function encodeArray(items: readonly unknown[]): string {
  const parts = items.map((item) => {
    if (Array.isArray(item)) return encodeArray(item);
    const text = encodeValue(item);
    return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${parts.join(',')}}`;
}

function asText(text: string): string {
  return text;
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new SpokeError(
    'DATABASE_INTEGER_UNSAFE',
    `The database returned the integer ${text}, which JavaScript cannot hold exactly: select it as text.`,
  );
}

const TIMESTAMPTZ =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;
/** The ends of JavaScript's time stand for Postgres' `infinity`. */
const MAX_DATE = 8.64e15;

/** Takes DateStyle ISO, which is Postgres' default; below a millisecond is cut off. */
function parseTimestamptz(text: string): Date {
  if (text === 'infinity') return new Date(MAX_DATE);
  if (text === '-infinity') return new Date(-MAX_DATE);
  const match = TIMESTAMPTZ.exec(text);
  if (!match) return new Date(Number.NaN);
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    zoneHour,
    zoneMinute,
    zoneSecond,
    bc,
  ] = match;
  const date = new Date(0);
  date.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0')));
  const offset = Number(zoneHour) * 3_600 + Number(zoneMinute ?? 0) * 60 + Number(zoneSecond ?? 0);
  return new Date(date.getTime() - (sign === '-' ? -offset : offset) * 1_000);
}

/** Reads `{a,"b c",NULL,{...}}`; bounds such as `[0:1]=` are dropped, as JavaScript's arrays start at 0. */
function parseArray(text: string, parse: WireParser): unknown[] {
  let at = text.indexOf('{');
  return level();

  function level(): unknown[] {
    const items: unknown[] = [];
    at += 1;
    while (at < text.length && text[at] !== '}') {
      if (text[at] === ',') at += 1;
      else if (text[at] === '{') items.push(level());
      else if (text[at] === '"') items.push(parse(quoted()));
      else items.push(bare());
    }
    at += 1;
    return items;
  }

  function quoted(): string {
    let value = '';
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
      if (text[at] === '\\') at += 1;
      value += text[at];
    }
    at += 1;
    return value;
  }

  function bare(): unknown {
    const start = at;
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1;
    const value = text.slice(start, at);
    return value === 'NULL' ? null : parse(value);
  }
}
