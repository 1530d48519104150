import { expect, test } from 'vitest';
import { encodePayload } from './track-payload.ts';

const LIMIT = 1_000;

test.each([
  { name: 'dates as ISO text', payload: { at: new Date(0) }, json: '{"at":"1970-01-01T00:00:00.000Z"}' },
  { name: 'without undefined and functions', payload: { a: undefined, b() {}, c: 1 }, json: '{"c":1}' },
  { name: 'NaN as null', payload: { a: Number.NaN }, json: '{"a":null}' },
  { name: 'NUL replaced', payload: { a: 'x\0y' }, json: '{"a":"x\ufffdy"}' },
  {
    name: 'half of a surrogate pair replaced',
    payload: { a: '\ud800', '\udfff': 1 },
    json: '{"a":"\ufffd","\ufffd":1}',
  },
  { name: 'whole pairs kept', payload: { a: '\u{1f600}' }, json: '{"a":"\u{1f600}"}' },
  { name: 'other control characters kept', payload: { a: '\u0001\u001f' }, json: '{"a":"\\u0001\\u001f"}' },
  {
    name: 'text that only looks like an escape kept',
    payload: { a: '\\u0000 \\\\ud800' },
    json: '{"a":"\\\\u0000 \\\\\\\\ud800"}',
  },
  { name: 'an escape behind a backslash replaced', payload: { a: '\\\0' }, json: '{"a":"\\\\\ufffd"}' },
  { name: 'what toJSON gives', payload: { toJSON: () => ({ a: 1 }) }, json: '{"a":1}' },
])('writes $name', ({ payload, json }) => {
  expect(encodePayload('t', payload, LIMIT)).toEqual({ ok: true, json });
});

test.each([
  ['undefined', undefined, 'is undefined'],
  ['null', null, 'is null'],
  ['text', 'ada@example.com', 'is a string'],
  ['a number', 1, 'is a number'],
  ['a function', () => {}, 'is a function'],
  ['a symbol', Symbol('ada'), 'is a symbol'],
  ['an array', [{}], 'is an array'],
  ['a date', new Date(0), 'is an object whose toJSON returns none'],
  ['a BigInt', 1n, 'holds a BigInt (send it as text)'],
  ['a BigInt inside', { a: [1n] }, 'holds a BigInt (send it as text)'],
  ['a circle', circle(), 'refers to itself'],
  ['a toJSON that throws', { toJSON: () => fail('ada@example.com') }, 'a toJSON or getter threw Error'],
  [
    'a getter that throws',
    {
      get a() {
        return fail('ada@example.com');
      },
    },
    'a toJSON or getter threw Error',
  ],
  ['more levels than the engine writes', nested(100_000), 'nested too deeply'],
  ['more levels than the limit', nested(201), 'nested more than 200 levels deep'],
  [
    'more levels than the limit behind brackets in text',
    { a: '\\"}]', b: nested(200) },
    'nested more than 200',
  ],
])('refuses %s', (_, payload, reason) => {
  const encoded = encodePayload('t', payload, 100_000);
  expect(encoded).toMatchObject({
    ok: false,
    receipt: { status: 'refused', code: 'OUTBOX_PAYLOAD_INVALID', message: expect.stringContaining(reason) },
  });
  expect(JSON.stringify(encoded)).not.toContain('ada@');
});

test('takes 200 levels', () => {
  expect(encodePayload('t', nested(200), 100_000).ok).toBe(true);
});

test('does not count brackets inside text as levels', () => {
  expect(encodePayload('t', { a: '[{'.repeat(500), b: '\\' }, 100_000).ok).toBe(true);
});

test.each([
  { text: 'a'.repeat(LIMIT - 8), fits: true },
  { text: 'a'.repeat(LIMIT - 7), fits: false },
  { text: 'ä'.repeat((LIMIT - 8) / 2), fits: true },
  { text: `a${'ä'.repeat((LIMIT - 8) / 2)}`, fits: false },
])('holds UTF-8 bytes, not characters, against the limit', ({ text, fits }) => {
  const encoded = encodePayload('t', { a: text }, LIMIT);
  if (fits) expect(encoded.ok).toBe(true);
  else expect(encoded).toMatchObject({ receipt: { code: 'OUTBOX_PAYLOAD_TOO_LARGE' } });
});

function circle(): object {
  const payload: Record<string, unknown> = {};
  payload.a = { b: payload };
  return payload;
}

function nested(levels: number): object {
  let payload: object = {};
  for (let level = 1; level < levels; level += 1) payload = { a: payload };
  return payload;
}

function fail(message: string): never {
  throw new Error(message);
}
