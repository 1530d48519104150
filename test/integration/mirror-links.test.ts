import { describe, expect, it } from 'vitest';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { readAllLinks, readLinks, writeLinks } from '../../src/pull/read-links.ts';
import { databaseKinds } from '../support/database.ts';
import { mirrorBench, unstopped } from '../support/mirror-reader.ts';

describe.each(databaseKinds)('links in the mirror on %s', (kind) => {
  const setup = async () => {
    const bench = await mirrorBench(kind);
    const contacts = bench.portal.insert('contacts', [
      { email: 'a@example.com' },
      { email: 'b@example.com' },
    ]);
    const companies = bench.portal.insert('companies', [{ name: 'A' }, { name: 'B' }]);
    const [contact = '', other = ''] = contacts;
    const [first = '', second = ''] = companies;
    await writeRecords(
      bench.db,
      contacts.map((id) => ({ id, properties: {}, updatedAt: new Date(0).toISOString() })),
      { objectType: 'contacts', readAt: new Date() },
    );
    const link = (method: 'PUT' | 'DELETE', from: string, to: string) =>
      bench.call(
        method,
        `/crm/objects/2026-09/contacts/${from}/associations/${method === 'PUT' ? 'default/' : ''}companies/${to}`,
      );
    const reader = bench.reader({ objects: { contacts: { associations: ['companies'] } } });
    const kept = () =>
      bench.db.query(
        'select distinct from_id::text as from_id, to_id::text as to_id from {schema}.hubspot_links order by 1, 2',
      );
    return { bench, reader, link, kept, contact, other, first, second };
  };

  it('are those of all records, with their kinds', async () => {
    const { bench, reader, link, kept, contact, first, second } = await setup();
    await link('PUT', contact, first);
    await link('PUT', contact, second);
    expect(await readAllLinks(reader, 'contacts', unstopped)).toBe(2);
    expect(await kept()).toEqual([
      { from_id: contact, to_id: first },
      { from_id: contact, to_id: second },
    ]);
    expect(
      await bench.db.query('select category, type_id from {schema}.hubspot_links where type_id = 279'),
    ).toContainEqual({
      category: 'HUBSPOT_DEFINED',
      type_id: 279,
    });
  });

  it('go when HubSpot has them no more, of the records that were read only', async () => {
    const { bench, reader, link, kept, contact, other, first } = await setup();
    await link('PUT', contact, first);
    await link('PUT', other, first);
    await readAllLinks(reader, 'contacts', unstopped);
    await link('DELETE', contact, first);
    await link('DELETE', other, first);
    const readings = await readLinks(reader, 'contacts', [contact], unstopped);
    await bench.db.transaction((tx) => writeLinks(tx, readings));
    expect(await kept()).toEqual([{ from_id: other, to_id: first }]);
  });

  it('are not overwritten by what was read before them', async () => {
    const { bench, reader, link, kept, contact, first } = await setup();
    const old = await readLinks(reader, 'contacts', [contact], unstopped);
    await link('PUT', contact, first);
    await readAllLinks(reader, 'contacts', unstopped);
    await bench.db.transaction((tx) => writeLinks(tx, old));
    expect(await kept()).toEqual([{ from_id: contact, to_id: first }]);
  });

  it('stay when they cannot be read, which is an error', async () => {
    const { bench, reader, link, kept, contact, first } = await setup();
    await link('PUT', contact, first);
    await readAllLinks(reader, 'contacts', unstopped);
    bench.portal.addFaults([{ id: 'down', match: { path: '/batch/read' }, do: 'status', status: 503 }]);
    await expect(readAllLinks(reader, 'contacts', unstopped)).rejects.toMatchObject({
      code: 'HUBSPOT_UNREACHABLE',
    });
    expect(await kept()).toHaveLength(1);
  });

  it('are not asked for where the config keeps none', async () => {
    const { bench } = await setup();
    const before = bench.portal.journal().length;
    expect(await readAllLinks(bench.reader({ objects: { contacts: {} } }), 'contacts', unstopped)).toBe(0);
    expect(bench.portal.journal()).toHaveLength(before);
  });
});
