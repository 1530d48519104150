import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListView } from '../index.ts';
import { startPortal, type TestPortal } from '../test-client.ts';

const START = Date.parse('2026-11-22T12:00:00.000Z');
const LISTS = '/crm/lists/2026-09';
const IN_OSLO = {
  filterBranchType: 'OR',
  filterBranches: [
    {
      filterBranchType: 'AND',
      filters: [
        {
          filterType: 'PROPERTY',
          property: 'city',
          operation: { operationType: 'MULTISTRING', operator: 'IS_EQUAL_TO', values: ['Oslo'] },
        },
      ],
    },
  ],
};

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
  portal.simulator.setClock({ now: START, frozen: true });
});
afterEach(() => portal.simulator.stop());

const post = (body: object, path = LISTS) => portal.call('POST', path, body);
const create = async (name: string, processingType = 'MANUAL', rest: object = {}) =>
  ((await post({ name, objectTypeId: '0-1', processingType, ...rest })).body.list as ListView).listId;
const listsIn = (body: { [field: string]: unknown }) => (body.lists as ListView[]).map(({ name }) => name);
const one = async (path: string) => (await portal.call('GET', `${LISTS}/${path}`)).body.list;

describe('a list', () => {
  it.each(['/crm/v3/lists', '/crm/lists/2026-03', LISTS])('is created and read under %s', async (path) => {
    const made = await post({ name: 'Trial', objectTypeId: '0-1', processingType: 'MANUAL' }, path);
    expect(made).toMatchObject({
      status: 200,
      body: {
        list: {
          listId: '1',
          listVersion: 1,
          name: 'Trial',
          objectTypeId: '0-1',
          processingType: 'MANUAL',
          processingStatus: 'COMPLETE',
          createdAt: new Date(START).toISOString(),
          size: 0,
        },
      },
    });
    expect((await portal.call('GET', `${path}/1`)).body.list).toEqual(made.body.list);
    expect((await portal.call('GET', `${path}/object-type-id/0-1/name/Trial`)).body.list).toEqual(
      made.body.list,
    );
  });

  it('shows its filters when asked', async () => {
    const id = await create('Oslo', 'DYNAMIC', { filterBranch: IN_OSLO });
    expect(await one(id)).not.toHaveProperty('filterBranch');
    expect(await one(`${id}?includeFilters=true`)).toMatchObject({ filterBranch: IN_OSLO });
  });

  it('is renamed, which raises its version', async () => {
    const id = await create('Old');
    const answer = await portal.call('PUT', `${LISTS}/${id}/update-list-name?listName=New`);
    expect(answer).toMatchObject({ status: 200, body: { updatedList: { name: 'New', listVersion: 2 } } });
    expect(await one('object-type-id/0-1/name/New')).toMatchObject({ listId: id });
  });

  it('is deleted and brought back within 90 days, with its members', async () => {
    const [contact] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const id = await create('Trial');
    await portal.call('PUT', `${LISTS}/${id}/memberships/add`, [contact]);
    expect((await portal.call('DELETE', `${LISTS}/${id}`)).status).toBe(204);
    expect((await portal.call('GET', `${LISTS}/${id}`)).status).toBe(404);
    portal.simulator.setClock({ advanceMs: 89 * 86_400_000 });
    expect((await portal.call('PUT', `${LISTS}/${id}/restore`)).status).toBe(204);
    expect(await one(id)).toMatchObject({ size: 1 });
    await portal.call('DELETE', `${LISTS}/${id}`);
    portal.simulator.setClock({ advanceMs: 91 * 86_400_000 });
    expect((await portal.call('PUT', `${LISTS}/${id}/restore`)).status).toBe(404);
  });

  it('leaves its name free once deleted, and cannot come back to a taken one', async () => {
    const id = await create('Trial');
    await portal.call('DELETE', `${LISTS}/${id}`);
    await create('Trial');
    expect((await portal.call('PUT', `${LISTS}/${id}/restore`)).status).toBe(400);
  });

  it('is found by its id of old, which is another', async () => {
    const id = await create('Trial');
    const old = '5001';
    expect((await portal.call('GET', `${LISTS}/idmapping?legacyListId=${old}`)).body).toEqual({
      listId: id,
      legacyListId: old,
    });
    expect((await portal.call('GET', `${LISTS}/idmapping?legacyListId=${id}`)).status).toBe(404);
    expect((await portal.call('POST', `${LISTS}/idmapping`, [old, '7'])).body).toEqual({
      legacyListIdsToIdsMapping: [{ listId: id, legacyListId: old }],
      missingLegacyListIds: ['7'],
    });
  });
});

describe('several lists', () => {
  it('are read by id, those that are not there left out', async () => {
    const [a, b] = [await create('A'), await create('B')];
    const answer = await portal.call('GET', `${LISTS}?listIds=${a}&listIds=${b}&listIds=99`);
    expect(listsIn(answer.body)).toEqual(['A', 'B']);
    expect((await portal.call('GET', LISTS)).status).toBe(400);
  });

  it('are searched by name, type and kind, in pages', async () => {
    for (const name of ['Trial one', 'Trial two', 'Paid']) await create(name);
    await create('Trial in Oslo', 'DYNAMIC', { filterBranch: IN_OSLO });
    await post({ name: 'Trial firms', objectTypeId: '0-2', processingType: 'MANUAL' });
    const search = async (body: object) => (await post(body, `${LISTS}/search`)).body;
    const first = await search({ query: 'TRIAL', objectTypeId: '0-1', count: 2 });
    expect(first).toMatchObject({ total: 3, hasMore: true, offset: 2 });
    expect(listsIn(first)).toEqual(['Trial one', 'Trial two']);
    const last = await search({ query: 'trial', objectTypeId: '0-1', count: 2, offset: 2 });
    expect(last).toMatchObject({ total: 3, hasMore: false, offset: 3 });
    expect(listsIn(await search({ processingTypes: ['DYNAMIC'] }))).toEqual(['Trial in Oslo']);
    expect(listsIn(await search({}))).toHaveLength(5);
  });

  it('are all read by cursor, on 2026-09 only', async () => {
    for (let place = 1; place <= 5; place += 1) await create(`List ${place}`);
    const names: string[] = [];
    let after: string | undefined;
    do {
      const { body } = await post({ count: 2, ...(after === undefined ? {} : { after }) }, `${LISTS}/all`);
      names.push(...listsIn(body));
      after = body.paging?.next.after;
    } while (after !== undefined);
    expect(names).toEqual(['List 1', 'List 2', 'List 3', 'List 4', 'List 5']);
    expect((await post({}, '/crm/v3/lists/all')).status).toBe(404);
    expect((await post({}, '/crm/lists/2026-03/all')).status).toBe(404);
  });

  it('show in the admin endpoint, deleted ones too', async () => {
    const [contact] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const id = await create('Trial');
    await portal.call('PUT', `${LISTS}/${id}/memberships/add`, [contact]);
    await portal.call('DELETE', `${LISTS}/${await create('Gone')}`);
    const { body } = await portal.admin('GET', 'lists');
    expect(body.results).toMatchObject([
      { name: 'Trial', size: 1 },
      { name: 'Gone', deletedAt: expect.any(String) },
    ]);
    expect((await portal.admin('GET', `lists/${id}`)).body.members).toEqual([
      { recordId: contact, joinedAt: new Date(START).toISOString() },
    ]);
    expect((await portal.admin('GET', 'lists/99')).status).toBe(404);
    portal.simulator.reset(['records']);
    expect(portal.simulator.lists()).toEqual([]);
  });
});

describe('refused', () => {
  it.each([
    ['no name', { name: ' ' }, 'needs a name'],
    [
      'an unknown object type',
      { objectTypeId: '0-99' },
      'The objectTypeId 0-99 provided for the list is not valid',
    ],
    ['an unknown processing type', { processingType: 'SMART' }, 'processingType SMART'],
    ['a dynamic list without filters', { processingType: 'DYNAMIC' }, 'filterBranch is required'],
    ['a manual list with filters', { filterBranch: IN_OSLO }, 'cannot have a filterBranch'],
    [
      'filters that do not fit',
      { processingType: 'DYNAMIC', filterBranch: { filterBranchType: 'NOT' } },
      'filterBranchType NOT',
    ],
    ['a taken name', { name: 'Taken' }, 'already a list named Taken'],
  ])('with 400: %s', async (_, change, message) => {
    await create('Taken');
    const answer = await post({ name: 'New', objectTypeId: '0-1', processingType: 'MANUAL', ...change });
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toContain(message);
  });

  it('not: the same name for another object type', async () => {
    await create('Same');
    expect((await post({ name: 'Same', objectTypeId: '0-2', processingType: 'MANUAL' })).status).toBe(200);
  });

  it.each([
    ['all', { after: '!!' }, 'ListError.INVALID_CURSOR'],
    ['all', { processingTypes: ['SMART'] }, 'ListError.INVALID_PROCESSING_TYPE'],
    ['all', { count: 501 }, undefined],
    ['search', { offset: 9_990, count: 20 }, undefined],
    ['search', { offset: -1 }, undefined],
    ['search', { processingTypes: 'DYNAMIC' }, undefined],
  ])('with 400: %s %j', async (path, body, subCategory) => {
    const answer = await post(body, `${LISTS}/${path}`);
    expect(answer.status).toBe(400);
    expect(answer.body.subCategory).toBe(subCategory);
  });

  it('renaming to nothing or to a taken name; filters for a list that has none', async () => {
    const id = await create('A');
    await create('B');
    const put = async (path: string, body?: object) =>
      (await portal.call('PUT', `${LISTS}/${id}/${path}`, body)).status;
    expect(await put('update-list-name?listName=')).toBe(400);
    expect(await put('update-list-name?listName=B')).toBe(400);
    expect(await put('update-list-filters', { filterBranch: IN_OSLO })).toBe(400);
  });

  it('with 404: a list that is not there', async () => {
    for (const [method, path] of [
      ['GET', '9'],
      ['GET', 'object-type-id/0-1/name/Nope'],
      ['DELETE', '9'],
      ['PUT', '9/restore'],
      ['PUT', '9/update-list-name?listName=X'],
      ['GET', '9/memberships'],
    ] as const)
      expect((await portal.call(method, `${LISTS}/${path}`)).status).toBe(404);
  });

  it('with 403: write scopes alone, naming what is missing to read; segments do on 2026-09', async () => {
    const id = await create('Trial');
    const add = (version: string, token: string) =>
      portal.call('PUT', `${version}/${id}/memberships/add`, [], { authorization: `Bearer ${token}` });
    portal.simulator.addToken({ token: 'writes', scopes: ['crm.lists.write'] });
    portal.simulator.addToken({ token: 'reads', scopes: ['crm.lists.read'] });
    portal.simulator.addToken({ token: 'segments', scopes: ['crm.segments.read', 'crm.segments.write'] });
    const refused = await add('/crm/v3/lists', 'writes');
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('crm.lists.read');
    expect((await add(LISTS, 'reads')).text).toContain('crm.lists.write');
    expect((await add(LISTS, 'segments')).status).toBe(200);
    expect((await add('/crm/lists/2026-03', 'segments')).status).toBe(403);
  });
});
