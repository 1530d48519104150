import { cleanText, cutText } from './text.ts';

const MAX_NAME = 255;

/** Lower case inside a name when another word follows: Spanish, Portuguese, Italian, French, Dutch, German and Arabic. */
const PARTICLES = new Set(
  'de del de los las la le du des da das do dos di della van der den ter ten von vom zu zum y e i bin ibn'.split(
    ' ',
  ),
);
const ROMAN = /^(?:I{2,3}|IV|VI{2,3}|IX)$/;
/** Initials (JJ) as often as a name (NG). */
const TWO_CONSONANTS = /^[BCDFGHJKLMNPQRSTVWXZ]{2}$/;
/** O'Brien, d'Arcy; not Ta'amu. */
const ELIDED = /^\p{L}['’]\p{L}/u;
const SCOTTISH = /^Mc\p{L}{3}/u;

/**
 * A first or last name as it would be written: clean, single spaces, and capitalised only where the typing shows no care, all
 * upper or all lower case (`MARY-JANE`, `o'brien`). Mixed case and scripts without case stay. Cut to `max` characters
 * (default 255); undefined when nothing is left.
 */
export function personName(value: string | null | undefined, max = MAX_NAME): string | undefined {
  if (value === null || value === undefined) return undefined;
  const name = cutText(cleanText(value).replace(/\s+/g, ' ').trim(), max).trimEnd();
  if (name === '') return undefined;
  const isUpper = name === name.toUpperCase();
  const isLower = name === name.toLowerCase();
  return isUpper === isLower ? name : capitalised(name);
}

function capitalised(name: string): string {
  const words = name.split(' ');
  return words.map((word, index) => capitalisedWord(word, index === 0, index === words.length - 1)).join(' ');
}

function capitalisedWord(typed: string, isFirst: boolean, isLast: boolean): string {
  if (TWO_CONSONANTS.test(typed) || (ROMAN.test(typed) && !isFirst)) return typed;
  // Turkish İ becomes a plain i: lower-casing leaves a combining dot behind it.
  const word = typed.toLowerCase().replaceAll('i\u0307', 'i');
  if (PARTICLES.has(word) && !isLast) return word;
  return word
    .split(/([-.])/)
    .map(capitalisedPart)
    .join('');
}

function capitalisedPart(part: string): string {
  const capital = upperAt(part, 0);
  if (ELIDED.test(part) || SCOTTISH.test(capital)) return upperAt(capital, 2);
  return capital;
}

function upperAt(text: string, index: number): string {
  const letter = text.slice(index, index + 1);
  return text.slice(0, index) + letter.toUpperCase() + text.slice(index + 1);
}
