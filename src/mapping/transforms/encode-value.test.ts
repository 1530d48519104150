import { describe, expect, test } from 'vitest';
import { calendarDate, encodeValue, type PropertyValue } from './encode-value.ts';

describe('encodeValue', () => {
  test.each<[PropertyValue, string]>([
    ['text', 'text'],
    ['ctl\u0001', 'ctl'],
    ['', ''],
    [null, ''],
    [true, 'true'],
    [false, 'false'],
    [0, '0'],
    [-0, '0'],
    [12.5, '12.5'],
    [1e21, '1000000000000000000000'],
    [1e-7, '0.0000001'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [new Date('2026-10-01T09:00:00Z'), '2026-10-01T09:00:00.000Z'],
    [['a', 'b', 'a', ' ', ' c '], 'a;b;c'],
    [[], ''],
  ])('%j is sent as %j', (value, wire) => {
    expect(encodeValue('plan', value)).toBe(wire);
  });

  test.each<[unknown, RegExp]>([
    [Number.NaN, /NaN/],
    [Number.POSITIVE_INFINITY, /Infinity/],
    [new Date('nonsense'), /not a valid Date/],
    [['a;b'], /semicolon/],
    [[1], /type number/],
    [{ a: 1 }, /type object/],
    [1n, /type bigint/],
    ['x'.repeat(65_537), /65537 characters/],
  ])('%s is refused with the name of the property', (value, why) => {
    const encode = () => encodeValue('plan', value as PropertyValue);
    expect(encode).toThrow(expect.objectContaining({ code: 'PROPERTY_VALUE_UNUSABLE' }));
    expect(encode).toThrow(why);
    expect(encode).toThrow(/property plan/);
  });
});

describe('calendarDate', () => {
  const evening = new Date('2026-10-01T23:30:00Z');

  test('gives the day in UTC', () => {
    expect(calendarDate(evening)).toBe('2026-10-01');
  });

  test('gives the day in a time zone', () => {
    expect(calendarDate(evening, 'Asia/Tokyo')).toBe('2026-10-02');
  });

  test('refuses an invalid date', () => {
    expect(() => calendarDate(new Date('nonsense'))).toThrow(/not a valid Date/);
  });
});
