/** Longest value of a HubSpot property and longest note, UTF-16 units. */
export const MAX_TEXT = 65_536;

/** What may need work: C0, DEL and C1 without tab and line feed, and surrogates. One pass over text that needs none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const SUSPECT = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\uD800-\uDFFF]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const REMOVED = /[\u0001-\u0008\u000B-\u001F\u007F-\u009F]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: replacing it is the purpose
const NUL = /\u0000/g;
const REPLACEMENT = '\uFFFD';

/**
 * Text that JSON, Postgres and HubSpot all carry unchanged: control characters removed except line feed and tab, line ends
 * made `\n`, NUL and lone surrogates replaced by U+FFFD. Nothing is trimmed, escaped or folded.
 */
export function cleanText(value: string): string {
  if (!SUSPECT.test(value)) return value;
  return value.toWellFormed().replace(/\r\n?/g, '\n').replace(NUL, REPLACEMENT).replace(REMOVED, '');
}

/** Clean text without spaces at its ends, cut to `max` characters (default 65,536); undefined when nothing is left, which leaves a property as it is. */
export function filledText(value: string | null | undefined, max = MAX_TEXT): string | undefined {
  if (value === null || value === undefined) return undefined;
  const text = cutText(cleanText(value).trim(), max).trimEnd();
  return text === '' ? undefined : text;
}

/** At most `max` UTF-16 units, never half of a surrogate pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}
