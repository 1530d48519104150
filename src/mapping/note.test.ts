import fc from 'fast-check';
import { expect, test } from 'vitest';
import { note } from './note.ts';
import { contactByEmail } from './record-refs.ts';

const ada = contactByEmail('ada@example.com');
const MAX_BODY = 65_536 - 64;

test('escapes text and keeps its line breaks', () => {
  expect(note(ada, { title: 'A & B', text: 'one\n<two>' }).body).toBe(
    '<p><strong>A &amp; B</strong></p><p>one<br>&lt;two&gt;</p>',
  );
});

test('takes html as it is', () => {
  expect(note(ada, { html: '<b>bold</b>' }).body).toBe('<b>bold</b>');
});

test('keeps time and owner, and leaves them out where they are not given', () => {
  const at = new Date('2026-10-01T09:00:00Z');
  expect(note(ada, { text: 'x', at, ownerId: '7' })).toMatchObject({ occurredAt: at, ownerId: '7' });
  expect(note(ada, { text: 'x' })).not.toHaveProperty('occurredAt');
  expect(note(ada, { text: 'x' })).not.toHaveProperty('ownerId');
});

test('a title alone is a note', () => {
  expect(note(ada, { title: 'Signed up', text: null }).body).toBe('<p><strong>Signed up</strong></p>');
});

test('never exceeds its limit, however much escaping lengthens the text', () => {
  const texts = fc
    .tuple(fc.constantFrom('a', '&', '🙂', '\n', '"<'), fc.integer({ min: 10_000, max: 200_000 }))
    .map(([part, count]) => `x${part.repeat(count)}x`);
  fc.assert(
    fc.property(texts, (text) => {
      const { body } = note(ada, { title: 'Long', text });
      expect(body.length).toBeLessThanOrEqual(MAX_BODY);
      expect(body.isWellFormed()).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('says how much of a long text was left out', () => {
  const { body } = note(ada, { text: 'a'.repeat(100_000) });
  const [, left] = /\((\d+) more characters\)<\/p>$/.exec(body) ?? [];
  expect(Number(left) + (body.match(/a/g)?.length ?? 0)).toBe(100_000 + 'characters'.split('a').length - 1);
});

test.each([
  [{}, /neither/],
  [{ text: ' ' }, /neither/],
  [{ text: 'a', html: 'b' }, /both/],
  [{ html: 'x'.repeat(MAX_BODY + 1) }, /room/],
  [{ text: 'a', at: new Date('nonsense') }, /invalid date/],
])('refuses %j', (content, why) => {
  expect(() => note(ada, content)).toThrow(why);
  expect(() => note(ada, content)).toThrow(expect.objectContaining({ code: 'NOTE_UNUSABLE' }));
});
