import { describe, expect, it } from 'vitest';
import { lists, VERSIONS, type Version } from './paths.ts';
import { makeContact, UNKNOWN_ID } from './record-calls.ts';
import { useSubject } from './subject.ts';

const portal = useSubject();

const makeList = async (version: Version, more: object = {}) => {
  const answer = await portal.call('POST', lists(version), {
    name: portal.name('list'),
    objectTypeId: '0-1',
    processingType: 'MANUAL',
    ...more,
  });
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer.body.list;
};
const members = async (version: Version, listId: string, view = '') => {
  const { body } = await portal.call('GET', `${lists(version)}/${listId}/memberships${view}`);
  return body.results.map((member) => String(member.recordId));
};

describe.each(VERSIONS)('lists with %s', (version) => {
  const path = lists(version);

  it('are created and read by id and by name', async () => {
    const { listId, name } = await makeList(version);
    for (const where of [`${path}/${listId}`, `${path}/object-type-id/0-1/name/${name}`])
      expect(await portal.call('GET', where)).toMatchObject({
        status: 200,
        body: { list: { listId, name, objectTypeId: '0-1', processingType: 'MANUAL' } },
      });
  });

  it('are read several at once', async () => {
    const [one, other] = [await makeList(version), await makeList(version)];
    const { body } = await portal.call('GET', `${path}?listIds=${one.listId}&listIds=${other.listId}`);
    const found = body.lists as { listId: string }[];
    expect(found.map(({ listId }) => listId).sort()).toEqual([one.listId, other.listId].sort());
  });

  it('cannot have one name twice', async () => {
    const { name } = await makeList(version);
    const again = await portal.call('POST', path, { name, objectTypeId: '0-1', processingType: 'MANUAL' });
    expect(again.status).toBeGreaterThanOrEqual(400);
    expect(again.status).toBeLessThan(500);
  });

  it('are found by a part of their name', async () => {
    const { listId, name } = await makeList(version);
    const find = () => portal.call('POST', `${path}/search`, { query: name });
    const { body } = await portal.until(find, (answer) => answer.body.total === 1);
    expect(body).toMatchObject({ total: 1, hasMore: false, lists: [{ listId }] });
  });

  it('take members by id, tell which are missing, and give them back', async () => {
    const { listId } = await makeList(version);
    const { id } = await makeContact(portal);
    const added = await portal.call('PUT', `${path}/${listId}/memberships/add`, [id, UNKNOWN_ID]);
    expect(added).toMatchObject({
      status: 200,
      body: { recordsIdsAdded: [id], recordIdsMissing: [UNKNOWN_ID] },
    });
    expect(await members(version, listId)).toEqual([id]);
    const removed = await portal.call('PUT', `${path}/${listId}/memberships/remove`, [id]);
    expect(removed).toMatchObject({ status: 200, body: { recordIdsRemoved: [id] } });
    expect(await members(version, listId)).toEqual([]);
  });

  it('add and remove in one call', async () => {
    const { listId } = await makeList(version);
    const [one, other] = [await makeContact(portal), await makeContact(portal)];
    await portal.call('PUT', `${path}/${listId}/memberships/add`, [one.id]);
    await portal.call('PUT', `${path}/${listId}/memberships/add-and-remove`, {
      recordIdsToAdd: [other.id],
      recordIdsToRemove: [one.id],
    });
    expect(await members(version, listId)).toEqual([other.id]);
  });

  it('show who joined last first, in join order', async () => {
    const { listId } = await makeList(version);
    const [one, other] = [await makeContact(portal), await makeContact(portal)];
    for (const { id } of [other, one]) await portal.call('PUT', `${path}/${listId}/memberships/add`, [id]);
    expect((await members(version, listId, '/join-order')).sort()).toEqual([one.id, other.id].sort());
  });

  it('are copied into others and cleared', async () => {
    const [source, target] = [await makeList(version), await makeList(version)];
    const { id } = await makeContact(portal);
    await portal.call('PUT', `${path}/${source.listId}/memberships/add`, [id]);
    const copy = await portal.call('PUT', `${path}/${target.listId}/memberships/add-from/${source.listId}`);
    expect(copy.status).toBe(204);
    expect(await members(version, target.listId)).toEqual([id]);
    expect((await portal.call('DELETE', `${path}/${target.listId}/memberships`)).status).toBe(204);
    expect(await members(version, target.listId)).toEqual([]);
  });

  it('are told of a record', async () => {
    const { listId } = await makeList(version);
    const { id } = await makeContact(portal);
    await portal.call('PUT', `${path}/${listId}/memberships/add`, [id]);
    const { body } = await portal.call('GET', `${path}/records/0-1/${id}/memberships`);
    expect(body.results.map((list) => list.listId)).toContain(listId);
  });

  it('are renamed, deleted and brought back', async () => {
    const { listId } = await makeList(version);
    const name = portal.name('renamed');
    expect((await portal.call('PUT', `${path}/${listId}/update-list-name?listName=${name}`)).status).toBe(
      200,
    );
    expect((await portal.call('DELETE', `${path}/${listId}`)).status).toBe(204);
    expect((await portal.call('GET', `${path}/${listId}`)).status).toBe(404);
    expect((await portal.call('PUT', `${path}/${listId}/restore`)).status).toBe(204);
    expect((await portal.call('GET', `${path}/${listId}`)).body.list.name).toBe(name);
  });

  it('that HubSpot fills refuse members', async () => {
    const filterBranch = {
      filterBranchType: 'OR',
      filters: [],
      filterBranches: [
        {
          filterBranchType: 'AND',
          filterBranches: [],
          filters: [
            {
              filterType: 'PROPERTY',
              property: 'city',
              operation: { operationType: 'MULTISTRING', operator: 'IS_EQUAL_TO', values: ['nowhere'] },
            },
          ],
        },
      ],
    };
    const { listId } = await makeList(version, { processingType: 'DYNAMIC', filterBranch });
    const { id } = await makeContact(portal);
    expect((await portal.call('PUT', `${path}/${listId}/memberships/add`, [id])).status).toBe(400);
  });
});

describe('all lists', () => {
  it('are read page by page since 2026-09', async () => {
    await makeList('2026-09');
    await makeList('2026-09');
    const { status, body } = await portal.call('POST', `${lists('2026-09')}/all`, { count: 1 });
    expect(status).toBe(200);
    expect(body.paging.next.after).toBeTruthy();
  });

  it.each(['2026-03', 'v3'] as const)('have no path in %s', async (version) => {
    expect((await portal.call('POST', `${lists(version)}/all`, {})).status).toBe(404);
  });

  it.each([
    [{ after: 'butterfly' }, 'INVALID_CURSOR'],
    [{ processingTypes: ['BUTTERFLY'] }, 'INVALID_PROCESSING_TYPE'],
  ])('are refused with %o as %s', async (body, code) => {
    const answer = await portal.call('POST', `${lists('2026-09')}/all`, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(code);
  });
});
