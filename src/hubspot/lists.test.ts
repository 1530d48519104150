import { describe, expect, it } from 'vitest';
import { answeringTransport } from '../../test/support/answering-transport.ts';
import { createLists, parseList, parseMembersChanged, parseMemberships } from './lists.ts';

const LIST = { listId: '7', name: 'Trial', objectTypeId: '0-1', processingType: 'MANUAL' };
const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));

describe('lists', () => {
  it.each([
    ['lists', 'with a name of its own'],
    ['results', 'as other pages have it'],
  ])('are read over all pages, in "%s", %s', async (name) => {
    const { transport, requests } = answeringTransport(
      { [name]: [LIST], paging: { next: { after: 'x' } } },
      { [name]: [{ ...LIST, listId: 8, processingStatus: 'COMPLETE', size: 3 }] },
    );
    const found: string[] = [];
    for await (const page of createLists(transport).listAll({ filter: { objectTypeId: '0-1' } }))
      found.push(...page.results.map(({ listId }) => listId));
    expect(found).toEqual(['7', '8']);
    expect(requests.map(({ body }) => body)).toEqual([
      { objectTypeId: '0-1', count: 500 },
      { objectTypeId: '0-1', count: 500, after: 'x' },
    ]);
  });

  it('are the same within an answer of their own', () => {
    expect(parseList({ list: LIST })).toEqual({ ok: true, value: LIST });
    expect(parseList({ list: {} })).toEqual({ ok: false, problem: 'it has no listId' });
  });

  it('name their members over all pages, in the order asked for, from a stored cursor', async () => {
    const { transport, requests } = answeringTransport(
      {
        results: [{ recordId: 5, membershipTimestamp: '2026-11-01T00:00:00Z' }],
        paging: { next: { after: 'b' } },
      },
      { results: [{ recordId: '4' }], total: 2, paging: { prev: { before: 'a' } } },
    );
    const members: unknown[] = [];
    for await (const page of createLists(transport).membersOf('7', { order: 'join-order', after: 'a' }))
      members.push(...page.results);
    expect(members).toEqual([
      { recordId: '5', membershipTimestamp: '2026-11-01T00:00:00Z' },
      { recordId: '4' },
    ]);
    expect(requests.map(({ path }) => path)).toEqual([
      '/crm/lists/2026-09/7/memberships/join-order?limit=250&after=a',
      '/crm/lists/2026-09/7/memberships/join-order?limit=250&after=b',
    ]);
  });

  it('take and lose members a thousand at once', async () => {
    const { transport, requests } = answeringTransport({});
    const lists = createLists(transport);
    await lists.addAll('7', ids(2500));
    expect(requests.splice(0).map(({ body }) => (body as readonly string[]).length)).toEqual([
      1000, 1000, 500,
    ]);
    const chunks = await lists.changeAll('7', { add: ids(900), remove: ids(300) });
    expect(requests.map(({ body }) => body)).toEqual([
      { recordIdsToAdd: ids(900), recordIdsToRemove: ids(100) },
      { recordIdsToAdd: [], recordIdsToRemove: ids(300).slice(100) },
    ]);
    expect(chunks.flatMap(({ inputs }) => inputs)).toHaveLength(1200);
  });

  it.each<[string, unknown, object]>([
    [
      'in the spelling HubSpot uses',
      { recordsIdsAdded: ['1', 2], recordIdsRemoved: [], recordIdsMissing: ['9'] },
      { ok: true, value: { added: ['1', '2'], removed: [], missing: ['9'] } },
    ],
    [
      'in the spelling it documents',
      { recordIdsAdded: ['1'], recordsIdsRemoved: ['2'] },
      { ok: true, value: { added: ['1'], removed: ['2'], missing: [] } },
    ],
    ['not at all', {}, { ok: true, value: { added: [], removed: [], missing: [] } }],
    ['with a name', { recordsIdsAdded: ['ada'] }, { ok: false, problem: 'recordsIdsAdded[0]: it is no id' }],
    ['as one text', { recordIdsMissing: '1' }, { ok: false, problem: 'it has no list "recordIdsMissing"' }],
  ])('tell what a change did: %s', (_, body, expected) => {
    expect(parseMembersChanged(body)).toEqual(expected);
  });

  it('of a record come with the times it was added', () => {
    const results = [{ listId: 7, firstAddedTimestamp: '2026-11-01T00:00:00Z', isPublicList: true }];
    expect(parseMemberships({ results })).toEqual({
      ok: true,
      value: [{ listId: '7', firstAddedTimestamp: '2026-11-01T00:00:00Z' }],
    });
  });
});
