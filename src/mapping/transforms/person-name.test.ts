import { expect, test } from 'vitest';
import { personName } from './person-name.ts';

test.each([
  ['Kenji', 'Kenji'],
  ['JOSÉ', 'José'],
  ['ana', 'Ana'],
  ['MARY-JANE', 'Mary-Jane'],
  ["MARY-O'NEIL", "Mary-O'Neil"],
  ["d'arcy", "D'Arcy"],
  ['o’brien', 'O’Brien'],
  ["ta'amu", "Ta'amu"],
  ['DE LA CRUZ', 'de la Cruz'],
  ['VAN DER BERG', 'van der Berg'],
  ['van der Berg', 'van der Berg'],
  ['DE', 'De'],
  ['McDonald', 'McDonald'],
  ['MCDONALD', 'McDonald'],
  ['mack', 'Mack'],
  ['DeShawn', 'DeShawn'],
  ['j.r.', 'J.R.'],
  ['JJ', 'JJ'],
  ['JOHN SMITH III', 'John Smith III'],
  ['HENRY VIII', 'Henry VIII'],
  ['İBRAHİM', 'Ibrahim'],
  ['ΟΔΥΣΣΕΥΣ', 'Οδυσσευς'],
  ['李', '李'],
  ['محمد', 'محمد'],
  ['  ada \u00A0 lovelace\u0001 ', 'Ada Lovelace'],
  ['', undefined],
  ['  ', undefined],
  [null, undefined],
])('%j becomes %j', (given, expected) => {
  expect(personName(given)).toBe(expected);
});

test('a name is cut to its limit', () => {
  expect(personName('Ada Lovelace', 5)).toBe('Ada L');
});
