import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainNumber } from './plain-number.ts';

test.each([
  ['12', 12],
  ['-3.5', -3.5],
  ['+7', 7],
  ['1.234', 1.234],
  ['1,5', 1.5],
  ['0,125', 0.125],
  ['1234,567', 1234.567],
  ['1,234', undefined],
  ['-12,345', undefined],
  ['1,234,567', 1_234_567],
  ['1.234.567', 1_234_567],
  ['1.234,50', 1234.5],
  ['1,234.50', 1234.5],
  ['12.345.678,9', 12_345_678.9],
  ['1 234,5', 1234.5],
  ["1'234.50", 1234.5],
  ['1\u00A0234', 1234],
  ['1,23,4', undefined],
  ['12.34.56', undefined],
  ['1.234,567.8', undefined],
  ['1e5', undefined],
  ['0x10', undefined],
  ['Infinity', undefined],
  ['€ 5', undefined],
  ['.5', undefined],
  ['5.', undefined],
  ['', undefined],
  [null, undefined],
  ['9'.repeat(41), undefined],
])('%j is the number %j', (given, expected) => {
  expect(plainNumber(given)).toBe(expected);
});

test('what a number field of a browser sends is read as it was meant', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (number) => {
      const text = String(number);
      fc.pre(!text.includes('e'));
      expect(plainNumber(text)).toBe(Number(text));
    }),
  );
});
