import { describe, expect, test } from 'vitest';
import { chosen, chosenSeveral } from './choice.ts';

const OPTIONS = [
  'small',
  { value: 'large', label: { en: 'Large one', de: 'Großes' }, send: 'L' },
  { value: 'ünusual', label: 'Odd' },
];

test.each([
  ['small', 'small'],
  [' SMALL\t', 'small'],
  ['large  ONE', 'large'],
  ['großes', 'large'],
  ['odd', 'ünusual'],
  ['u\u0308nusual', 'ünusual'],
  ['ＳＭＡＬＬ', 'small'],
  ['L', undefined],
  ['medium', undefined],
  ['', undefined],
  ['__proto__', undefined],
  [`small${' '.repeat(600)}`, undefined],
])('%j chooses %j', (given, expected) => {
  expect(chosen(given, OPTIONS)).toBe(expected);
});

describe('chosenSeveral', () => {
  test.each<[string | string[], readonly string[] | undefined]>([
    ['odd; small', ['small', 'ünusual']],
    [
      ['Large one', 'large', 'small'],
      ['small', 'large'],
    ],
    [[], []],
    [' ; ', []],
    [['small', 'medium'], undefined],
    [Array.from({ length: 7 }, () => 'small'), undefined],
  ])('%j chooses %j', (given, expected) => {
    expect(chosenSeveral(given, OPTIONS)).toEqual(expected);
  });
});
