import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearestName, suggestion } from './nearest-name.ts';

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['flaw', 'lawn', 2],
])('the distance of %j and %j is %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('the distance is symmetric and zero only for equal texts', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});

test.each([
  ['HUBSPOT_TIMOUT', 'HUBSPOT_TIMEOUT'],
  ['hubspot_timeout', 'HUBSPOT_TIMEOUT'],
  ['SPOKE_SCHMEA', 'SPOKE_SCHEMA'],
  ['COMPLETELY_DIFFERENT', undefined],
  ['', undefined],
])('the name nearest to %j is %j', (name, nearest) => {
  expect(nearestName(name, ['SPOKE_SCHEMA', 'HUBSPOT_TIMEOUT'])).toBe(nearest);
});

test('a suggestion is a question, or nothing', () => {
  expect(suggestion('evnts', ['events'])).toBe(' Did you mean events?');
  expect(suggestion('evnts', [])).toBe('');
});
