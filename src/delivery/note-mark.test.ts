import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noteMark, withMark } from './note-mark.ts';

describe('noteMark', () => {
  it('is the same for every try of an effect and differs by event, ordinal and installation', () => {
    const marks = [
      noteMark('secret', 1, 0),
      noteMark('secret', 1, 1),
      noteMark('secret', 11, 0),
      noteMark('other', 1, 0),
    ];
    expect(noteMark('secret', 1, 0)).toBe(marks[0]);
    expect(new Set(marks).size).toBe(marks.length);
  });

  it('has a form that HTML and HubSpot leave alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(9), (secret, eventId, ordinal) => {
        expect(noteMark(secret, eventId, ordinal)).toMatch(/^\[#[a-z2-7]{10}\]$/);
      }),
    );
  });

  it('does not repeat within 20,000 effects', () => {
    const marks = new Set<string>();
    for (let id = 0; id < 20_000; id += 1) marks.add(noteMark('secret', id, 0));
    expect(marks.size).toBe(20_000);
  });
});

describe('withMark', () => {
  it('puts the mark last, in a paragraph of its own', () => {
    expect(withMark('<p>hello</p>', '[#abc]')).toBe('<p>hello</p><p>[#abc]</p>');
  });
});
