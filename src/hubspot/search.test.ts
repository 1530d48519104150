import { describe, expect, it } from 'vitest';
import { checkFilters, fitsSearch, modifiedProperty, narrowed, type SearchFilter } from './search.ts';

const HAS: SearchFilter = { propertyName: 'email', operator: 'HAS_PROPERTY' };
const NEXT: SearchFilter = { propertyName: 'hs_object_id', operator: 'GT', value: '7' };
const groups = (...counts: number[]) =>
  counts.map((count) => ({ filters: Array.from({ length: count }, () => HAS) }));

describe('the filters of a search', () => {
  it('are narrowed in each group, since one group is enough for a record to be found', () => {
    expect(narrowed(groups(1, 2), [NEXT])).toEqual([{ filters: [HAS, NEXT] }, { filters: [HAS, HAS, NEXT] }]);
    expect(narrowed(undefined, [NEXT])).toEqual([{ filters: [NEXT] }]);
    expect(narrowed([], [NEXT])).toEqual([{ filters: [NEXT] }]);
    expect(narrowed(undefined, [])).toEqual([]);
  });

  it.each([[[6, 6, 6]], [[4, 4, 4, 3, 3]], [[]]])('%j in its groups are taken', (counts) => {
    expect(() => checkFilters(groups(...counts))).not.toThrow();
  });

  it.each([[[7]], [[6, 6, 6, 1]], [[1, 1, 1, 1, 1, 1]]])('%j in its groups are refused', (counts) => {
    expect(() => checkFilters(groups(...counts))).toThrowError(
      expect.objectContaining({ code: 'HUBSPOT_SEARCH_INVALID' }),
    );
  });

  it('fit up to 3,000 characters of the whole body', () => {
    const empty = JSON.stringify({ query: '' }).length;
    expect(fitsSearch({ query: 'x'.repeat(3000 - empty) })).toBe(true);
    expect(fitsSearch({ query: 'x'.repeat(3001 - empty) })).toBe(false);
  });

  it.each([
    ['contacts', 'lastmodifieddate'],
    ['0-1', 'lastmodifieddate'],
    ['companies', 'hs_lastmodifieddate'],
    ['2-345', 'hs_lastmodifieddate'],
  ])('of changes to %s use %s', (objectType, property) => {
    expect(modifiedProperty(objectType)).toBe(property);
  });
});
