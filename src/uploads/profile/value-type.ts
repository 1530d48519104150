import type { ColumnType } from './profile.ts';

export type ValueType = Exclude<ColumnType, 'empty'>;

/** Longer values are text, whatever they look like. */
const LONGEST_TYPED = 320;
/** What people and programs write where there is no value. */
const MISSING = new Set(['', 'null', 'na', 'n/a', '#n/a', 'nan', 'none', '-']);
const LONGEST_MISSING = 4;
const BOOLEANS = new Set(['true', 'false', 'yes', 'no']);
// Each is linear: no part can match what the next one begins with.
/** A leading zero makes it an id or a postcode. */
const INTEGER = /^[+-]?(?:0|[1-9]\d{0,17})$/;
const NUMBER = /^[+-]?(?:\d{1,3}(?:[,']\d{3}){1,6}|0|[1-9]\d{0,30})?(?:[.,]\d{1,30})?(?:e[+-]?\d{1,3})?$/i;
const DATE =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}|AM|PM))?)?$/i;
const EMAIL = /^[^\s@"<>()[\],;:\\]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}$/u;

/** Whether a value counts as missing: nothing, blanks, or a word for nothing. */
export function isMissing(value: string): boolean {
  const text = value.trim();
  return text.length <= LONGEST_MISSING && MISSING.has(text.toLowerCase());
}

/** The type of one value that is not missing. */
export function typeOfText(value: string): ValueType {
  const text = value.trim();
  if (text.length > LONGEST_TYPED) return 'text';
  const first = text.charCodeAt(0);
  // Digits, sign, point or comma: only such a text is a number or a date.
  if ((first >= 0x2b && first <= 0x2e) || (first >= 0x30 && first <= 0x39)) {
    if (INTEGER.test(text)) return 'integer';
    if (/\d/.test(text) && NUMBER.test(text)) return 'number';
    if (DATE.test(text)) return 'date';
  }
  if (text.length <= 5 && BOOLEANS.has(text.toLowerCase())) return 'boolean';
  return text.includes('@') && EMAIL.test(text) ? 'e-mail' : 'text';
}
