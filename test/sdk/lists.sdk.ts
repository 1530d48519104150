import { expect, it } from 'vitest';
import { connected } from './connect.ts';

const portal = connected();
const crm = () => portal.client.crm;

it('creates lists, and adds, reads and removes members', async () => {
  const { listsApi, membershipsApi } = crm().lists;
  const people = await crm().contacts.batchApi.create({
    inputs: [1, 2, 3].map((n) => ({ properties: { email: `member-${n}@example.com` }, associations: [] })),
  });
  const ids = people.results.map(({ id }) => id);
  const { list } = await listsApi.create({
    name: 'Trial',
    objectTypeId: '0-1',
    processingType: 'MANUAL',
  } as never);
  const added = await membershipsApi.add(list.listId, [...ids, '999999999']);
  expect(added.recordsIdsAdded).toHaveLength(3);
  const page = await membershipsApi.getPage(list.listId, undefined, undefined, 2);
  expect(page.results).toHaveLength(2);
  const rest = await membershipsApi.getPage(list.listId, page.paging?.next?.after, undefined, 2);
  expect(rest.results).toHaveLength(1);
  const [first = ''] = ids;
  const of = await membershipsApi.getLists('0-1', first);
  expect(of.results.map(({ listId }) => listId)).toEqual([list.listId]);
  await membershipsApi.remove(list.listId, [first]);
  await membershipsApi.addAndRemove(list.listId, {
    recordIdsToAdd: [first],
    recordIdsToRemove: ids.slice(1),
  });
  expect((await membershipsApi.getPage(list.listId)).results.map(({ recordId }) => recordId)).toEqual([
    first,
  ]);
  expect((await listsApi.getById(list.listId)).list.name).toBe('Trial');
  expect((await listsApi.getByName('Trial', '0-1')).list.listId).toBe(list.listId);
  await listsApi.updateName(list.listId, 'Trials');
  const found = await listsApi.doSearch({
    query: 'Trial',
    count: 10,
    offset: 0,
    additionalProperties: [],
  } as never);
  expect(found.lists).toHaveLength(1);
  await membershipsApi.removeAll(list.listId);
  await listsApi.remove(list.listId);
  await listsApi.restore(list.listId);
});
