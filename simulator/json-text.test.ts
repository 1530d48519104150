import { expect, it } from 'vitest';
import { JsonText, quoted, toJsonText } from './json-text.ts';

it.each([
  '',
  'Oslo',
  'a "quoted" word',
  'back\\slash',
  'line\nbreak\u0000',
  'Ærø ☂ \u2028 \u007f',
  'pair 🌧 and half \ud83c alone',
  '\ue000',
])('%j is quoted as JSON.stringify does', (text) => {
  expect(quoted(text)).toBe(JSON.stringify(text));
});

it('is the same value inside of another one', () => {
  const body = new JsonText('{"id":"1"}');
  expect(JSON.stringify([body])).toBe('[{"id":"1"}]');
  expect([toJsonText(body), toJsonText({ id: '1' })]).toEqual(['{"id":"1"}', '{"id":"1"}']);
});
