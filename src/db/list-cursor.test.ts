import { expect, it } from 'vitest';
import { cursorText, readCursor } from './list-cursor.ts';

const ID = '7f9c24e8-3b12-4fef-91e0-56a2d5a2c1b3';

it('is read as it was written', () => {
  const cursor = { micros: 1_764_138_420_123_456, id: ID };
  expect(readCursor(cursorText(cursor))).toEqual(cursor);
});

it.each([
  '',
  ID,
  `1_${ID.toUpperCase()}`,
  `-1_${ID}`,
  `1.5_${ID}`,
  `9999999999999999_${ID}`,
  `1_${ID}'`,
  `1_${ID}\n`,
])('%j is none', (text) => {
  expect(readCursor(text)).toBeUndefined();
});
