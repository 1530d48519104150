import { describe, expect, it } from 'vitest';
import { readLists } from '../../src/pull/read-lists.ts';
import { databaseKinds } from '../support/database.ts';
import { type MirrorBench, mirrorBench, unstopped } from '../support/mirror-reader.ts';

const LISTS = '/crm/lists/2026-09';

describe.each(databaseKinds)('lists in the mirror on %s', (kind) => {
  const setup = async (contacts = 3, behaviour = {}) => {
    const bench = await mirrorBench(kind, { behaviour });
    const ids = bench.portal.insert(
      'contacts',
      Array.from({ length: contacts }, (_, n) => ({ email: `c${n}@example.com` })),
    );
    return { bench, ids, reader: bench.reader({ objects: { contacts: {} }, lists: 'all' }) };
  };
  const make = async ({ call }: MirrorBench, name: string, members: readonly string[] = []) => {
    const made = (await call('POST', LISTS, { name, objectTypeId: '0-1', processingType: 'MANUAL' }))
      .body as {
      list: { listId: string };
    };
    await call('PUT', `${LISTS}/${made.list.listId}/memberships/add`, members);
    return made.list.listId;
  };
  const current = ({ db }: MirrorBench) =>
    db.query(
      `select list, hubspot_id::text as id from {schema}.hubspot_memberships where left_at is null order by list, hubspot_id`,
    );

  it('have their members, with the time at which HubSpot says they joined', async () => {
    const { bench, ids, reader } = await setup();
    const id = await make(bench, 'Trial', ids.slice(0, 2));
    expect(await readLists(reader, unstopped)).toEqual({ read: 1, joined: 2, left: 0, unread: [] });
    expect(await current(bench)).toEqual(ids.slice(0, 2).map((one) => ({ list: 'Trial', id: one })));
    const joined = bench.portal.list(id)?.members.map(({ joinedAt }) => joinedAt);
    const rows = await bench.db.query<{ at: Date }>(
      'select joined_at as at from {schema}.mirror_memberships order by record_id',
    );
    expect(rows.map(({ at }) => at.toISOString())).toEqual(joined);
    const [list] = await bench.db.query(
      'select name, object_type, hubspot_size, members from {schema}.hubspot_lists',
    );
    expect(list).toEqual({ name: 'Trial', object_type: 'contacts', hubspot_size: 2, members: 2 });
  });

  it('are asked for no further once HubSpot cannot be asked, and end with a refused token', async () => {
    const { bench, ids, reader } = await setup();
    for (const name of ['A', 'B', 'C']) await make(bench, name, ids);
    const asked = () =>
      new Set(
        bench.portal
          .journal()
          .filter(({ method, path }) => method === 'GET' && path.includes('/memberships'))
          .map(({ path }) => path.split('?')[0]),
      ).size;
    bench.portal.addFaults([{ id: 'cut', match: { path: '/memberships' }, do: 'reset' }]);
    const cut = await readLists(reader, unstopped);
    expect(cut.unread.map(({ what }) => what)).toEqual(
      ['A', 'B', 'C'].map((name) => `the members of the list ${name}`),
    );
    expect(asked()).toBe(1);
    bench.portal.setFaults([{ match: { path: '/memberships' }, do: 'status', status: 401 }]);
    await expect(readLists(reader, unstopped)).rejects.toMatchObject({ code: 'HUBSPOT_UNAUTHORIZED' });
    bench.portal.removeFaults();
    expect(await readLists(reader, unstopped)).toMatchObject({ read: 3, unread: [] });
  });

  it('follow who joins and who leaves, and keep when that was', async () => {
    const { bench, ids, reader } = await setup();
    const id = await make(bench, 'Trial', ids.slice(0, 2));
    await readLists(reader, unstopped);
    await bench.call('PUT', `${LISTS}/${id}/memberships/add-and-remove`, {
      recordIdsToAdd: [ids[2]],
      recordIdsToRemove: [ids[0]],
    });
    expect(await readLists(reader, unstopped)).toMatchObject({ joined: 1, left: 1, unread: [] });
    expect(await current(bench)).toEqual([ids[1], ids[2]].map((one) => ({ list: 'Trial', id: one })));
    const [gone] = await bench.db.query(
      'select hubspot_id::text as id, left_at > joined_at as later from {schema}.hubspot_memberships where left_at is not null',
    );
    expect(gone).toEqual({ id: ids[0], later: true });
  });

  it('tell a record that has left and come back in two memberships', async () => {
    const { bench, ids, reader } = await setup();
    const id = await make(bench, 'Trial', ids.slice(0, 1));
    await readLists(reader, unstopped);
    await bench.call('PUT', `${LISTS}/${id}/memberships/remove`, ids.slice(0, 1));
    bench.portal.setClock({ advanceMs: 5_000 });
    await bench.call('PUT', `${LISTS}/${id}/memberships/add`, ids.slice(0, 1));
    await readLists(reader, unstopped);
    const rows = await bench.db.query<{ left: boolean }>(
      'select left_at is not null as left from {schema}.mirror_memberships order by joined_at',
    );
    expect(rows.map(({ left }) => left)).toEqual([true, false]);
  });

  it('cost one page each where the latest joins and the size tell that nothing lacks', async () => {
    const { bench, ids, reader } = await setup(600);
    const id = await make(bench, 'Trial', ids);
    await readLists(reader, unstopped);
    await bench.call('PUT', `${LISTS}/${id}/memberships/remove`, [ids[0]]);
    await readLists(reader, unstopped);
    const before = bench.portal.journal().length;
    expect(await readLists(reader, unstopped)).toMatchObject({ read: 1, joined: 0, left: 0 });
    const calls = bench.portal
      .journal()
      .slice(before)
      .map(({ path }) => path.split('?')[0]);
    expect(calls).toEqual([`${LISTS}/all`, `${LISTS}/${id}/memberships/join-order`]);
    expect(await current(bench)).toHaveLength(599);
  });

  it('lose nobody by a reading that breaks off, which the next one mends', async () => {
    const { bench, ids, reader } = await setup(600);
    const id = await make(bench, 'Trial', ids.slice(0, 500));
    await readLists(reader, unstopped);
    await bench.call('PUT', `${LISTS}/${id}/memberships/add-and-remove`, {
      recordIdsToAdd: ids.slice(500),
      recordIdsToRemove: ids.slice(0, 100),
    });
    bench.portal.addFaults([{ id: 'later', match: { path: 'after=' }, do: 'status', status: 503 }]);
    const broken = await readLists(reader, unstopped, { full: true });
    expect(broken.unread).toMatchObject([{ what: 'the members of the list Trial' }]);
    const known = await current(bench);
    expect(known.length).toBeGreaterThanOrEqual(500);
    expect(
      await bench.db.query('select 1 from {schema}.mirror_memberships where left_at is not null'),
    ).toEqual([]);
    bench.portal.removeFaults();
    expect(await readLists(reader, unstopped)).toMatchObject({ left: 100, unread: [] });
    expect(await current(bench)).toEqual(ids.slice(100).map((one) => ({ list: 'Trial', id: one })));
  });

  it('are not taken for empty while HubSpot is still filling them', async () => {
    const { bench, reader } = await setup(3, { listProcessingMs: 3_600_000 });
    await bench.call('POST', LISTS, {
      name: 'All',
      objectTypeId: '0-1',
      processingType: 'DYNAMIC',
      filterBranch: {
        filterBranchType: 'OR',
        filters: [],
        filterBranches: [
          {
            filterBranchType: 'AND',
            filterBranches: [],
            filters: [
              {
                filterType: 'PROPERTY',
                property: 'email',
                operation: {
                  operationType: 'ALL_PROPERTY',
                  operator: 'IS_KNOWN',
                  includeObjectsWithNoValueSet: false,
                },
              },
            ],
          },
        ],
      },
    });
    const report = await readLists(reader, unstopped);
    expect(report.unread).toMatchObject([{ error: { code: 'MIRROR_LIST_UNSETTLED' } }]);
    const [list] = await bench.db.query('select members_synced_at from {schema}.hubspot_lists');
    expect(list).toEqual({ members_synced_at: null });
    bench.portal.setClock({ advanceMs: 7_200_000 });
    expect(await readLists(reader, unstopped)).toMatchObject({ joined: 3, unread: [] });
  });

  it('end when they are deleted, and begin anew when they are restored', async () => {
    const { bench, ids, reader } = await setup();
    const id = await make(bench, 'Trial', ids);
    await readLists(reader, unstopped);
    await bench.call('DELETE', `${LISTS}/${id}`);
    await readLists(reader, unstopped);
    expect(await bench.db.query('select 1 from {schema}.hubspot_lists')).toEqual([]);
    expect(await current(bench)).toEqual([]);
    await bench.call('PUT', `${LISTS}/${id}/restore`);
    await readLists(reader, unstopped);
    expect(await current(bench)).toHaveLength(3);
  });

  it('are those that the config names, by name or id, and one that it does not have is told', async () => {
    const { bench, ids } = await setup();
    await make(bench, 'Trial', ids.slice(0, 1));
    const second = await make(bench, 'Paying', ids.slice(1, 2));
    await make(bench, 'Other', ids);
    const reader = bench.reader({ objects: { contacts: {} }, lists: ['Trial', second, 'Nobody'] });
    const report = await readLists(reader, unstopped);
    expect(report).toMatchObject({ read: 2, unread: [{ error: { code: 'MIRROR_LIST_UNKNOWN' } }] });
    expect(await current(bench)).toEqual([
      { list: 'Paying', id: ids[1] },
      { list: 'Trial', id: ids[0] },
    ]);
    await readLists(reader, unstopped, { only: 'Other' });
    expect(await current(bench)).toHaveLength(5);
  });
});
