const MAX_MASKED_LENGTH = 500;
/** Text is masked before it is cut, so that a cut cannot leave half an address behind; more than this is never looked at. */
const MAX_READ_LENGTH = 8192;
/** What ends an address as HubSpot quotes it. Too few are better than too many: `'`, `=` and `|` may stand in an address. */
const EDGE = /[\s<>"()[\]{},;:\\]/;

/**
 * A sentence of HubSpot fit for logs and error columns: e-mail addresses (also URL-encoded) and phone numbers with a
 * `+` masked, control characters dropped, at most `maxLength` (500) characters.
 */
export function maskPersonal(text: string, maxLength = MAX_MASKED_LENGTH): string {
  const plain = text
    .slice(0, MAX_READ_LENGTH)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
  const masked = maskEmails(plain).replace(/\+\d[\d ().-]{5,20}\d/g, '[phone]');
  return masked.length > maxLength ? `${masked.slice(0, maxLength - 1).toWellFormed()}…` : masked;
}

/** Walks from one @ to the next instead of matching a pattern, which would take quadratic time on hostile text. */
function maskEmails(text: string): string {
  let masked = '';
  let done = 0;
  for (const { index } of text.matchAll(/@|%40/gi)) {
    if (index < done) continue;
    let start = index;
    while (start > done && !EDGE.test(text[start - 1] ?? ' ')) start -= 1;
    let end = index + 1;
    while (end < text.length && !EDGE.test(text[end] ?? ' ')) end += 1;
    masked += `${text.slice(done, start)}[email]`;
    done = end;
  }
  return masked + text.slice(done);
}
