import { describe, expect, it, onTestFinished } from 'vitest';
import { startPullLoop } from '../../src/pull/pull-loop.ts';
import { databaseKinds } from '../support/database.ts';
import { people, setupPull } from '../support/pull.ts';
import { waitFor } from '../support/wait-for.ts';

const LISTS = '/crm/lists/2026-09';

describe.each(databaseKinds)('a pull on %s', (kind) => {
  const setup = async () => {
    const bundle = await setupPull({
      kind,
      mirror: {
        objects: { contacts: { properties: ['email', 'firstname'], associations: ['companies'] } },
        lists: 'all',
      },
    });
    const { portal, client } = bundle;
    const ids = portal.insert('contacts', people(3));
    const [company = ''] = portal.insert('companies', [{ name: 'A' }]);
    const made = await client.lists.create({ name: 'Trial', objectTypeId: '0-1', processingType: 'MANUAL' });
    const listId = portal.lists()[0]?.listId ?? '';
    const [first = ''] = ids;
    await client.lists.add(listId, [first]);
    const link = () =>
      client.associations.putDefault({
        fromType: 'contacts',
        fromId: first,
        toType: 'companies',
        toId: company,
      });
    await link();
    expect(made).toMatchObject({ status: 200 });
    const links = () => bundle.db.query('select from_id::text as id from {schema}.mirror_links');
    return { ...bundle, ids, first, company, listId, link, links };
  };

  it('brings records, links, lists and typed views together', async () => {
    const { db, pull, first } = await setup();
    expect(await pull('all')).toMatchObject({ state: 'done' });
    expect(
      await db.query(
        `select c.hubspot_id::text as id, c.email, c.list_memberships, k.to_type from {schema}.hubspot_contacts c
         join {schema}.hubspot_links k on k.from_type = 'contacts' and k.from_id = c.hubspot_id group by 1, 2, 3, 4`,
      ),
    ).toEqual([{ id: first, email: 'p0@example.com', list_memberships: ['Trial'], to_type: 'companies' }]);
  });

  it('of changes brings the links of what has changed, and a full one those that nothing tells of', async () => {
    const { client, pull, first, company, links } = await setup();
    await pull('all');
    const remove = () =>
      client.associations.remove({ fromType: 'contacts', fromId: first, toType: 'companies', toId: company });
    await remove();
    await client.records.update('contacts', first, { firstname: 'Ada' });
    await pull('incremental');
    expect(await links()).toEqual([]);
    await client.associations.putDefault({
      fromType: 'contacts',
      fromId: first,
      toType: 'companies',
      toId: company,
    });
    await pull('sweep');
    expect(await links()).toEqual([{ id: first }]);
  });

  it('of one list brings its members, also with the time that they joined', async () => {
    const { db, pull, ids, first } = await setup();
    expect(await pull('list', { list: 'Trial' })).toMatchObject({ state: 'done', total: { records: 1 } });
    expect(ids).toHaveLength(3);
    expect(await db.query('select list, hubspot_id::text as id from {schema}.hubspot_memberships')).toEqual([
      { list: 'Trial', id: first },
    ]);
  });

  it('whose lists cannot be read is incomplete and says so', async () => {
    const { portal, pull } = await setup();
    portal.addFaults([{ id: 'lists', match: { path: `${LISTS}/` }, do: 'status', status: 503 }]);
    expect(await pull('all')).toMatchObject({
      state: 'incomplete',
      errors: [{ objectType: 'lists', code: 'HUBSPOT_UNREACHABLE' }],
      total: { records: 3 },
    });
  });

  it('looks again for a list that was not there, however soon', async () => {
    const bundle = await setupPull({ kind, mirror: { objects: { contacts: {} }, lists: ['Later'] } });
    const { pull, client, portal } = bundle;
    portal.insert('contacts', people(1));
    const missing = { state: 'incomplete', errors: [{ objectType: 'lists', code: 'MIRROR_LIST_UNKNOWN' }] };
    expect(await pull('incremental')).toMatchObject(missing);
    expect(await pull('incremental')).toMatchObject(missing);
    await client.lists.create({ name: 'Later', objectTypeId: '0-1', processingType: 'MANUAL' });
    expect(await pull('incremental')).toMatchObject({ state: 'done', errors: [] });
  });

  it('names what it goes without each time, not once an hour', async () => {
    const { portal, pull } = await setup();
    portal.addFaults([{ id: 'owners', match: { path: '/crm/owners/' }, do: 'status', status: 403 }]);
    for (const _ of [1, 2])
      expect((await pull('incremental')).warnings).toMatchObject([{ what: 'the owners' }]);
    portal.removeFaults('owners');
    expect((await pull('incremental')).warnings).toEqual([]);
  });

  it('that runs for good has lists and views without being asked', async () => {
    const { db, tools, first } = await setup();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const objects = { contacts: {}, companies: {}, deals: {}, tickets: {} };
    const loop = startPullLoop({
      tools: tools({ mirror: { objects, lists: 'all' } }),
      intervalMs: 100,
      sweepMs: 3_600_000,
      refreshMs: 3_600_000,
      reconcileMs: 3_600_000,
    });
    try {
      await waitFor(
        async () => {
          const [view] = await db.query(
            `select to_regclass('{schema}.hubspot_contacts') is not null as there`,
          );
          if (view?.there !== true) return false;
          const rows = await db.query(
            `select 1 from {schema}.hubspot_contacts where hubspot_id = $1 and 'Trial' = any (list_memberships)`,
            [first],
          );
          return rows.length === 1;
        },
        { timeout: 20_000, interval: 50, what: 'the list in the view' },
      );
    } finally {
      await loop.stop();
    }
    expect(warnings).toEqual([]);
  });
});
