import { describe, expect, it } from 'vitest';
import { objects, VERSIONS } from './paths.ts';
import { make, makeContact, UNKNOWN_ID, useKeys, valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const keyOf = useKeys(portal);
const CONTACTS = objects('2026-09', 'contacts');

const byAddress = (address: unknown) => `${CONTACTS}/${encodeURIComponent(String(address))}?idProperty=email`;

describe.each(VERSIONS)('a merge of %s', (version) => {
  const merge = async (more: [Record<string, string>, Record<string, string>] = [{}, {}]) => {
    const primary = await makeContact(portal, more[0]);
    const other = await makeContact(portal, more[1]);
    const answer = await portal.call('POST', `${objects(version, 'contacts')}/merge`, {
      primaryObjectId: primary.id,
      objectIdToMerge: other.id,
    });
    expect(answer, answer.text).toMatchObject({ status: 200 });
    return { primary, other, merged: answer.body };
  };

  it('leaves one record that both ids lead to', async () => {
    const { primary, other, merged } = await merge();
    for (const id of [primary.id, other.id])
      expect(await portal.call('GET', `${objects(version, 'contacts')}/${id}`)).toMatchObject({
        status: 200,
        body: { id: merged.id },
      });
  });

  it('names what it absorbed', async () => {
    const { primary, other, merged } = await merge();
    const { hs_merged_object_ids: absorbed } = await valuesOf(portal, 'contacts', merged.id, [
      'hs_merged_object_ids',
    ]);
    const ids = String(absorbed).split(';');
    expect(ids).toContain(other.id);
    expect(ids.includes(primary.id)).toBe(merged.id !== primary.id);
  });

  it('keeps the values of the primary, and takes what only the other has', async () => {
    const { merged } = await merge([
      { city: 'Ulm', jobtitle: 'Pilot' },
      { city: 'Bonn', company: 'Example' },
    ]);
    expect(await valuesOf(portal, 'contacts', merged.id, ['city', 'jobtitle', 'company'])).toMatchObject({
      city: 'Ulm',
      jobtitle: 'Pilot',
      company: 'Example',
    });
  });

  it('keeps the address of the other as an additional one, which leads to the contact', async () => {
    const { primary, other, merged } = await merge();
    const values = await valuesOf(portal, 'contacts', merged.id, ['email', 'hs_additional_emails']);
    expect(values.email).toBe(primary.properties.email);
    expect(String(values.hs_additional_emails).split(';')).toContain(other.properties.email);
    expect(await portal.call('GET', byAddress(other.properties.email))).toMatchObject({
      status: 200,
      body: { id: merged.id },
    });
  });
});

describe('a merge', () => {
  it.each([
    ['companies', () => ({ name: portal.name('company') })],
    ['deals', () => ({ dealname: portal.name('deal'), dealstage: 'closedwon', pipeline: 'default' })],
  ])('is for %s too', async (type, given) => {
    const primary = await make(portal, type, given());
    const other = await make(portal, type, given());
    const { status, body } = await portal.call('POST', `${objects('2026-09', type)}/merge`, {
      primaryObjectId: primary.id,
      objectIdToMerge: other.id,
    });
    expect(status).toBe(200);
    expect((await portal.call('GET', `${objects('2026-09', type)}/${other.id}`)).body.id).toBe(body.id);
  });

  it('of what is not there is refused', async () => {
    const { id } = await makeContact(portal);
    const answer = await portal.call('POST', `${CONTACTS}/merge`, {
      primaryObjectId: id,
      objectIdToMerge: UNKNOWN_ID,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it('of a record with itself is refused', async () => {
    const { id } = await makeContact(portal);
    const answer = await portal.call('POST', `${CONTACTS}/merge`, {
      primaryObjectId: id,
      objectIdToMerge: id,
    });
    expect(answer.status).toBe(400);
  });

  it('leaves an upsert by an additional address with the contact that has it', async () => {
    const primary = await makeContact(portal);
    const other = await makeContact(portal);
    const { body } = await portal.call('POST', `${CONTACTS}/merge`, {
      primaryObjectId: primary.id,
      objectIdToMerge: other.id,
    });
    const address = String(other.properties.email);
    const answer = await portal.call('POST', `${CONTACTS}/batch/upsert`, {
      inputs: [{ id: address, idProperty: 'email', properties: { city: 'Ulm' } }],
    });
    expect(answer).toMatchObject({ status: 200, body: { results: [{ id: body.id, new: false }] } });
    expect(await valuesOf(portal, 'contacts', body.id, ['email'])).toMatchObject({
      email: primary.properties.email,
    });
    expect(await portal.call('POST', CONTACTS, { properties: { email: address } })).toMatchObject({
      status: 409,
    });
  });
});

simulatorOnly('a real portal has one of both behaviours', () => {
  const set = (behaviour: object) => portal.admin('POST', 'options', { behaviour });
  const mergeTwo = async (more: [Record<string, string>, Record<string, string>] = [{}, {}]) => {
    const primary = await makeContact(portal, more[0]);
    const other = await makeContact(portal, more[1]);
    const { body } = await portal.call('POST', `${CONTACTS}/merge`, {
      primaryObjectId: primary.id,
      objectIdToMerge: other.id,
    });
    return { primary, other, merged: body };
  };

  it.each([
    ['new', false],
    ['primary', true],
  ])('the merged record has a %s id', async (mergedId, isPrimary) => {
    await set({ mergedId });
    const { primary, other, merged } = await mergeTwo();
    expect(merged.id === primary.id).toBe(isPrimary);
    expect(merged.id).not.toBe(other.id);
    await set({ mergedId: 'new' });
  });

  it.each([
    ['creates', true],
    ['resolves', false],
  ])('an upsert by a unique value that a merge dropped %s', async (mergedAwayUniqueValue, isNew) => {
    await set({ mergedAwayUniqueValue });
    const key = await keyOf('contacts', 'contactinformation');
    const [kept, dropped] = [portal.name('kept'), portal.name('dropped')];
    await mergeTwo([{ [key]: kept }, { [key]: dropped }]);
    const { body } = await portal.call('POST', `${CONTACTS}/batch/upsert`, {
      inputs: [{ id: dropped, idProperty: key, properties: { firstname: 'Ada' } }],
    });
    expect(body.results).toMatchObject([{ new: isNew }]);
    await set({ mergedAwayUniqueValue: 'creates' });
  });

  it.each([
    ['promote', 200],
    ['conflict', 409],
  ])(
    'an additional address that is set as the primary one: %s is %i',
    async (emailFromAdditional, status) => {
      await set({ emailFromAdditional });
      const { other, merged } = await mergeTwo();
      const answer = await portal.call('PATCH', `${CONTACTS}/${merged.id}`, {
        properties: { email: other.properties.email },
      });
      expect(answer.status).toBe(status);
      await set({ emailFromAdditional: 'promote' });
    },
  );

  it('more than the allowed number of addresses is 414', async () => {
    await set({ maxIdentities: 1 });
    const [primary, other] = [await makeContact(portal), await makeContact(portal)];
    expect(
      await portal.call('POST', `${CONTACTS}/merge`, {
        primaryObjectId: primary.id,
        objectIdToMerge: other.id,
      }),
    ).toMatchObject({ status: 414 });
    await set({ maxIdentities: 250 });
  });
});
