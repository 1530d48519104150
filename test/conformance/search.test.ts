import { beforeAll, describe, expect, it } from 'vitest';
import { objects, VERSIONS } from './paths.ts';
import { make, makeContact } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const CONTACTS = objects('2026-09', 'contacts');

/** In the last name of every contact of this file, so that others of the portal are never found. */
let mark: string;
const people: Record<string, string> = {};

const mine = (...filters: object[]) => [
  { propertyName: 'lastname', operator: 'EQ', value: mark },
  ...filters,
];
const search = (body: object, version: (typeof VERSIONS)[number] = '2026-09') =>
  portal.call('POST', `${objects(version, 'contacts')}/search`, body);
const namesFound = async (...filters: object[]) => {
  const answer = await search({
    filterGroups: [{ filters: mine(...filters) }],
    properties: ['firstname'],
    limit: 100,
  });
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer.body.results.map((record) => record.properties.firstname).sort();
};

beforeAll(async () => {
  mark = portal.name('mark');
  const rows: Record<string, string>[] = [
    { firstname: 'Ada', city: 'ulm', lifecyclestage: 'lead', jobtitle: 'chief pilot' },
    { firstname: 'Bo', city: 'bonn', lifecyclestage: 'customer', jobtitle: 'pilot' },
    { firstname: 'Cy', city: 'kiel', lifecyclestage: 'lead', jobtitle: 'gardener' },
    { firstname: 'Di' },
  ];
  for (const row of rows) {
    const { id } = await makeContact(portal, { ...row, lastname: mark });
    people[row.firstname as string] = id;
  }
  await portal.until(
    () => search({ filterGroups: [{ filters: mine() }] }),
    ({ body }) => body.total === rows.length,
  );
}, 200_000);

describe('the operator', () => {
  it.each<[string, object, string[]]>([
    ['EQ', { propertyName: 'city', operator: 'EQ', value: 'ulm' }, ['Ada']],
    ['NEQ', { propertyName: 'city', operator: 'NEQ', value: 'ulm' }, ['Bo', 'Cy']],
    ['IN', { propertyName: 'city', operator: 'IN', values: ['ulm', 'kiel'] }, ['Ada', 'Cy']],
    ['NOT_IN', { propertyName: 'city', operator: 'NOT_IN', values: ['ulm', 'kiel'] }, ['Bo']],
    ['HAS_PROPERTY', { propertyName: 'city', operator: 'HAS_PROPERTY' }, ['Ada', 'Bo', 'Cy']],
    ['NOT_HAS_PROPERTY', { propertyName: 'city', operator: 'NOT_HAS_PROPERTY' }, ['Di']],
    [
      'CONTAINS_TOKEN',
      { propertyName: 'jobtitle', operator: 'CONTAINS_TOKEN', value: 'pilot' },
      ['Ada', 'Bo'],
    ],
    [
      'NOT_CONTAINS_TOKEN',
      { propertyName: 'jobtitle', operator: 'NOT_CONTAINS_TOKEN', value: 'pilot' },
      ['Cy'],
    ],
    ['EQ of an option', { propertyName: 'lifecyclestage', operator: 'EQ', value: 'lead' }, ['Ada', 'Cy']],
    [
      'EQ of an option in the wrong case',
      { propertyName: 'lifecyclestage', operator: 'EQ', value: 'Lead' },
      [],
    ],
  ])('%s finds what it says', async (_, filter, names) => {
    expect(await namesFound(filter)).toEqual(names);
  });

  it.each([
    ['GT', ['Cy', 'Di']],
    ['GTE', ['Bo', 'Cy', 'Di']],
    ['LT', ['Ada']],
    ['LTE', ['Ada', 'Bo']],
  ])('%s compares numbers', async (operator, names) => {
    expect(await namesFound({ propertyName: 'hs_object_id', operator, value: people.Bo })).toEqual(names);
  });

  it('BETWEEN includes both ends', async () => {
    const range = {
      propertyName: 'hs_object_id',
      operator: 'BETWEEN',
      value: people.Bo,
      highValue: people.Cy,
    };
    expect(await namesFound(range)).toEqual(['Bo', 'Cy']);
  });

  it.each(['milliseconds', 'ISO 8601'])('GTE takes times as %s', async (form) => {
    const { body } = await portal.call('GET', `${CONTACTS}/${people.Bo}?properties=createdate`);
    const time = String(body.properties.createdate);
    const value = form === 'milliseconds' ? String(Date.parse(time)) : time;
    expect(await namesFound({ propertyName: 'createdate', operator: 'GTE', value })).toContain('Bo');
  });

  it('that is none is refused', async () => {
    expect(
      (
        await search({
          filterGroups: [{ filters: mine({ propertyName: 'city', operator: 'LIKE', value: 'u' }) }],
        })
      ).status,
    ).toBe(400);
  });
});

describe.each(VERSIONS)('a search of %s', (version) => {
  const groups = () => ({ filterGroups: [{ filters: mine() }] });

  it('tells the total and pages by an offset', async () => {
    const sorts = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }];
    const first = await search({ ...groups(), sorts, limit: 3 }, version);
    expect(first.body).toMatchObject({ total: 4, paging: { next: { after: '3' } } });
    expect(first.body.results.map(({ id }) => id)).toEqual([people.Ada, people.Bo, people.Cy]);
    const second = await search({ ...groups(), sorts, limit: 3, after: '3' }, version);
    expect(second.body.results.map(({ id }) => id)).toEqual([people.Di]);
    expect(second.body).not.toHaveProperty('paging');
  });

  it.each([
    ['ASCENDING', ['Ada', 'Bo', 'Cy', 'Di']],
    ['DESCENDING', ['Di', 'Cy', 'Bo', 'Ada']],
  ])('sorts %s', async (direction, names) => {
    const sorts = [{ propertyName: 'firstname', direction }];
    const { body } = await search({ ...groups(), sorts, properties: ['firstname'] }, version);
    expect(body.results.map((record) => record.properties.firstname)).toEqual(names);
  });

  it('joins groups by OR', async () => {
    const of = (value: string) => ({ filters: mine({ propertyName: 'firstname', operator: 'EQ', value }) });
    const { body } = await search({ filterGroups: [of('Ada'), of('Di')] }, version);
    expect(body.results.map(({ id }) => id).sort()).toEqual([people.Ada, people.Di].sort());
  });

  it('takes filters without a group', async () => {
    expect((await search({ filters: mine() }, version)).body.total).toBe(4);
  });

  it('returns the properties that are asked for and no links', async () => {
    const { body } = await search({ ...groups(), properties: ['city'], limit: 1 }, version);
    expect(body.results[0]?.properties).toHaveProperty('city');
    expect(body.results[0]).not.toHaveProperty('associations');
  });

  it.each<[string, number, () => object]>([
    ['200 results', 200, () => ({ ...groups(), limit: 200 })],
    ['201 results', 400, () => ({ ...groups(), limit: 201 })],
    ['the last of 10,000', 200, () => ({ ...groups(), limit: 100, after: '9900' })],
    ['more than 10,000', 400, () => ({ ...groups(), limit: 100, after: '9901' })],
    ['5 groups', 200, () => ({ filterGroups: Array.from({ length: 5 }, () => ({ filters: mine() })) })],
    ['6 groups', 400, () => ({ filterGroups: Array.from({ length: 6 }, () => ({ filters: mine() })) })],
    [
      '6 filters in a group',
      200,
      () => ({ filterGroups: [{ filters: Array.from({ length: 6 }, () => mine()[0]) }] }),
    ],
    [
      '7 filters in a group',
      400,
      () => ({ filterGroups: [{ filters: Array.from({ length: 7 }, () => mine()[0]) }] }),
    ],
    [
      '18 filters',
      200,
      () => ({
        filterGroups: Array.from({ length: 3 }, () => ({
          filters: Array.from({ length: 6 }, () => mine()[0]),
        })),
      }),
    ],
    [
      '20 filters',
      400,
      () => ({
        filterGroups: Array.from({ length: 4 }, () => ({
          filters: Array.from({ length: 5 }, () => mine()[0]),
        })),
      }),
    ],
    ['a body of more than 3,000 characters', 400, () => ({ ...groups(), query: 'a'.repeat(3_000) })],
  ])('for %s is answered %i', async (_, status, body) => {
    expect((await search(body(), version)).status).toBe(status);
  });

  it('has ten results when no limit is given', async () => {
    expect((await search({}, version)).body.results.length).toBeLessThanOrEqual(10);
  });
});

describe('the index', () => {
  it('forgets the archived at once or soon, and never shows them', async () => {
    const { id } = await makeContact(portal, { lastname: portal.name('gone') });
    const find = () => search({ filters: [{ propertyName: 'hs_object_id', operator: 'EQ', value: id }] });
    expect((await portal.until(find, ({ body }) => body.total === 1)).body.total).toBe(1);
    await portal.call('DELETE', `${CONTACTS}/${id}`);
    expect((await portal.until(find, ({ body }) => body.total === 0)).body.total).toBe(0);
  });

  it('finds what changed after a while', async () => {
    const { id } = await makeContact(portal);
    const value = portal.name('changed');
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: value } });
    const find = () => search({ filters: [{ propertyName: 'city', operator: 'EQ', value }] });
    expect((await portal.until(find, ({ body }) => body.total === 1)).body.results).toMatchObject([{ id }]);
  });

  it('is asked for the notes of a contact', async () => {
    const contact = await makeContact(portal);
    const note = await make(portal, 'notes', { hs_timestamp: '2026-11-20T10:00:00.000Z', hs_note_body: 'A' });
    await portal.call(
      'PUT',
      `${objects('2026-09', 'notes')}/${note.id}/associations/default/contacts/${contact.id}`,
    );
    const find = () =>
      portal.call('POST', `${objects('2026-09', 'notes')}/search`, {
        filters: [
          { propertyName: 'associations.contact', operator: 'EQ', value: contact.id },
          {
            propertyName: 'hs_timestamp',
            operator: 'EQ',
            value: String(Date.parse('2026-11-20T10:00:00.000Z')),
          },
        ],
      });
    expect((await portal.until(find, ({ body }) => body.total === 1)).body.results).toMatchObject([
      { id: note.id },
    ]);
  });
});

simulatorOnly('a real portal is as quick as it likes', () => {
  const set = (behaviour: object) => portal.admin('POST', 'options', { behaviour });

  it('a new contact is not found at once', async () => {
    const { id } = await makeContact(portal);
    const { body } = await search({ filters: [{ propertyName: 'hs_object_id', operator: 'EQ', value: id }] });
    expect(body.total).toBe(0);
  });

  it('a new contact is found at once without a lag', async () => {
    await set({ searchLag: 0 });
    const { id } = await makeContact(portal);
    const { body } = await search({ filters: [{ propertyName: 'hs_object_id', operator: 'EQ', value: id }] });
    expect(body.total).toBe(1);
  });

  it.each([
    ['excluded', ['Bo', 'Cy']],
    ['included', ['Bo', 'Cy', 'Di']],
  ])('records without a value meet NEQ: %s', async (searchMissingValues, names) => {
    await set({ searchMissingValues });
    expect(await namesFound({ propertyName: 'city', operator: 'NEQ', value: 'ulm' })).toEqual(names);
    await set({ searchMissingValues: 'excluded' });
  });

  it.each([
    ['answered', 200],
    ['fails', 500],
  ])('a date at the start of 1970 is %s', async (searchEpochZero, status) => {
    await set({ searchEpochZero });
    const answer = await search({
      filters: mine({ propertyName: 'createdate', operator: 'GTE', value: '0' }),
    });
    expect(answer.status).toBe(status);
    await set({ searchEpochZero: 'answered' });
  });
});
