/** Longer texts of errors help nobody. */
const MAX_LENGTH = 2_000;

/**
 * A text that Postgres takes, in a text column and inside JSON: without NUL and lone surrogates, at most `maxLength` characters.
 * What HubSpot or a thrown error says is unknown; a settle or a routing that fails for its wording would fail for ever.
 */
export function storableText(text: string, maxLength = MAX_LENGTH): string {
  return text.slice(0, maxLength).replaceAll('\0', ' ').toWellFormed();
}
