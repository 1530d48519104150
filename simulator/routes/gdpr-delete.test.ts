import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, NOTES, startPortal, type TestPortal, upserts } from '../test-client.ts';

const MS_PER_DAY = 86_400_000;
const COMPANIES = '/crm/objects/2026-09/companies';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const erase = (objectId: string, idProperty?: string) =>
  portal.call('POST', `${CONTACTS}/gdpr-delete`, { objectId, ...(idProperty ? { idProperty } : {}) });
const create = (email: string) => portal.call('POST', CONTACTS, { properties: { email } });
function insertOne(properties: Record<string, string>): string {
  const [id = ''] = portal.simulator.insert('contacts', [properties]);
  return id;
}

describe('a privacy delete', () => {
  it('by id removes the record at once, out of the recycle bin too', async () => {
    const id = insertOne({ email: 'a@example.com' });
    expect((await erase(id)).status).toBe(204);
    for (const query of ['', '?archived=true'])
      expect((await portal.call('GET', `${CONTACTS}/${id}${query}`)).status).toBe(404);
    expect((await portal.call('GET', `${CONTACTS}?archived=true`)).body.results).toEqual([]);
    expect(portal.simulator.record('contacts', id)).toBeUndefined();
  });

  it('by address finds a contact by an additional one', async () => {
    const id = insertOne({ email: 'a@example.com', hs_additional_emails: 'b@example.com' });
    expect((await erase('B@example.com', 'email')).status).toBe(204);
    expect((await portal.call('GET', `${CONTACTS}/${id}`)).status).toBe(404);
  });

  it('erases what a contact has become by a merge, under all its ids', async () => {
    const ids = portal.simulator.insert('contacts', [{ email: 'a@example.com' }, { email: 'b@example.com' }]);
    const [primaryObjectId, objectIdToMerge = ''] = ids;
    await portal.call('POST', `${CONTACTS}/merge`, { primaryObjectId, objectIdToMerge });
    expect((await erase(objectIdToMerge)).status).toBe(204);
    for (const id of ids) expect((await portal.call('GET', `${CONTACTS}/${id}`)).status).toBe(404);
    expect((await create('b@example.com')).status).toBe(400);
  });

  it('takes the links of the record along', async () => {
    const id = insertOne({ email: 'a@example.com' });
    const associations = [
      { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ];
    const properties = { hs_timestamp: '2026-11-22T10:00:00Z' };
    const note = await portal.call('POST', NOTES, { properties, associations });
    await erase(id);
    expect((await portal.call('GET', `${NOTES}/${note.body.id}/associations/contacts`)).body.results).toEqual(
      [],
    );
  });

  it('of an archived record empties its place in the recycle bin', async () => {
    const id = insertOne({ email: 'a@example.com' });
    await portal.call('DELETE', `${CONTACTS}/${id}`);
    expect((await erase(id)).status).toBe(204);
    expect(portal.simulator.state().counts.contacts).toEqual({ live: 0, archived: 0 });
  });

  it('of an unknown id is 404, by a property that is not unique 400', async () => {
    expect((await erase('1')).status).toBe(404);
    expect((await erase('Ada', 'firstname')).status).toBe(400);
  });

  it('works for other kinds of records', async () => {
    const { id } = (await portal.call('POST', COMPANIES, { properties: { name: 'Example' } })).body;
    expect((await portal.call('POST', `${COMPANIES}/gdpr-delete`, { objectId: id })).status).toBe(204);
    expect((await portal.call('GET', `${COMPANIES}/${id}`)).status).toBe(404);
  });
});

describe('an address that was named in a privacy delete', () => {
  it('is refused on create, upsert and update, and named as blacklisted', async () => {
    insertOne({ email: 'a@example.com' });
    const other = insertOne({ email: 'other@example.com' });
    await erase('a@example.com', 'email');
    const answers = [
      await create('A@example.com'),
      await portal.call('POST', `${CONTACTS}/batch/upsert`, upserts([['a@example.com', {}]])),
      await portal.call('PATCH', `${CONTACTS}/${other}`, { properties: { email: 'a@example.com' } }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
      expect(answer.body.message).toContain('Email address a@example.com is GDPR blacklisted');
    }
  });

  it('is refused though no contact had it', async () => {
    expect((await erase('nobody@example.com', 'email')).status).toBe(204);
    expect((await create('nobody@example.com')).status).toBe(400);
  });

  it.each([
    [0, 0, 201],
    [30, 29, 400],
    [30, 30, 201],
    [null, 4_000, 400],
  ])(
    'with blockage of %s days is answered after %i days with %i',
    async (addressBlockedDays, days, status) => {
      portal.simulator.setClock({ frozen: true });
      portal.simulator.setBehaviour({ addressBlockedDays });
      await erase('a@example.com', 'email');
      portal.simulator.setClock({ advanceMs: days * MS_PER_DAY });
      expect((await create('a@example.com')).status).toBe(status);
    },
  );
});
