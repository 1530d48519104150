import { describe, expect, it } from 'vitest';
import { readDefinitions } from '../../src/pull/read-definitions.ts';
import { databaseKinds } from '../support/database.ts';
import { mirrorBench, unstopped } from '../support/mirror-reader.ts';

const PROPERTIES = '/crm/properties/2026-09';
const TEXT = { groupName: 'contactinformation', type: 'string', fieldType: 'text' };

describe.each(databaseKinds)('definitions in the mirror on %s', (kind) => {
  it('are those of the portal: properties, pipelines with their stages, owners active and not', async () => {
    const bench = await mirrorBench(kind);
    bench.portal.setOwners([
      { id: '1', email: 'ada@example.com', firstName: 'Ada', lastName: 'Keller' },
      { id: '2', email: 'ben@example.com', archived: true },
    ]);
    await bench.call('POST', `${PROPERTIES}/contacts`, { ...TEXT, name: 'plan', label: 'Plan' });
    const reader = bench.reader({ objects: { contacts: {}, deals: {} } });
    expect(await readDefinitions(reader, unstopped)).toEqual([]);
    expect(
      await bench.db.query(
        `select type, label, field_type from {schema}.hubspot_properties where object_type = 'contacts' and name = 'plan'`,
      ),
    ).toEqual([{ type: 'string', label: 'Plan', field_type: 'text' }]);
    expect(
      await bench.db.query(
        'select owner_id, email, first_name, archived from {schema}.hubspot_owners order by 1',
      ),
    ).toEqual([
      { owner_id: 1, email: 'ada@example.com', first_name: 'Ada', archived: false },
      { owner_id: 2, email: 'ben@example.com', first_name: '', archived: true },
    ]);
    const stages = await bench.db.query(
      `select stage_id, metadata ->> 'isClosed' as closed from {schema}.hubspot_stages where object_type = 'deals'`,
    );
    expect(stages).toContainEqual({ stage_id: 'closedwon', closed: 'true' });
  });

  it('go from the mirror when the portal has them no more', async () => {
    const bench = await mirrorBench(kind);
    await bench.call('POST', `${PROPERTIES}/contacts`, { ...TEXT, name: 'plan', label: 'Plan' });
    bench.portal.setOwners([{ id: '1', email: 'ada@example.com' }]);
    const reader = bench.reader({ objects: { contacts: {} } });
    await readDefinitions(reader, unstopped);
    await bench.call('DELETE', `${PROPERTIES}/contacts/plan`);
    bench.portal.setOwners([{ id: '2', email: 'ben@example.com' }]);
    await readDefinitions(reader, unstopped);
    const [counts] = await bench.db.query(
      `select count(*) filter (where name = 'plan') as plan, count(*) > 10 as others from {schema}.mirror_properties`,
    );
    expect(counts).toEqual({ plan: 0, others: true });
    expect(await bench.db.query('select id from {schema}.mirror_owners')).toEqual([{ id: 2 }]);
  });

  it('stay as they were where they cannot be read, which is told and holds up no other', async () => {
    const bench = await mirrorBench(kind);
    const reader = bench.reader({ objects: { contacts: {}, deals: {} } });
    await readDefinitions(reader, unstopped);
    bench.portal.setOwners([{ id: '1', email: 'ada@example.com' }]);
    bench.portal.addFaults([
      { id: 'broken', match: { path: `${PROPERTIES}/contacts` }, do: 'status', status: 503 },
    ]);
    const unread = await readDefinitions(reader, unstopped);
    expect(unread).toMatchObject([
      { what: 'the properties of contacts', error: { code: 'HUBSPOT_UNREACHABLE' } },
    ]);
    const [row] = await bench.db.query(
      `select count(*) > 10 as kept, (select count(*) from {schema}.mirror_owners) as owners
       from {schema}.mirror_properties where object_type = 'contacts'`,
    );
    expect(row).toEqual({ kept: true, owners: 1 });
  });
});
