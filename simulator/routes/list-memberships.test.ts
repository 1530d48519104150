import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListView } from '../index.ts';
import { CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const START = Date.parse('2026-11-22T12:00:00.000Z');
const LISTS = '/crm/lists/2026-09';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
  portal.simulator.setClock({ now: START, frozen: true });
});
afterEach(() => portal.simulator.stop());

const contacts = (count: number) =>
  portal.simulator.insert(
    'contacts',
    Array.from({ length: count }, (_, place) => ({ email: `c${place}@example.com` })),
  );
const advance = (ms: number) => portal.simulator.setClock({ advanceMs: ms });
const create = async (name: string, rest: object = {}) => {
  const body = { name, objectTypeId: '0-1', processingType: 'MANUAL', ...rest };
  return ((await portal.call('POST', LISTS, body)).body.list as ListView).listId;
};
const put = (path: string, body?: unknown) => portal.call('PUT', `${LISTS}/${path}`, body);
const members = (id: string) => portal.simulator.list(id)?.members.map(({ recordId }) => recordId);
const recordIds = (body: { results: unknown[] }) =>
  (body.results as { recordId: string }[]).map(({ recordId }) => recordId);
const inCity = (city: string) => ({
  filterBranchType: 'OR',
  filterBranches: [
    {
      filterBranchType: 'AND',
      filters: [
        {
          filterType: 'PROPERTY',
          property: 'city',
          operation: { operationType: 'STRING', operator: 'IS_EQUAL_TO', value: city },
        },
      ],
    },
  ],
});

describe('members of a manual list', () => {
  it('are added and removed by id; unknown ones are named as missing', async () => {
    const [a, b] = contacts(2);
    const id = await create('Trial');
    expect((await put(`${id}/memberships/add`, [a, b, '9'])).body).toEqual({
      recordsIdsAdded: [a, b],
      recordIdsRemoved: [],
      recordIdsMissing: ['9'],
    });
    expect((await put(`${id}/memberships/add`, [a])).body.recordsIdsAdded).toEqual([]);
    expect((await put(`${id}/memberships/remove`, [a, '9'])).body).toEqual({
      recordsIdsAdded: [],
      recordIdsRemoved: [a],
      recordIdsMissing: ['9'],
    });
    expect((await put(`${id}/memberships/remove`, [a])).body.recordIdsRemoved).toEqual([]);
    expect(members(id)).toEqual([b]);
  });

  it('are added and removed in one call', async () => {
    const [a = '', b = ''] = contacts(2);
    const id = await create('Trial');
    await put(`${id}/memberships/add`, [a]);
    const body = { recordIdsToAdd: [b], recordIdsToRemove: [Number(a)] };
    expect((await put(`${id}/memberships/add-and-remove`, body)).body).toMatchObject({
      recordsIdsAdded: [b],
      recordIdsRemoved: [a],
    });
    expect(members(id)).toEqual([b]);
  });

  it('are copied from another list, and cleared', async () => {
    const ids = contacts(3);
    const [from, to] = [await create('From'), await create('To')];
    await put(`${from}/memberships/add`, ids);
    expect((await put(`${to}/memberships/add-from/${from}`)).status).toBe(204);
    expect(members(to)).toEqual(ids);
    expect((await portal.call('DELETE', `${LISTS}/${from}/memberships`)).status).toBe(204);
    expect([members(from), members(to)]).toEqual([[], ids]);
  });

  it('are read in pages, by id and newest first, both ways', async () => {
    const ids = contacts(5);
    const id = await create('Trial');
    const joined = [4, 2, 0, 3, 1].map((place) => ids[place] ?? '');
    for (const each of joined) {
      advance(1_000);
      await put(`${id}/memberships/add`, [each]);
    }
    for (const [path, expected] of [
      ['memberships', ids],
      ['memberships/join-order', [...joined].reverse()],
    ] as const) {
      const read = async (query: string) =>
        (await portal.call('GET', `${LISTS}/${id}/${path}?${query}`)).body;
      const first = await read('limit=2');
      expect(first.total).toBe(5);
      const second = await read(`limit=2&after=${first.paging.next.after}`);
      const third = await read(`limit=2&after=${second.paging.next.after}`);
      expect([first, second, third].flatMap(recordIds)).toEqual(expected);
      expect(third.paging).not.toHaveProperty('next');
      const { before } = (third.paging as unknown as { prev: { before: string } }).prev;
      expect(recordIds(await read(`limit=2&before=${before}`))).toEqual(expected.slice(2, 4));
    }
    const [newest] = (await portal.call('GET', `${LISTS}/${id}/memberships/join-order`)).body.results;
    expect(newest).toEqual({
      recordId: joined[4],
      membershipTimestamp: new Date(START + 5_000).toISOString(),
    });
  });

  it('are a hundred by default, 250 at most, also when many joined in one millisecond', async () => {
    const ids = contacts(600);
    const id = await create('Trial');
    await put(`${id}/memberships/add`, ids);
    const read = (query: string) => portal.call('GET', `${LISTS}/${id}/memberships/join-order?${query}`);
    expect((await read('')).body.results).toHaveLength(100);
    expect((await read('limit=251')).status).toBe(400);
    expect((await read('after=abc')).body.subCategory).toBe('ListError.INVALID_CURSOR');
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await read(`limit=250&after=${after}`);
      seen.push(...recordIds(body));
      after = body.paging?.next?.after ?? '';
    } while (after !== '');
    expect([...seen].reverse()).toEqual(ids);
  });

  it('stay on the page of a cursor when others go', async () => {
    const ids = contacts(6);
    const id = await create('Trial');
    await put(`${id}/memberships/add`, ids);
    const { body } = await portal.call('GET', `${LISTS}/${id}/memberships?limit=2`);
    await put(`${id}/memberships/remove`, [ids[0], ids[1]]);
    const rest = await portal.call('GET', `${LISTS}/${id}/memberships?after=${body.paging.next.after}`);
    expect(recordIds(rest.body)).toEqual(ids.slice(2));
  });

  it('go at once when archived; what absorbed one is a member in its place', async () => {
    const [a = '', b = '', c = ''] = contacts(3);
    const id = await create('Trial');
    await put(`${id}/memberships/add`, [a, b]);
    await portal.call('DELETE', `${CONTACTS}/${a}`);
    expect(members(id)).toEqual([b]);
    const merged = await portal.call('POST', `${CONTACTS}/merge`, { primaryObjectId: c, objectIdToMerge: b });
    expect(members(id)).toEqual([merged.body.id]);
  });

  it('of another type, an over-full source and a malformed body are refused with 400', async () => {
    const id = await create('Trial');
    const firms = await create('Firms', { objectTypeId: '0-2' });
    expect((await put(`${id}/memberships/add-from/${firms}`)).status).toBe(400);
    expect((await put(`${id}/memberships/add-from/99`)).status).toBe(404);
    expect((await put(`${id}/memberships/add`, { recordIds: [] })).status).toBe(400);
    expect((await put(`${id}/memberships/add`, [null])).status).toBe(400);
    expect((await put(`${id}/memberships/add-and-remove`, { recordIdsToAdd: '1' })).status).toBe(400);
  });
});

describe('the lists of records', () => {
  it('are read for one, with when it joined first and last', async () => {
    const [a = ''] = contacts(1);
    const [one, other] = [await create('One'), await create('Other')];
    await create('Third');
    await put(`${one}/memberships/add`, [a]);
    await put(`${other}/memberships/add`, [a]);
    advance(60_000);
    await put(`${other}/memberships/remove`, [a]);
    await put(`${other}/memberships/add`, [a]);
    const { body } = await portal.call('GET', `${LISTS}/records/0-1/${a}/memberships`);
    const first = new Date(START).toISOString();
    expect(body.results).toEqual([
      {
        listId: one,
        listVersion: 1,
        isPublicList: false,
        firstAddedTimestamp: first,
        lastAddedTimestamp: first,
      },
      {
        listId: other,
        listVersion: 1,
        isPublicList: false,
        firstAddedTimestamp: first,
        lastAddedTimestamp: new Date(START + 60_000).toISOString(),
      },
    ]);
    expect((await portal.call('GET', `${LISTS}/records/0-1/9/memberships`)).body.results).toEqual([]);
    expect((await portal.call('GET', `${LISTS}/records/0-99/9/memberships`)).status).toBe(400);
  });

  it('are read for many, with 207 when some do not exist', async () => {
    const [a = '', b = ''] = contacts(2);
    const id = await create('One');
    await put(`${id}/memberships/add`, [a]);
    const read = (...ids: string[]) =>
      portal.call('POST', `${LISTS}/records/memberships/batch/read`, {
        inputs: ids.map((recordId) => ({ objectTypeId: '0-1', recordId })),
      });
    const all = await read(a, b);
    expect(all.status).toBe(200);
    expect(all.body.results).toMatchObject([
      { recordId: a, recordListMemberships: [{ listId: id }] },
      { recordId: b, recordListMemberships: [] },
    ]);
    const some = await read(a, '9');
    expect(some).toMatchObject({ status: 207, body: { numErrors: 1 } });
    expect(some.body.errors[0]?.context).toEqual({ ids: ['9'] });
  });
});

describe('a dynamic list', () => {
  const list = (id: string) => portal.simulator.lists().find(({ listId }) => listId === id);

  it('is processing until it is filled', async () => {
    const [a] = portal.simulator.insert('contacts', [
      { email: 'a@example.com', city: 'Oslo' },
      { email: 'b@example.com', city: 'Rome' },
    ]);
    const id = await create('Oslo', { processingType: 'DYNAMIC', filterBranch: inCity('oslo') });
    expect(list(id)).toMatchObject({ processingStatus: 'PROCESSING', size: 0 });
    advance(2_999);
    expect(list(id)).toMatchObject({ processingStatus: 'PROCESSING', size: 0 });
    advance(1);
    expect(list(id)).toMatchObject({ processingStatus: 'COMPLETE', size: 1 });
    expect(members(id)).toEqual([a]);
  });

  it('follows records that are made, changed, archived and merged', async () => {
    const id = await create('Oslo', { processingType: 'DYNAMIC', filterBranch: inCity('oslo') });
    advance(3_000);
    const made = await portal.call('POST', CONTACTS, {
      properties: { email: 'a@example.com', city: 'Oslo' },
    });
    const a = made.body.id;
    expect(members(id)).toEqual([]);
    advance(3_000);
    expect(members(id)).toEqual([a]);
    await portal.call('PATCH', `${CONTACTS}/${a}`, { properties: { city: 'Rome' } });
    expect(members(id)).toEqual([a]);
    advance(3_000);
    expect(members(id)).toEqual([]);
    await portal.call('PATCH', `${CONTACTS}/${a}`, { properties: { city: 'Oslo' } });
    const [b] = contacts(1);
    const merged = await portal.call('POST', `${CONTACTS}/merge`, { primaryObjectId: a, objectIdToMerge: b });
    advance(3_000);
    expect(members(id)).toEqual([merged.body.id]);
    await portal.call('DELETE', `${CONTACTS}/${merged.body.id}`);
    expect(members(id)).toEqual([]);
  });

  it('is filled and follows at once in a portal set so', async () => {
    portal.simulator.setBehaviour({ listProcessingMs: 0 });
    const [a = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com', city: 'Oslo' }]);
    const id = await create('Oslo', { processingType: 'DYNAMIC', filterBranch: inCity('oslo') });
    expect(members(id)).toEqual([a]);
    await portal.call('PATCH', `${CONTACTS}/${a}`, { properties: { city: 'Rome' } });
    expect(members(id)).toEqual([]);
  });

  it('keeps who stays when it gets other filters, and the first time they joined', async () => {
    const [a, b] = portal.simulator.insert('contacts', [
      { email: 'a@example.com', city: 'Oslo' },
      { email: 'b@example.com', city: 'Rome' },
    ]);
    const id = await create('City', { processingType: 'DYNAMIC', filterBranch: inCity('oslo') });
    advance(3_000);
    const both = {
      filterBranchType: 'OR',
      filterBranches: [...inCity('oslo').filterBranches, ...inCity('rome').filterBranches],
    };
    const answer = await put(`${id}/update-list-filters`, { filterBranch: both });
    expect(answer.body.updatedList).toMatchObject({
      processingStatus: 'PROCESSING',
      size: 1,
      listVersion: 2,
    });
    advance(3_000);
    expect(portal.simulator.list(id)?.members).toEqual([
      { recordId: a, joinedAt: new Date(START + 3_000).toISOString() },
      { recordId: b, joinedAt: new Date(START + 6_000).toISOString() },
    ]);
    await put(`${id}/update-list-filters`, { filterBranch: inCity('rome') });
    advance(3_000);
    expect(members(id)).toEqual([b]);
  });

  it('is filled by its last filters when they change while it is processing', async () => {
    const [, b] = portal.simulator.insert('contacts', [
      { email: 'a@example.com', city: 'Oslo' },
      { email: 'b@example.com', city: 'Rome' },
    ]);
    const id = await create('City', { processingType: 'DYNAMIC', filterBranch: inCity('oslo') });
    advance(1_000);
    await put(`${id}/update-list-filters`, { filterBranch: inCity('rome') });
    advance(2_000);
    expect(list(id)).toMatchObject({ processingStatus: 'PROCESSING', size: 0 });
    advance(1_000);
    expect(members(id)).toEqual([b]);
  });

  it('makes up for what happened while it was deleted', async () => {
    const id = await create('Oslo', { processingType: 'DYNAMIC', filterBranch: inCity('oslo') });
    await portal.call('DELETE', `${LISTS}/${id}`);
    const [a] = portal.simulator.insert('contacts', [{ email: 'a@example.com', city: 'Oslo' }]);
    advance(10_000);
    await put(`${id}/restore`);
    advance(3_000);
    expect(members(id)).toEqual([a]);
  });

  it('refuses every write of its members with 400', async () => {
    const [a] = contacts(1);
    const id = await create('Oslo', { processingType: 'DYNAMIC', filterBranch: inCity('oslo') });
    const source = await create('Source');
    const answers = [
      await put(`${id}/memberships/add`, [a]),
      await put(`${id}/memberships/remove`, [a]),
      await put(`${id}/memberships/add-and-remove`, { recordIdsToAdd: [a] }),
      await put(`${id}/memberships/add-from/${source}`),
      await portal.call('DELETE', `${LISTS}/${id}/memberships`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect(answers[0]?.body.message).toContain('processingType is DYNAMIC');
  });
});

it('a snapshot list is filled once and then written like a manual one', async () => {
  const [a = '', b = ''] = portal.simulator.insert('contacts', [
    { email: 'a@example.com', city: 'Oslo' },
    { email: 'b@example.com', city: 'Rome' },
  ]);
  const id = await create('Oslo', { processingType: 'SNAPSHOT', filterBranch: inCity('oslo') });
  expect(members(id)).toEqual([]);
  advance(3_000);
  expect(members(id)).toEqual([a]);
  await portal.call('PATCH', `${CONTACTS}/${a}`, { properties: { city: 'Rome' } });
  portal.simulator.insert('contacts', [{ email: 'c@example.com', city: 'Oslo' }]);
  advance(3_000);
  expect(members(id)).toEqual([a]);
  await put(`${id}/memberships/add`, [b]);
  expect(members(id)).toEqual([a, b]);
  expect((await put(`${id}/update-list-filters`, { filterBranch: inCity('rome') })).status).toBe(400);
});

it('a list of a hundred thousand is copied and one of more is not', async () => {
  const ids = contacts(100_000);
  const [from, to] = [await create('From'), await create('To')];
  await put(`${from}/memberships/add`, ids);
  expect((await put(`${to}/memberships/add-from/${from}`)).status).toBe(204);
  expect(portal.simulator.lists().map(({ size }) => size)).toEqual([100_000, 100_000]);
  const [more] = portal.simulator.insert('contacts', [{ email: 'more@example.com' }]);
  await put(`${from}/memberships/add`, [more]);
  expect((await put(`${to}/memberships/add-from/${from}`)).status).toBe(400);
}, 60_000);
