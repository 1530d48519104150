import { describe, expect, it } from 'vitest';
import { own, propertyValues, textList } from './json.ts';

describe('reading untrusted JSON', () => {
  it('sees own properties only', () => {
    expect(own({ a: 1 }, 'a')).toBe(1);
    for (const name of ['constructor', 'toString', '__proto__']) expect(own({}, name)).toBeUndefined();
  });

  it.each([null, undefined, 'text', 7, ['a']])('sees nothing in %j', (value) => {
    expect(own(value, 'length')).toBeUndefined();
    expect(propertyValues(value)).toEqual({});
  });

  it('takes a text for a list of one, and leaves out what is no text', () => {
    expect(textList('a')).toEqual(['a']);
    expect(textList(['a', 1, null, {}, ['b'], Number.NaN])).toEqual(['a', '1']);
    expect(textList(undefined)).toEqual([]);
  });
});
