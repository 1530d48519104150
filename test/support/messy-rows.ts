/** What people and programs type into forms, by seed: control characters, scripts, words of other alphabets, names of JavaScript. */
const PIECES = [
  'Ada',
  'ŁUKASZ',
  "d'arcy",
  '李小龍',
  'مرحبا',
  '🙂👩‍🚀',
  'a\u0000b\u0007c',
  '\u202egnp.exe',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "Robert'); drop table submissions;--",
  '=HYPERLINK("http://evil.example")',
  '{"__proto__":{"x":1}}',
  'n/a',
  'NULL',
  '\ud800',
  'e\u0301'.repeat(40),
  'x'.repeat(600),
  '  \t spaced \r\n out ',
  '%00%0d%0aSet-Cookie:%20a=b',
  '\u0085\u2028\u2029',
  '',
] as const;

const ADDRESSES = [
  (n: number) => `visitor${n}@example.com`,
  (n: number) => ` Visitor${n}@EXAMPLE.com `,
  (n: number) => `visitor${n}@bücher.example`,
  (n: number) => `visitor${n}+tag@example.org`,
  (n: number) => `visitor${n}@`,
  (n: number) => `${'x'.repeat(80)}${n}@example.com`,
  (n: number) => `visitor ${n}@example.com`,
  () => '',
  () => 17,
  () => null,
  () => ['a@example.com'],
];

const COUNTRIES = ['DE', 'Deutschland', 'UK', 'Brasil', 'Atlantis', '', 'BR\u0000'];
const PHONES = ['+49 30 901820', '(415) 555 0100', 'call me', '', '0'.repeat(40)];

/** Rows as they may be posted to a contact form; the same seed gives the same rows. */
export function messyRows(count: number, seed: number): Record<string, unknown>[] {
  const random = generator(seed);
  const of = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const text = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => of(PIECES)).join(' ');
  return Array.from({ length: count }, (_, n) => ({
    firstName: text(),
    lastName: text(),
    email: of(ADDRESSES)?.(n),
    company: text(),
    country: of(COUNTRIES),
    phone: of(PHONES),
    message: text(),
    lifecyclestage: 'customer',
    constructor: { prototype: { x: 1 } },
  }));
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
