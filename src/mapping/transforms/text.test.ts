import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText, cutText, filledText } from './text.ts';

test.each([
  ['plain', 'plain'],
  ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
  ['windows\r\nand mac\rends', 'windows\nand mac\nends'],
  ['ctl\u0001\u0002\u001F end\u007F\u0085', 'ctl end'],
  ['nul\u0000nul', 'nul\uFFFDnul'],
  ['half \uD83D pair', 'half \uFFFD pair'],
  ['whole 🙂 pair', 'whole 🙂 pair'],
  ['rtl \u202Eabc\u202C', 'rtl \u202Eabc\u202C'],
  ['<b>&amp;', '<b>&amp;'],
])('cleanText makes %j of %j', (given, expected) => {
  expect(cleanText(given)).toBe(expected);
});

test('cleanText leaves clean text alone, well-formed and storable in Postgres', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (given) => {
      const once = cleanText(given);
      expect(cleanText(once)).toBe(once);
      expect(once.isWellFormed()).toBe(true);
      expect(once).not.toContain('\u0000');
    }),
  );
});

test.each([
  ['  spaced   out  ', 'spaced   out'],
  ['', undefined],
  [' \n ', undefined],
  ['\u0001', undefined],
  [null, undefined],
  [undefined, undefined],
])('filledText makes %j to %j', (given, expected) => {
  expect(filledText(given)).toBe(expected);
});

test('filledText cuts to its limit and leaves no space at the end', () => {
  expect(filledText('one two three', 8)).toBe('one two');
});

test('cutText never leaves half a character', () => {
  expect(cutText('ab🙂', 3)).toBe('ab');
  expect(cutText('ab🙂', 4)).toBe('ab🙂');
});
