import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, NOTES, startPortal, type TestPortal } from '../test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

function insertOne(properties: Record<string, string>): string {
  const [id = ''] = portal.simulator.insert('contacts', [properties]);
  return id;
}

describe('one record', () => {
  it('is created with 201, id, dates and the values written', async () => {
    const answer = await portal.call('POST', CONTACTS, {
      properties: { email: ' Ada@Example.com ', city: 'Oslo' },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      archived: false,
      properties: { email: 'ada@example.com', city: 'Oslo', firstname: null, hs_object_id: answer.body.id },
    });
    expect(answer.body.createdAt).toBe(answer.body.properties.createdate);
  });

  it('is refused with 409 and the id in the text when the address exists', async () => {
    const id = insertOne({ email: 'a@example.com' });
    const answer = await portal.call('POST', CONTACTS, { properties: { email: 'A@example.com' } });
    expect(answer).toMatchObject({
      status: 409,
      body: { message: `Contact already exists. Existing ID: ${id}` },
    });
  });

  it('is found by id and by encoded e-mail, and 404 otherwise', async () => {
    const id = insertOne({ email: 'a+b@example.com' });
    const byEmail = await portal.call(
      'GET',
      `${CONTACTS}/a%2Bb%40example.com?idProperty=email&properties=city,nope`,
    );
    expect(byEmail).toMatchObject({ status: 200, body: { id, properties: { city: null } } });
    expect(byEmail.body.properties).not.toHaveProperty('nope');
    expect((await portal.call('GET', `${CONTACTS}/1`)).status).toBe(404);
    expect((await portal.call('GET', `${CONTACTS}/Ada?idProperty=firstname`)).status).toBe(400);
  });

  it('keeps what an update leaves out and clears what is empty', async () => {
    const id = insertOne({ email: 'a@example.com', firstname: 'A', city: 'Oslo' });
    const answer = await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: '' } });
    expect(answer.body.properties).toMatchObject({ city: '', firstname: 'A' });
  });

  it('is updated by e-mail', async () => {
    const id = insertOne({ email: 'a@example.com' });
    const answer = await portal.call('PATCH', `${CONTACTS}/a%40example.com?idProperty=email`, {
      properties: { city: 'Oslo' },
    });
    expect(answer.body).toMatchObject({ id, properties: { city: 'Oslo' } });
  });

  it('is hidden once archived, and readable with archived=true', async () => {
    const id = insertOne({ email: 'a@example.com' });
    const modified = portal.simulator.record('contacts', id)?.updatedAt;
    expect((await portal.call('DELETE', `${CONTACTS}/${id}`)).status).toBe(204);
    expect((await portal.call('GET', `${CONTACTS}/${id}`)).status).toBe(404);
    const archived = await portal.call('GET', `${CONTACTS}/${id}?archived=true`);
    expect(archived.body).toMatchObject({ archived: true, updatedAt: modified });
    expect(archived.body.archivedAt).toEqual(expect.any(String));
  });

  it.each([
    ['204', 204],
    ['404', 404],
  ] as const)(
    'answers %s to archiving an unknown id in a portal set so',
    async (archiveUnknownId, status) => {
      portal.simulator.setBehaviour({ archiveUnknownId });
      expect((await portal.call('DELETE', `${CONTACTS}/1`)).status).toBe(status);
    },
  );

  it.each([
    ['', 'Invalid JSON input: a request body was expected, but none found'],
    ['{"a"', 'Invalid input JSON on line 1, column 2'],
    ['[]', 'Invalid input JSON'],
    ['{"properties":{"city":{"a":1}}}', 'Invalid input JSON'],
  ])('refuses the body %s', async (body, message) => {
    const answer = await portal.call('POST', CONTACTS, body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
  });

  it('moves a lifecycle stage only forward, unless it is cleared first', async () => {
    const id = insertOne({ email: 'a@example.com', lifecyclestage: 'customer' });
    const write = (lifecyclestage: string) =>
      portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { lifecyclestage } });
    expect(await write('lead')).toMatchObject({
      status: 200,
      body: { properties: { lifecyclestage: 'customer' } },
    });
    await write('');
    expect(await write('lead')).toMatchObject({
      status: 200,
      body: { properties: { lifecyclestage: 'lead' } },
    });
  });

  it('refuses a backward lifecycle stage in a portal set so', async () => {
    portal.simulator.setBehaviour({ lifecycleBackward: 'refuse' });
    const id = insertOne({ email: 'a@example.com', lifecyclestage: 'customer' });
    expect(
      (await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { lifecyclestage: 'lead' } })).status,
    ).toBe(400);
  });

  it('shows links and history inline when asked', async () => {
    portal.simulator.setBehaviour({ recordHistory: true });
    const id = insertOne({ email: 'a@example.com', city: 'Oslo' });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Bergen' } });
    const associations = [
      { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ];
    const note = await portal.call('POST', NOTES, {
      properties: { hs_timestamp: '2026-11-22T10:00:00Z' },
      associations,
    });
    const answer = await portal.call(
      'GET',
      `${CONTACTS}/${id}?associations=notes&propertiesWithHistory=city`,
    );
    expect(answer.body.associations).toEqual({
      notes: { results: [{ id: note.body.id, type: 'contact_to_note' }] },
    });
    expect(answer.body.propertiesWithHistory).toMatchObject({
      city: [{ value: 'Bergen' }, { value: 'Oslo' }],
    });
  });
});

describe('the list', () => {
  it('pages by id, ten at a time by default, until paging is absent', async () => {
    const ids = portal.simulator.insert(
      'contacts',
      Array.from({ length: 12 }, (_, place) => ({ email: `p${place}@example.com` })),
    );
    const first = await portal.call('GET', CONTACTS);
    expect(first.body.results.map((record) => record.id)).toEqual(ids.slice(0, 10));
    expect(first.body.paging.next.after).toBe(ids[10]);
    const second = await portal.call('GET', `${CONTACTS}?after=${first.body.paging.next.after}`);
    expect(second.body.results.map((record) => record.id)).toEqual(ids.slice(10));
    expect(second.body).not.toHaveProperty('paging');
  });

  it.each([
    ['limit=101', 400],
    ['limit=100', 200],
    ['limit=0', 400],
    ['limit=51&propertiesWithHistory=city', 400],
    ['limit=50&propertiesWithHistory=city', 200],
    ['after=x', 400],
  ])('answers %s with %i', async (query, status) => {
    expect((await portal.call('GET', `${CONTACTS}?${query}`)).status).toBe(status);
  });

  it('shows archived records alone, for 90 days', async () => {
    const kept = insertOne({ email: 'a@example.com' });
    const gone = insertOne({ email: 'b@example.com' });
    await portal.call('DELETE', `${CONTACTS}/${gone}`);
    expect((await portal.call('GET', CONTACTS)).body.results).toMatchObject([{ id: kept }]);
    expect((await portal.call('GET', `${CONTACTS}?archived=true`)).body.results).toMatchObject([
      { id: gone, archived: true },
    ]);
    portal.simulator.setClock({ advanceMs: 91 * 86_400_000 });
    expect((await portal.call('GET', `${CONTACTS}?archived=true`)).body.results).toEqual([]);
  });
});

describe('versions and paths', () => {
  it.each([
    ['/crm/objects/2026-09/contacts', 200],
    ['/crm/objects/2026-03/contacts', 200],
    ['/crm/v3/objects/contacts', 200],
    ['/crm/objects/2026-09/0-1', 200],
    ['/crm/objects/2026-09/contact', 200],
    ['/crm/2026-09/objects/contacts', 404],
    ['/crm/objects/2027-03/contacts', 404],
    ['/crm/objects/v3/contacts', 404],
    ['/crm/v2/objects/contacts', 404],
    ['/crm/objects/2026-09/contacts/batch/nope', 404],
    ['/nowhere', 404],
  ])('answers GET %s with %i', async (path, status) => {
    expect((await portal.call('GET', path)).status).toBe(status);
  });

  it('cannot infer an unknown object type', async () => {
    const answer = await portal.call('GET', '/crm/objects/2026-09/butterflies');
    expect(answer).toMatchObject({
      status: 400,
      body: { message: 'Unable to infer object type from: butterflies' },
    });
  });

  it('refuses a URL beyond 8 kB with 414', async () => {
    expect((await portal.call('GET', `${CONTACTS}?properties=${'x'.repeat(9_000)}`)).status).toBe(414);
  });
});
