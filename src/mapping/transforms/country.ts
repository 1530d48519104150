import { COUNTRY_TABLE } from './country-table.ts';
import { cleanText } from './text.ts';

/** Longest name that is looked up, characters. */
const MAX_NAME = 100;
const MARKS = /\p{M}/gu;
const NEITHER = /[^\p{L}\p{N}]+/gu;
const CODE = /^[A-Z]{2}$/;
/** Languages whose names are in the table: for others the runtime is asked. */
const IN_TABLE = ['en', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'pl'];

interface Country {
  readonly code: string;
  readonly name: string;
}

const COUNTRIES: readonly (Country & { readonly alike: readonly string[] })[] = COUNTRY_TABLE.trim()
  .split('\n')
  .map((line) => {
    const names = line.slice(7).split('|');
    const [name = ''] = names;
    return {
      code: line.slice(0, 2),
      name,
      alike: [line.slice(0, 2), line.slice(3, 6), ...names].map(foldedName),
    };
  });
const BY_NAME: ReadonlyMap<string, Country> = new Map(
  COUNTRIES.flatMap((country) => country.alike.map((alike) => [alike, country] as const)),
);

/**
 * The ISO code (two capitals) of a country by its code of two or three letters, or by its name in English, German, Spanish, French,
 * Italian, Portuguese, Dutch, Polish or `language`; case, accents and punctuation are forgiven (`u.k.`, `esp`, `Holland`, `Türkiye`).
 * Undefined when it is not known.
 */
export function countryCode(value: string | null | undefined, language = 'en'): string | undefined {
  const wanted = foldedName(cleanText(value ?? '').slice(0, MAX_NAME));
  if (wanted === '') return undefined;
  return (BY_NAME.get(wanted) ?? BY_NAME.get(wanted.replace(/^the/, '')) ?? inLanguage(wanted, language))
    ?.code;
}

/** The English name of an ISO code, as HubSpot's country properties show it; what is no code stays as it is. */
export function countryName(code: string): string {
  return CODE.test(code) ? (BY_NAME.get(foldedName(code))?.name ?? code) : code;
}

/** Every country with its name in a language, in the order of that language. */
export function countriesIn(language: string): readonly { readonly value: string; readonly label: string }[] {
  const names = namesIn(language);
  const { compare } = new Intl.Collator(names?.resolvedOptions().locale ?? 'en');
  return COUNTRIES.map(({ code, name }) => ({ value: code, label: names?.of(code) ?? name })).sort((a, b) =>
    compare(a.label, b.label),
  );
}

function inLanguage(wanted: string, language: string): Country | undefined {
  const [primary = ''] = language.toLowerCase().split('-');
  if (IN_TABLE.includes(primary)) return undefined;
  const names = namesIn(language);
  return names && COUNTRIES.find(({ code }) => foldedName(names.of(code) ?? '') === wanted);
}

function namesIn(language: string): Intl.DisplayNames | undefined {
  try {
    return new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
  } catch {
    // No language tag.
    return undefined;
  }
}

function foldedName(name: string): string {
  return name.normalize('NFKD').toLowerCase().replace(MARKS, '').replaceAll('&', 'and').replace(NEITHER, '');
}
