/**
 * The words of a value in lower case: the whole value, its parts between blanks, and its runs of letters and digits. So
 * `Ada@Example.com` holds `ada@example.com`, `ada`, `example` and `com`.
 */
export function tokensOf(value: string): ReadonlySet<string> {
  const lower = value.toLowerCase();
  const tokens = new Set<string>([lower]);
  for (const part of lower.split(/[\s;]+/)) if (part !== '') tokens.add(part);
  for (const word of lower.split(/[^\p{L}\p{N}]+/u)) if (word !== '') tokens.add(word);
  return tokens;
}

/** Whether a token as a whole fits a pattern in which `*` stands for any text, none too. No regular expression: patterns come from outside. */
export function matchesWildcard(token: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return token === first;
  if (token.length < first.length + last.length) return false;
  if (!token.startsWith(first) || !token.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const place = token.indexOf(part, from);
    if (place < 0) return false;
    from = place + part.length;
  }
  return from <= token.length - last.length;
}
