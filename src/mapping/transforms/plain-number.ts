/** Longest text that is read as a number, characters. */
const MAX_NUMBER = 40;
const SPACES = /[\s'’_]/g;
const PLAIN = /^[+-]?\d+(?:\.\d+)?$/;
const GROUPS = /^[+-]?\d{1,3}(?:(?:\.\d{3}){2,}|(?:,\d{3}){2,})$/;
const COMMA = /^[+-]?\d+,\d+$/;
const BOTH = /^[+-]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+)$/;
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/**
 * A number as people write it: `1234.5`, `1 234,5`, `1.234,50`, `1,234.50`, `1.234.567`. A point alone is the decimal one, as number fields
 * of browsers send it. Undefined for what is none, and for `1,234`, which is two numbers in two countries.
 */
export function plainNumber(value: string | null | undefined): number | undefined {
  const text = (value ?? '').trim().replace(SPACES, '');
  if (text.length === 0 || text.length > MAX_NUMBER) return undefined;
  if (PLAIN.test(text)) return finite(text);
  if (AMBIGUOUS.test(text)) return undefined;
  if (COMMA.test(text)) return finite(text.replace(',', '.'));
  if (GROUPS.test(text)) return finite(text.replace(/[.,]/g, ''));
  if (!BOTH.test(text)) return undefined;
  const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  return finite(`${text.slice(0, last).replace(/[.,]/g, '')}.${text.slice(last + 1)}`);
}

function finite(text: string): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
