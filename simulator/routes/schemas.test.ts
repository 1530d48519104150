import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const SCHEMAS = '/crm-object-schemas/2026-09/schemas';
const CAR = {
  name: 'car',
  labels: { singular: 'Car', plural: 'Cars' },
  primaryDisplayProperty: 'plate',
  requiredProperties: ['plate'],
  searchableProperties: ['plate'],
  properties: [
    { name: 'plate', label: 'Plate', type: 'string', fieldType: 'text', hasUniqueValue: true },
    { name: 'seats', label: 'Seats', type: 'number', fieldType: 'number' },
  ],
  associatedObjects: ['CONTACT', '0-2'],
};

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ portalId: 77 });
});
afterEach(() => portal.simulator.stop());

const define = (change: object = {}) => portal.call('POST', SCHEMAS, { ...CAR, ...change });
const cars = (path: string) => `/crm/objects/2026-09/p77_car${path}`;

describe('the definition of a custom object', () => {
  it('is made with type id, full name and the properties it brings along', async () => {
    const { status, body } = await define();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      objectTypeId: '2-1',
      fullyQualifiedName: 'p77_car',
      name: 'car',
      requiredProperties: ['plate'],
      archived: false,
      associations: [{ toObjectTypeId: '0-1' }, { toObjectTypeId: '0-2' }],
    });
    const names = (body.properties as unknown as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['plate', 'seats', 'hs_object_id', 'hs_lastmodifieddate']));
  });

  it('is listed and read by each of its names, in every version', async () => {
    await define();
    for (const path of [`${SCHEMAS}/2-1`, `${SCHEMAS}/p77_car`, '/crm/v3/schemas/p_car']) {
      expect((await portal.call('GET', path)).body).toMatchObject({ fullyQualifiedName: 'p77_car' });
    }
    expect((await portal.call('GET', '/crm/v3/schemas')).body.results).toMatchObject([{ name: 'car' }]);
  });

  it.each([
    ['without a name', { name: undefined }, 400],
    ['with a bad name', { name: '1 car' }, 400],
    ['without labels', { labels: undefined }, 400],
    ['without properties', { properties: undefined }, 400],
    ['with a bad property', { properties: [{ name: 'plate', type: 'colour' }] }, 400],
    ['that requires a property it does not define', { requiredProperties: ['doors'] }, 400],
    ['with an unknown associated object', { associatedObjects: ['butterflies'] }, 400],
  ])('is refused %s, and leaves nothing behind', async (_, change, status) => {
    expect((await define(change)).status).toBe(status);
    expect((await portal.call('GET', SCHEMAS)).body.results).toEqual([]);
    expect((await portal.call('GET', cars(''))).status).toBe(400);
  });

  it('is refused a second time with 409', async () => {
    await define();
    expect(await define()).toMatchObject({ status: 409, body: { category: 'OBJECT_ALREADY_EXISTS' } });
  });

  it('can be changed: labels and required properties, which then bind', async () => {
    await define();
    const changed = { labels: { plural: 'Vehicles' }, requiredProperties: ['plate', 'seats'] };
    const answer = await portal.call('PATCH', `${SCHEMAS}/2-1`, changed);
    expect(answer.body).toMatchObject({ labels: { singular: 'Car', plural: 'Vehicles' } });
    expect((await portal.call('POST', cars(''), { properties: { plate: 'A 1' } })).status).toBe(400);
    expect((await portal.call('POST', cars(''), { properties: { plate: 'A 1', seats: '5' } })).status).toBe(
      201,
    );
  });

  it('cannot be archived while it has records, and is out of reach afterwards', async () => {
    await define();
    const { id } = (await portal.call('POST', cars(''), { properties: { plate: 'A 1' } })).body;
    expect((await portal.call('DELETE', `${SCHEMAS}/2-1`)).status).toBe(400);
    await portal.call('DELETE', cars(`/${id}`));
    expect((await portal.call('DELETE', `${SCHEMAS}/2-1`)).status).toBe(204);
    expect((await portal.call('GET', cars(''))).status).toBe(400);
    expect((await portal.call('GET', `${SCHEMAS}?archived=true`)).body.results).toMatchObject([
      { name: 'car', archived: true },
    ]);
  });

  it('keeps its name until it is removed for good', async () => {
    await define();
    await portal.call('DELETE', `${SCHEMAS}/2-1`);
    expect((await define()).status).toBe(409);
    expect((await portal.call('DELETE', `${SCHEMAS}/2-1?archived=true`)).status).toBe(204);
    expect((await define()).body.objectTypeId).toBe('2-2');
  });

  it('of a built-in object can be read, not changed', async () => {
    expect((await portal.call('GET', `${SCHEMAS}/contacts`)).body).toMatchObject({
      objectTypeId: '0-1',
      metaType: 'HUBSPOT',
    });
    expect((await portal.call('PATCH', `${SCHEMAS}/contacts`, { labels: {} })).status).toBe(400);
  });

  it.each([
    ['GET', SCHEMAS, ['crm.schemas.custom.read'], 200],
    ['GET', SCHEMAS, ['crm.objects.contacts.read'], 403],
    ['POST', SCHEMAS, ['crm.objects.custom.write'], 403],
    ['GET', cars(''), ['crm.objects.custom.read'], 200],
    ['GET', cars(''), ['crm.objects.contacts.read'], 403],
  ])('asks for scopes of its own: %s %s with %o is %i', async (method, path, scopes, status) => {
    await define();
    portal.simulator.addToken({ token: 'narrow', scopes });
    const headers = { authorization: 'Bearer narrow' };
    expect((await portal.call(method, path, method === 'POST' ? CAR : undefined, headers)).status).toBe(
      status,
    );
  });
});

describe('records of a custom object', () => {
  it('are written, listed, merged and archived like any other', async () => {
    await define();
    const batch = {
      inputs: ['A 1', 'A 2'].map((id) => ({ id, idProperty: 'plate', properties: { seats: '4' } })),
    };
    const { body } = await portal.call('POST', cars('/batch/upsert'), batch);
    expect(body.results).toMatchObject([
      { new: true, properties: { plate: 'A 1' } },
      { new: true, properties: { plate: 'A 2' } },
    ]);
    const [one, other] = body.results.map(({ id }) => id);
    const merge = { primaryObjectId: one, objectIdToMerge: other };
    const merged = await portal.call('POST', cars('/merge'), merge);
    expect((await portal.call('GET', cars(`/${other}`))).body.id).toBe(merged.body.id);
    expect(
      (await portal.call('GET', '/crm/objects/2026-09/2-1?properties=seats')).body.results,
    ).toMatchObject([{ id: merged.body.id, properties: { seats: '4' } }]);
    expect((await portal.call('POST', cars(''), { properties: { seats: '4' } })).body.message).toBe(
      'Error creating P77_CAR. Some required properties were not set.',
    );
  });

  it('are linked with records of other kinds, and found by search', async () => {
    portal.simulator.setBehaviour({ searchLag: { minMs: 0, maxMs: 0 } });
    await define();
    const { id } = (await portal.call('POST', cars(''), { properties: { plate: 'A 1' } })).body;
    const [contact] = portal.simulator.insert('contacts', [{ firstname: 'Ada' }]);
    expect((await portal.call('PUT', cars(`/${id}/associations/default/contacts/${contact}`))).status).toBe(
      200,
    );
    const links = await portal.call('GET', `/crm/objects/2026-09/contacts/${contact}/associations/2-1`);
    expect(links.body.results).toMatchObject([{ toObjectId: Number(id) }]);
    const filters = [{ propertyName: 'plate', operator: 'EQ', value: 'A 1' }];
    const search = await portal.call('POST', cars('/search'), { filterGroups: [{ filters }] });
    expect(search.body.results).toMatchObject([{ id }]);
  });

  it('come back with their definition from a state file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-schemas-'));
    const stateFile = join(folder, 'portal.ndjson');
    const before = await startPortal({ portalId: 77, stateFile });
    await before.call('POST', SCHEMAS, CAR);
    const { id } = (await before.call('POST', cars(''), { properties: { plate: 'A 1', seats: '2' } })).body;
    await before.simulator.stop();
    const after = await startPortal({ portalId: 77, stateFile });
    expect((await after.call('GET', cars(`/${id}?properties=seats`))).body.properties.seats).toBe('2');
    expect((await after.call('POST', SCHEMAS, { ...CAR, name: 'boat' })).body.objectTypeId).toBe('2-2');
    await after.simulator.stop();
    await rm(folder, { recursive: true });
  });
});
