import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, NOTES, startPortal, type TestPortal } from '../test-client.ts';

let portal: TestPortal;
let contact: string;

beforeEach(async () => {
  portal = await startPortal();
  [contact = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
});
afterEach(() => portal.simulator.stop());

async function addNotes(count: number): Promise<number[]> {
  const associations = [
    { to: { id: contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
  ];
  const input = { properties: { hs_timestamp: '2026-11-22T10:00:00Z' }, associations };
  const answer = await portal.call('POST', `${NOTES}/batch/create`, {
    inputs: Array.from({ length: count }, () => input),
  });
  return answer.body.results.map((record) => Number(record.id));
}

describe('links of one record', () => {
  it('are shown with number ids and paged', async () => {
    const notes = await addNotes(3);
    const first = await portal.call('GET', `${CONTACTS}/${contact}/associations/notes?limit=2`);
    expect(first.body.results).toMatchObject(notes.slice(0, 2).map((toObjectId) => ({ toObjectId })));
    expect(first.body.results[0]).toMatchObject({
      associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 201, label: null }],
    });
    const second = await portal.call(
      'GET',
      `${CONTACTS}/${contact}/associations/notes?limit=2&after=${first.body.paging.next.after}`,
    );
    expect(second.body).toEqual({ results: [expect.objectContaining({ toObjectId: notes[2] })] });
  });

  it('have the older form on v3', async () => {
    const [note] = await addNotes(1);
    const answer = await portal.call('GET', `/crm/v3/objects/contacts/${contact}/associations/notes`);
    expect(answer.body.results).toEqual([{ id: String(note), type: 'contact_to_note' }]);
  });

  it('vanish with an archived note', async () => {
    const [note] = await addNotes(1);
    await portal.call('DELETE', `${NOTES}/${note}`);
    expect((await portal.call('GET', `${CONTACTS}/${contact}/associations/notes`)).body.results).toEqual([]);
  });
});

describe('the default link', () => {
  it('is made both ways, once', async () => {
    const note = await portal.call('POST', NOTES, { properties: { hs_timestamp: '2026-11-22T10:00:00Z' } });
    const path = `${NOTES}/${note.body.id}/associations/default/contacts/${contact}`;
    const answer = await portal.call('PUT', path);
    await portal.call('PUT', path);
    expect(answer.body.results).toMatchObject([
      { from: { id: note.body.id }, to: { id: contact }, associationSpec: { associationTypeId: 202 } },
      { from: { id: contact }, to: { id: note.body.id }, associationSpec: { associationTypeId: 201 } },
    ]);
    expect(portal.simulator.record('notes', note.body.id)?.associations).toEqual({
      contacts: [{ id: contact, typeIds: [202] }],
    });
  });

  it('is a 404 when either record is missing', async () => {
    expect((await portal.call('PUT', `${NOTES}/1/associations/default/contacts/${contact}`)).status).toBe(
      404,
    );
  });
});

it('a labelled link answers 201 with number ids, and is removed with 204', async () => {
  const note = await portal.call('POST', NOTES, { properties: { hs_timestamp: '2026-11-22T10:00:00Z' } });
  const path = `${NOTES}/${note.body.id}/associations/contacts/${contact}`;
  const answer = await portal.call('PUT', path, [
    { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 },
  ]);
  expect(answer).toMatchObject({
    status: 201,
    body: { fromObjectId: Number(note.body.id), toObjectId: Number(contact) },
  });
  expect((await portal.call('DELETE', path)).status).toBe(204);
  expect(portal.simulator.record('notes', note.body.id)?.associations).toEqual({});
});

describe('batch read', () => {
  const read = (inputs: unknown[]) =>
    portal.call('POST', '/crm/associations/2026-09/contacts/notes/batch/read', { inputs });

  it('leaves out records without links', async () => {
    const [lonely] = portal.simulator.insert('contacts', [{ email: 'b@example.com' }]);
    const notes = await addNotes(2);
    const answer = await read([{ id: contact }, { id: lonely }]);
    expect(answer.body.results).toMatchObject([
      { from: { id: contact }, to: notes.map((toObjectId) => ({ toObjectId })) },
    ]);
  });

  it('answers 207 for what is no id', async () => {
    const answer = await read([{ id: contact }, { id: 'x' }]);
    expect(answer).toMatchObject({
      status: 207,
      body: {
        errors: [
          {
            subCategory: 'crm.associations.INVALID_IDENTIFIER',
            message: 'x is not a valid ID',
            context: { id: ['x'] },
          },
        ],
      },
    });
  });

  it('refuses more than 1,000 inputs', async () => {
    expect((await read(Array.from({ length: 1_001 }, () => ({ id: contact })))).status).toBe(400);
  });
});

describe('what cannot be linked', () => {
  const path = (to: string, toId: string) => `${CONTACTS}/${contact}/associations/${to}/${toId}`;
  const put = (place: string, types?: unknown) => portal.call('PUT', place, types);

  it('a labelled link without a body, on v4 too', async () => {
    const [company = ''] = portal.simulator.insert('companies', [{ name: 'One' }]);
    for (const place of [
      path('companies', company),
      `/crm/v4/objects/contacts/${contact}/associations/companies/${company}`,
    ])
      expect(await put(place)).toMatchObject({
        status: 400,
        body: { message: 'Invalid JSON input: a request body was expected, but none found' },
      });
  });

  it('a record with itself', async () => {
    const place = `${CONTACTS}/${contact}/associations/default/contacts/${contact}`;
    expect(await put(place)).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR', message: `Cannot associate contact ${contact} with itself` },
    });
  });

  it('types that have no kind of link', async () => {
    const [one = '', two = ''] = portal.simulator.insert('notes', [
      { hs_timestamp: '2026-11-22T10:00:00Z' },
      { hs_timestamp: '2026-11-22T10:00:00Z' },
    ]);
    expect(await put(`${NOTES}/${one}/associations/default/notes/${two}`)).toMatchObject({
      status: 400,
      body: { message: 'No default association between notes and notes' },
    });
  });

  it('by a kind of another pair of types', async () => {
    const [company = ''] = portal.simulator.insert('companies', [{ name: 'One' }]);
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 4 }];
    expect(await put(path('companies', company), types)).toMatchObject({
      status: 400,
      body: {
        message: 'Invalid association type: HUBSPOT_DEFINED 4 does not exist between 0-1 and 0-2',
      },
    });
  });

  it('a record that is not there', async () => {
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }];
    expect(await put(path('companies', '9'), types)).toMatchObject({
      status: 404,
      body: { category: 'OBJECT_NOT_FOUND', message: 'resource not found' },
    });
  });

  it('on create with a target that is not there', async () => {
    const associations = [
      { to: { id: '9' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] },
    ];
    const answer = await portal.call('POST', CONTACTS, {
      properties: { email: 'b@example.com' },
      associations,
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { message: 'one or more associations are not valid' },
    });
  });
});

it.each([
  ['204', 204],
  ['404', 404],
] as const)(
  'with archiveUnknownId %s, removing a link of an unknown record is a %i',
  async (switched, status) => {
    portal.simulator.setBehaviour({ archiveUnknownId: switched });
    const path = `${CONTACTS}/${contact}/associations/notes/9`;
    expect((await portal.call('DELETE', path)).status).toBe(status);
  },
);

it('a page of more than 500 links is refused', async () => {
  expect((await portal.call('GET', `${CONTACTS}/${contact}/associations/notes?limit=501`)).status).toBe(400);
});

it('links shown inline are paged', async () => {
  const notes = portal.simulator.insert(
    'notes',
    Array.from({ length: 501 }, () => ({ hs_timestamp: '2026-11-22T10:00:00Z' })),
  );
  await portal.call('POST', '/crm/associations/2026-09/notes/contacts/batch/associate/default', {
    inputs: notes.map((id) => ({ from: { id }, to: { id: contact } })),
  });
  const { body } = await portal.call('GET', `${CONTACTS}/${contact}?associations=notes`);
  expect(body.associations).toMatchObject({ notes: { paging: { next: { after: notes[500] } } } });
});
