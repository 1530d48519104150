import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, NOTES, startPortal, type TestPortal } from './test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const titles = (page: { results: { title: string }[] }) => page.results.map(({ title }) => title);

describe('a list for people', () => {
  it('shows the newest records first, a page at a time', () => {
    const { simulator } = portal;
    simulator.insert(
      'contacts',
      ['a', 'b', 'c'].map((name) => ({ email: `${name}@example.com` })),
    );
    const first = simulator.browse('contacts', { limit: 2 });
    expect(titles(first)).toEqual(['c@example.com', 'b@example.com']);
    const second = simulator.browse('contacts', { limit: 2, before: first.next ?? 0 });
    expect(titles(second)).toEqual(['a@example.com']);
    expect(second.next).toBeNull();
  });

  it('finds a part of any value, without case', () => {
    portal.simulator.insert('contacts', [
      { email: 'a@example.com', city: 'New Bergen' },
      { email: 'b@example.com', city: 'Oslo' },
    ]);
    expect(titles(portal.simulator.browse('contacts', { search: ' bERG ' }))).toEqual(['a@example.com']);
  });

  it('looks at a bounded number of records and says where to go on', () => {
    const { simulator } = portal;
    const many = Array.from({ length: 20_050 }, (_, n) => ({ email: `p${n}@example.com` }));
    simulator.insert('contacts', [{ email: 'first@example.com', city: 'Bergen' }, ...many]);
    const page = simulator.browse('contacts', { search: 'bergen' });
    expect(page).toMatchObject({ results: [], scanned: 20_000, next: 100_052 });
    expect(titles(simulator.browse('contacts', { search: 'bergen', before: page.next ?? 0 }))).toEqual([
      'first@example.com',
    ]);
  });

  it('names at once the record that an id or a unique value stands for', () => {
    const [id = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com', firstname: 'Ada' }]);
    expect(portal.simulator.browse('contacts', { search: id }).exact).toMatchObject({ id, title: 'Ada' });
    expect(portal.simulator.browse('contacts', { search: 'A@Example.com' }).exact?.id).toBe(id);
    expect(portal.simulator.browse('contacts', { search: 'a@example' }).exact).toBeNull();
  });

  it('cuts long values', () => {
    portal.simulator.insert('contacts', [{ email: 'a@example.com', address: 'x'.repeat(60_000) }]);
    const [record] = portal.simulator.browse('contacts').results;
    expect(record?.properties.address).toBe(`${'x'.repeat(200)}…`);
  });

  it.each([
    ['contacts', { email: 'a@example.com', firstname: 'Ada', lastname: 'Almeida' }, 'Ada Almeida'],
    ['contacts', { email: 'a@example.com' }, 'a@example.com'],
    [
      'notes',
      { hs_timestamp: '1764000000000', hs_note_body: '<p>Fish &amp; <b>chips</b></p>' },
      'Fish & chips',
    ],
    ['notes', { hs_timestamp: '1764000000000', hs_note_body: 'a < b' }, 'a < b'],
    ['notes', { hs_timestamp: '1764000000000' }, 'note 40000001'],
  ])('calls one of the %s %j: %s', (type, properties, title) => {
    portal.simulator.insert(type, [properties as Record<string, string>]);
    expect(titles(portal.simulator.browse(type))).toEqual([title]);
  });

  it.each([
    ['browse/contacts?limit=0', 'limit'],
    ['browse/contacts?before=-1', 'before'],
    ['browse/butterflies', 'butterflies'],
    ['requests?status=nice', 'status'],
    ['requests?colour=red', 'colour'],
    ['pulse?seconds=x', 'seconds'],
  ])('%s is a 400 that says why', async (path, message) => {
    const answer = await portal.admin('GET', path);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });
});

describe('one record', () => {
  it('has labels, links with titles and a timeline, the newest first', async () => {
    const contact = await portal.call('POST', CONTACTS, {
      properties: { email: 'a@example.com', firstname: 'Ada' },
    });
    await portal.call('PATCH', `${CONTACTS}/${contact.body.id}`, { properties: { firstname: 'Adele' } });
    await portal.call('POST', NOTES, {
      properties: { hs_timestamp: '4000000000000', hs_note_body: 'Later' },
      associations: [
        {
          to: { id: contact.body.id },
          types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }],
        },
      ],
    });
    const { body } = await portal.admin('GET', `browse/contacts/${contact.body.id}`);
    expect(body).toMatchObject({ title: 'Adele', type: 'contacts', archived: false });
    expect(body.properties).toContainEqual(
      expect.objectContaining({
        name: 'firstname',
        label: 'First name',
        value: 'Adele',
        versions: [expect.objectContaining({ value: 'Adele' }), expect.objectContaining({ value: 'Ada' })],
      }),
    );
    expect(body.associations).toMatchObject([{ type: 'notes', total: 1, results: [{ title: 'Later' }] }]);
    expect(body.timeline).toMatchObject([
      { kind: 'activity', type: 'notes', body: 'Later' },
      { kind: 'changed', changes: [{ name: 'firstname', before: 'Ada', after: 'Adele' }] },
      {
        kind: 'created',
        changes: [
          { name: 'email', after: 'a@example.com' },
          { name: 'firstname', after: 'Ada' },
        ],
      },
    ]);
  });

  it('that was merged away leads to the one it became', async () => {
    const [one = '', other = ''] = portal.simulator.insert('contacts', [
      { email: 'a@example.com' },
      { email: 'b@example.com' },
    ]);
    await portal.call('POST', `${CONTACTS}/merge`, { primaryObjectId: one, objectIdToMerge: other });
    const merged = portal.simulator.detail('contacts', other);
    expect(merged?.id).not.toBe(other);
    expect(merged?.title).toBe('a@example.com');
  });

  it('that is not there is a 404', async () => {
    expect((await portal.admin('GET', 'browse/contacts/1')).status).toBe(404);
  });
});
