import { describe, expect, test } from 'vitest';
import { countriesIn, countryCode, countryName } from './country.ts';

test.each([
  ['DE', 'DE'],
  ['de', 'DE'],
  ['deu', 'DE'],
  ['esp', 'ES'],
  ['usa', 'US'],
  ['U.S.A.', 'US'],
  ['UNITED STATES', 'US'],
  ['EE. UU.', 'US'],
  ['U.K.', 'GB'],
  ['UK', 'GB'],
  ['England', 'GB'],
  ['Holland', 'NL'],
  ['The Netherlands', 'NL'],
  ['Korea', 'KR'],
  ['Spain', 'ES'],
  ['España', 'ES'],
  ['espana', 'ES'],
  ['Deutschland', 'DE'],
  ['Allemagne', 'DE'],
  ['Côte d’Ivoire', 'CI'],
  ["Cote d'Ivoire", 'CI'],
  ['Türkiye', 'TR'],
  ['Turkey', 'TR'],
  ['Czech Republic', 'CZ'],
  ['Bosnia & Herzegovina', 'BA'],
  ['  brasil ', 'BR'],
  ['Narnia', undefined],
  ['the', undefined],
  ['', undefined],
  [null, undefined],
  ['x'.repeat(10_000), undefined],
])('%j is the country %j', (given, expected) => {
  expect(countryCode(given)).toBe(expected);
});

test.each([
  ['ja', '日本', 'JP'],
  ['ru', 'Россия', 'RU'],
  ['sv', 'Tyskland', 'DE'],
  ['no language', 'Norge', undefined],
  ['en', '日本', undefined],
])('the runtime knows the names in %s: %j is %j', (language, given, expected) => {
  expect(countryCode(given, language)).toBe(expected);
});

test.each([
  ['GB', 'United Kingdom'],
  ['TR', 'Türkiye'],
  ['Narnia', 'Narnia'],
  ['XX', 'XX'],
  ['de', 'de'],
])('%j is named %j', (code, name) => {
  expect(countryName(code)).toBe(name);
});

describe('countriesIn', () => {
  test('names every country in the language, in its order, and each name leads back', () => {
    for (const language of ['en', 'de', 'es', 'fr', 'pl', 'ja', 'no language']) {
      const countries = countriesIn(language);
      expect(countries).toHaveLength(250);
      for (const { value, label } of countries)
        expect([label, countryCode(label, language)]).toEqual([label, value]);
    }
    expect(
      countriesIn('de')
        .map(({ value }) => value)
        .slice(0, 3),
    ).toEqual(['AF', 'EG', 'AX']);
  });

  test('every English name that is sent leads back to its code', () => {
    for (const { value } of countriesIn('en')) expect(countryCode(countryName(value))).toBe(value);
  });
});
