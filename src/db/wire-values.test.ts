import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeValue, WIRE_PARSERS } from './wire-values.ts';

const OID = { int8: 20, timestamptz: 1184, textArray: 1009, int8Array: 1016, jsonbArray: 3807, bytea: 17 };

function parse(oid: number, text: string): unknown {
  const parser = WIRE_PARSERS[oid];
  if (!parser) throw new Error(`no parser for ${oid}`);
  return parser(text);
}

describe('int8', () => {
  test('is a number up to 2^53 - 1', () => {
    expect(parse(OID.int8, '-9007199254740991')).toBe(Number.MIN_SAFE_INTEGER);
  });

  test('is refused beyond, instead of being rounded', () => {
    expect(() => parse(OID.int8, '9007199254740993')).toThrow(
      expect.objectContaining({ code: 'DATABASE_INTEGER_UNSAFE' }),
    );
  });
});

describe('timestamptz', () => {
  test.each([
    ['2026-11-22 06:30:00+00', '2026-11-22T06:30:00.000Z'],
    ['2026-11-22 06:30:00.5+00', '2026-11-22T06:30:00.500Z'],
    ['2026-11-22 06:30:00.123999+00', '2026-11-22T06:30:00.123Z'],
    ['2026-11-22 06:30:00+05:45', '2026-11-22T00:45:00.000Z'],
    ['2026-11-22 06:30:00-03', '2026-11-22T09:30:00.000Z'],
    ['1890-01-01 00:00:00+00:53:28', '1889-12-31T23:06:32.000Z'],
    ['0099-03-01 00:00:00+00', '0099-03-01T00:00:00.000Z'],
    ['12026-01-01 00:00:00+00', '+012026-01-01T00:00:00.000Z'],
    ['0001-12-31 00:00:00+00 BC', '0000-12-31T00:00:00.000Z'],
    ['infinity', '+275760-09-13T00:00:00.000Z'],
    ['-infinity', '-271821-04-20T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parse(OID.timestamptz, text)).toEqual(new Date(iso));
  });
});

describe('arrays', () => {
  test.each([
    ['{}', []],
    ['{a,b}', ['a', 'b']],
    ['{NULL,"NULL"}', [null, 'NULL']],
    ['{"a,b","say \\"hi\\"","back\\\\slash",""}', ['a,b', 'say "hi"', 'back\\slash', '']],
    [
      '{{a,b},{c,d}}',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['[0:1]={a,b}', ['a', 'b']],
  ])('%s', (text, items) => {
    expect(parse(OID.textArray, text)).toEqual(items);
  });

  test('parse their elements', () => {
    expect(parse(OID.int8Array, '{1,NULL,-3}')).toEqual([1, null, -3]);
    expect(parse(OID.jsonbArray, '{"{\\"a\\": [1]}"}')).toEqual([{ a: [1] }]);
  });

  test('whatever text goes in comes out', () => {
    const item = fc.option(fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(item), (items) => {
        expect(parse(OID.textArray, encodeValue(items) ?? '')).toEqual(items);
      }),
    );
  });
});

describe('parameters', () => {
  test.each([
    ['undefined', undefined, null],
    ['null', null, null],
    ['text', "o'hara", "o'hara"],
    ['a number', 1.5, '1.5'],
    ['a bigint', 10n ** 18n, '1000000000000000000'],
    ['a boolean', true, 'true'],
    ['a date', new Date('2026-11-22T06:30:00.123Z'), '2026-11-22T06:30:00.123Z'],
    ['bytes', new Uint8Array([0, 255]), '\\x00ff'],
    ['an object', { a: [1] }, '{"a":[1]}'],
    [
      'a nested array',
      [
        [1, 2],
        [null, 3],
      ],
      '{{"1","2"},{NULL,"3"}}',
    ],
  ])('%s', (_name, value, text) => {
    expect(encodeValue(value)).toBe(text);
  });
});
