import { expect, it } from 'vitest';
import { median, percentile } from './statistics.ts';

it('takes the middle of an odd number of values, whatever their order', () => {
  expect(median([9, 1, 5])).toBe(5);
});

it('takes the mean of the middle two of an even number of values', () => {
  expect(median([4, 1, 2, 100])).toBe(3);
});

it('gives a percentile that was measured', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(values, 99)).toBe(198);
  expect(percentile(values, 100)).toBe(200);
  expect(percentile([7], 1)).toBe(7);
});

it('gives no number for no values', () => {
  expect(median([])).toBeNaN();
  expect(percentile([], 50)).toBeNaN();
});
