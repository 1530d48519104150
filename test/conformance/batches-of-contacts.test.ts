import { describe, expect, it } from 'vitest';
import { objects, type Version } from './paths.ts';
import { makeContact, UNKNOWN_ID, useKeys, valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const keyOf = useKeys(portal);

const batch = (version: Version, type: string, operation: string, inputs: unknown, more: object = {}) =>
  portal.call('POST', `${objects(version, type)}/batch/${operation}`, { inputs, ...more });

/** Gives the inputs trace ids t1, t2, ... */
const traced = (inputs: readonly object[]) =>
  inputs.map((input, place) => ({ ...input, objectWriteTraceId: `t${place + 1}` }));

const BAD = { no_such_property_at_all: '1' };

describe('a batch of contacts', () => {
  const contacts = (operation: string, inputs: unknown, more: object = {}) =>
    batch('2026-09', 'contacts', operation, inputs, more);
  const byEmail = (id: string, given: object = {}) => ({ id, idProperty: 'email', properties: given });

  it('of a hundred is created at once', async () => {
    const inputs = Array.from({ length: 100 }, () => ({ properties: { email: portal.address('hundred') } }));
    const { status, body } = await contacts('create', inputs);
    expect(status).toBe(201);
    expect(body.results).toHaveLength(100);
  });

  it('is refused with 409 when one exists and there are no trace ids, nothing written', async () => {
    const { properties } = await makeContact(portal);
    const fresh = portal.address('fresh');
    const answer = await contacts('create', [
      { properties: { email: fresh } },
      { properties: { email: properties.email } },
    ]);
    expect(answer).toMatchObject({ status: 409, body: { status: 'error', category: 'CONFLICT' } });
    expect(answer.body.message).toMatch(/^Contact already exists/);
    const path = `${objects('2026-09', 'contacts')}/${fresh}?idProperty=email`;
    expect((await portal.call('GET', path)).status).toBe(404);
  });

  it('names the existing one in its 207 when there are trace ids', async () => {
    const { id, properties } = await makeContact(portal);
    const inputs = [
      { properties: { email: portal.address('new') } },
      { properties: { email: properties.email } },
    ];
    expect(await contacts('create', traced(inputs))).toMatchObject({
      status: 207,
      body: {
        numErrors: 1,
        results: [{ objectWriteTraceId: 't1' }],
        errors: [
          {
            category: 'CONFLICT',
            message: `Contact already exists. Existing ID: ${id}`,
            context: { objectWriteTraceId: ['t2'], existingId: [id] },
          },
        ],
      },
    });
  });

  it('whose trace ids are not unique is refused whole', async () => {
    const inputs = [{ properties: { email: portal.address('a') } }, { properties: { ...BAD } }];
    const answer = await contacts(
      'create',
      inputs.map((input) => ({ ...input, objectWriteTraceId: 'same' })),
    );
    expect(answer.status).toBe(400);
  });

  it('upserts by e-mail in lower case, keeping what is not named', async () => {
    const { id, properties } = await makeContact(portal, { city: 'Ulm' });
    const address = String(properties.email);
    const { status, body } = await contacts('upsert', [
      byEmail(address.toUpperCase(), { jobtitle: 'Pilot' }),
    ]);
    expect({ status, body }).toMatchObject({ status: 200, body: { results: [{ id, new: false }] } });
    const kept = await valuesOf(portal, 'contacts', id, ['email', 'city', 'jobtitle']);
    expect(kept).toEqual(expect.objectContaining({ email: address, city: 'Ulm', jobtitle: 'Pilot' }));
  });

  it('gives a contact that is made by e-mail its address', async () => {
    const address = portal.address('made');
    const { body } = await contacts('upsert', [byEmail(address, { city: 'Ulm' })]);
    expect(body.results).toMatchObject([{ new: true, properties: { email: address } }]);
  });

  it('refuses e-mails that differ in case alone', async () => {
    const address = portal.address('case');
    const answer = await contacts('upsert', traced([byEmail(address), byEmail(address.toUpperCase())]));
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toMatch(/^Duplicate IDs found in batch input: \[.*\]\. IDs must be unique$/);
  });

  it('is read by e-mail', async () => {
    const { id, properties } = await makeContact(portal);
    const answer = await contacts('read', [{ id: properties.email }], {
      idProperty: 'email',
      properties: [],
    });
    expect(answer).toMatchObject({ status: 200, body: { results: [{ id }] } });
  });

  it('is updated by a unique property', async () => {
    const key = await keyOf('contacts', 'contactinformation');
    const value = portal.name('value');
    const { id } = await makeContact(portal, { [key]: value });
    const input = { id: value, idProperty: key, properties: { city: 'Ulm' } };
    expect(await contacts('update', [input])).toMatchObject({ status: 200, body: { results: [{ id }] } });
  });

  it('is not updated by e-mail', async () => {
    const { properties } = await makeContact(portal);
    const answer = await contacts('update', [byEmail(String(properties.email), { city: 'Ulm' })]);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/^Unable to perform update\/upsert by non-unique 0-1 property email/);
  });

  it.each([
    ['contacts', '0-1', 'firstname'],
    ['deals', '0-3', 'dealname'],
    ['companies', '0-2', 'domain'],
  ])('of %s (%s) is not upserted by %s, which is not unique', async (type, typeId, property) => {
    const answer = await batch('2026-09', type, 'upsert', [
      { id: 'x', idProperty: property, properties: {} },
    ]);
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toBe(
      `Unable to perform update/upsert by non-unique ${typeId} property ${property} in portal ID ${portal.portalId}`,
    );
  });

  it('is not upserted by hs_object_id, nor without idProperty', async () => {
    const { id } = await makeContact(portal);
    const input = { id, properties: { city: 'Ulm' } };
    expect((await contacts('upsert', [{ ...input, idProperty: 'hs_object_id' }])).status).toBe(400);
    expect((await contacts('upsert', [input])).status).toBe(400);
  });

  it('echoes trace ids in its results', async () => {
    const inputs = [byEmail(portal.address('a')), byEmail(portal.address('b'))];
    const { body } = await contacts('upsert', traced(inputs));
    const byTrace = new Map(
      body.results.map((record) => [record.objectWriteTraceId, record.properties.email]),
    );
    expect(byTrace).toEqual(new Map(inputs.map(({ id }, place) => [`t${place + 1}`, id])));
  });

  it('that upserts with trace ids writes the good and lists the bad', async () => {
    const key = await keyOf('contacts', 'contactinformation');
    const input = (id: string, given: object) => ({ id, idProperty: key, properties: given });
    const answer = await contacts(
      'upsert',
      traced([input(portal.name('a'), { firstname: 'Ada' }), input(portal.name('b'), BAD)]),
    );
    expect(answer).toMatchObject({
      status: 207,
      body: {
        numErrors: 1,
        results: [{ objectWriteTraceId: 't1', new: true }],
        errors: [{ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t2'] } }],
      },
    });
  });

  it('that upserts without trace ids writes nothing when one is bad', async () => {
    const address = portal.address('good');
    expect((await contacts('upsert', [byEmail(address), byEmail(portal.address('bad'), BAD)])).status).toBe(
      400,
    );
    const path = `${objects('2026-09', 'contacts')}/${address}?idProperty=email`;
    expect((await portal.call('GET', path)).status).toBe(404);
  });

  it('is read with history, fifty at most', async () => {
    const { id } = await makeContact(portal, { city: 'Ulm' });
    const { status, body } = await contacts('read', [{ id }], { propertiesWithHistory: ['city'] });
    expect(status).toBe(200);
    expect(body.results[0]?.propertiesWithHistory).toMatchObject({ city: [{ value: 'Ulm' }] });
  });

  it('of the archived is read when the query says so', async () => {
    const { id } = await makeContact(portal);
    await portal.call('DELETE', `${objects('2026-09', 'contacts')}/${id}`);
    expect((await contacts('read', [{ id }])).status).toBe(207);
    const answer = await batch('2026-09', 'contacts', 'read?archived=true', [{ id }]);
    expect(answer).toMatchObject({ status: 200, body: { results: [{ id, archived: true }] } });
  });
});

simulatorOnly('portals differ or no answer is recorded', () => {
  const set = (behaviour: object) => portal.admin('POST', 'options', { behaviour });
  const twins = () => {
    const email = portal.address('twin');
    return [{ properties: { email } }, { properties: { email } }];
  };

  it.each([
    ['first-wins', 207],
    ['refuse-batch', 400],
  ])('two inputs of one create with one address: %s is %i', async (duplicateEmailsInCreate, status) => {
    await set({ duplicateEmailsInCreate });
    expect((await batch('2026-09', 'contacts', 'create', traced(twins()))).status).toBe(status);
    await set({ duplicateEmailsInCreate: 'first-wins' });
  });

  it.each([
    [true, 207],
    [false, 400],
  ])('an upsert by e-mail is partial: %s is %i', async (partialUpsertByEmail, status) => {
    await set({ partialUpsertByEmail });
    const inputs = [{}, BAD].map((properties) => ({
      id: portal.address('partial'),
      idProperty: 'email',
      properties,
    }));
    expect((await batch('2026-09', 'contacts', 'upsert', traced(inputs))).status).toBe(status);
    await set({ partialUpsertByEmail: true });
  });

  it.each([
    [true, /^Contact already exists\. Existing ID: \d+$/],
    [false, /^Contact already exists$/],
  ])('the 409 of a batch names an id: %s', async (batchConflictNamesId, sentence) => {
    await set({ batchConflictNamesId });
    const { properties } = await makeContact(portal);
    const answer = await batch('2026-09', 'contacts', 'create', [
      { properties: { email: properties.email } },
    ]);
    expect(answer.status).toBe(409);
    expect(answer.body.message).toMatch(sentence);
    await set({ batchConflictNamesId: true });
  });

  it.each([
    [true, 1],
    [false, 2],
  ])('equal errors are listed once: %s gives %i', async (groupTraceErrors, numErrors) => {
    await set({ groupTraceErrors });
    const inputs = [BAD, BAD].map((properties) => ({ properties }));
    const { body } = await batch('2026-09', 'contacts', 'create', traced(inputs));
    expect(body.errors).toHaveLength(numErrors);
    await set({ groupTraceErrors: false });
  });

  it('results are not in the order of the inputs', async () => {
    const inputs = traced(
      Array.from({ length: 20 }, () => ({ properties: { email: portal.address('order') } })),
    );
    const { body } = await batch('2026-09', 'contacts', 'create', inputs);
    const order = body.results.map((record) => record.objectWriteTraceId);
    expect(order).not.toEqual(inputs.map((input) => input.objectWriteTraceId));
  });

  it.each([
    ['204', 204],
    ['404', 207],
  ])('archiving unknown ids: %s is %i', async (archiveUnknownId, status) => {
    await set({ archiveUnknownId });
    expect((await batch('2026-09', 'contacts', 'archive', [{ id: UNKNOWN_ID }])).status).toBe(status);
    await set({ archiveUnknownId: '204' });
  });
});
