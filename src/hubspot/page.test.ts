import { describe, expect, it } from 'vitest';
import { parsePage } from './page.ts';
import { idOf, misfit, parsedAs } from './parsed.ts';

function read(body: unknown) {
  return parsePage(body, (entry) => {
    const id = idOf(entry);
    return id === undefined ? misfit('no id') : parsedAs(id);
  });
}

describe('a page', () => {
  it.each<[string, object, object]>([
    ['without paging', {}, {}],
    ['with paging that is null', { paging: null }, {}],
    ['with nothing but a way back', { paging: { prev: { before: 'a' } } }, {}],
    ['whose next is null', { paging: { next: null } }, {}],
    ['with a cursor', { paging: { next: { after: 'b', link: 'https://evil.example.com' } } }, { after: 'b' }],
    ['with a number as cursor', { paging: { next: { after: 200 } } }, { after: '200' }],
    ['with a total', { total: 7 }, { total: 7 }],
  ])('%s', (_, rest, expected) => {
    expect(read({ results: ['1', 2], ...rest })).toEqual({
      ok: true,
      value: { results: ['1', '2'], ...expected },
    });
  });

  it.each<[string, unknown, string]>([
    ['no object', [], 'it has no list "results"'],
    ['without results', { paging: {} }, 'it has no list "results"'],
    ['with results that are no list', { results: {} }, 'it has no list "results"'],
    ['with one result that does not fit', { results: ['1', 'x', '3'] }, 'results[1]: no id'],
    ['whose paging is no object', { results: [], paging: 'a' }, 'its paging is no object'],
    ['whose paging says nothing', { results: [], paging: {} }, 'its paging has no cursor'],
    ['whose next has no cursor', { results: [], paging: { next: {} } }, 'its paging has no cursor'],
    [
      'that is empty although there is a cursor',
      { results: [], paging: { next: { after: 'b' } } },
      'the page is empty although another one is to follow',
    ],
    ['whose cursor is empty', { results: [], paging: { next: { after: '' } } }, 'its paging has no cursor'],
  ])('%s is a problem, not a shorter page', (_, body, problem) => {
    expect(read(body)).toEqual({ ok: false, problem });
  });
});
