import type { Flaw } from './exchange.ts';

/** What a reply's bytes hold: JSON, nothing, or something unusable. */
export type Body = { readonly value: unknown; readonly flaw?: undefined } | { readonly flaw: Flaw };

/**
 * Reads a whole, uncompressed body. The content decides, not the content type: a proxy may rename JSON, and an
 * error page may call itself JSON. A bare number or text is not an answer HubSpot gives, hence `not-json`.
 */
export function readBody(bytes: Buffer, contentType: string | undefined): Body {
  const text = bytes.toString('utf8').trim();
  if (text === '') return { value: undefined };
  if (text.startsWith('<') || contentType?.toLowerCase().includes('text/html')) return { flaw: 'html' };
  if (!text.startsWith('{') && !text.startsWith('[')) return { flaw: 'not-json' };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { flaw: endsEarly(text) ? 'truncated' : 'not-json' };
  }
}

/** Whether brackets or a string are still open at the end: JSON that was cut, rather than something else. */
function endsEarly(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
  }
  return inString || depth > 0;
}
