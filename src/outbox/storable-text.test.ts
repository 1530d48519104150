import { describe, expect, it } from 'vitest';
import { storableText } from './storable-text.ts';

describe('storableText', () => {
  it.each([
    ['plain text', 'plain text'],
    ['a\0b', 'a b'],
    ['\ud83d', '\ufffd'],
    ['😀', '😀'],
    ['x'.repeat(2_500), 'x'.repeat(2_000)],
    [`${'x'.repeat(1_999)}😀`, `${'x'.repeat(1_999)}\ufffd`],
  ])('makes %j storable', (text, stored) => {
    expect(storableText(text)).toBe(stored);
  });
});
