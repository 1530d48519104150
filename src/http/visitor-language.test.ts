import { expect, it } from 'vitest';
import { visitorLanguage } from './visitor-language.ts';

it.each([
  ['de', 'en', 'de'],
  ['de-AT', undefined, 'de-AT'],
  [undefined, 'fr;q=0.5, de-CH, en;q=0.9', 'de-CH'],
  [undefined, 'fr;q=0, *', 'en'],
  [undefined, '', 'en'],
  [undefined, undefined, 'en'],
  ['"><script>', 'es', 'es'],
  [['de'], undefined, 'en'],
  ['de\u0000', undefined, 'en'],
  [undefined, 'en;q=x, de;q=0.1', 'de'],
  [undefined, `${'a'.repeat(600)}, de`, 'en'],
])('asked for %j with %j it is %s', (given, header, expected) => {
  expect(visitorLanguage(given, header)).toBe(expected);
});
