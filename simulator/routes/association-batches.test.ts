import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const DATED = '/crm/associations/2026-09/contacts/companies';
const V4 = '/crm/v4/associations/contacts/companies';
const PLAIN = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }];
const PRIMARY = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }];

let portal: TestPortal;
let contacts: string[];
let companies: string[];

beforeEach(async () => {
  portal = await startPortal();
  contacts = portal.simulator.insert(
    'contacts',
    ['a', 'b', 'c'].map((name) => ({ email: `${name}@example.com` })),
  );
  companies = portal.simulator.insert('companies', [{ name: 'One' }, { name: 'Two' }]);
});
afterEach(() => portal.simulator.stop());

const pair = (contact: number, company: number, types?: unknown) => ({
  from: { id: contacts[contact] },
  to: { id: companies[company] },
  ...(types === undefined ? {} : { types }),
});
const post = (path: string, inputs: unknown[]) => portal.call('POST', path, { inputs });
const linked = (contact: number) =>
  portal.simulator.record('contacts', contacts[contact] ?? '')?.associations.companies ?? [];

describe('batch create', () => {
  it('links with number ids and labels, 201', async () => {
    const answer = await post(`${DATED}/batch/create`, [pair(0, 0, PLAIN), pair(1, 1, PRIMARY)]);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        status: 'COMPLETE',
        results: [
          { fromObjectTypeId: '0-1', fromObjectId: Number(contacts[0]), toObjectId: Number(companies[0]) },
          { toObjectTypeId: '0-2', toObjectId: Number(companies[1]), labels: ['Primary'] },
        ],
      },
    });
    expect(linked(1)).toEqual([{ id: companies[1], typeIds: [1, 279] }]);
  });

  it('takes 2,000 inputs and refuses 2,001', async () => {
    const input = pair(0, 0, PLAIN);
    const many = Array.from({ length: 2_001 }, () => input);
    expect((await post(`${DATED}/batch/create`, many.slice(1))).status).toBe(201);
    expect((await post(`${DATED}/batch/create`, many)).status).toBe(400);
  });

  it('answers 207 for what is no id and for unknown ids, and links the rest', async () => {
    const answer = await post(`${DATED}/batch/create`, [
      pair(0, 0, PLAIN),
      { from: { id: 'x' }, to: { id: companies[0] }, types: PLAIN },
      { from: { id: contacts[1] }, to: { id: '999' }, types: PLAIN },
    ]);
    expect(answer).toMatchObject({ status: 207, body: { numErrors: 2 } });
    expect(answer.body.errors).toEqual(
      ['x', '999'].map((id) => ({
        status: 'error',
        category: 'VALIDATION_ERROR',
        subCategory: 'crm.associations.INVALID_IDENTIFIER',
        message: `${id} is not a valid ID`,
        context: { id: [id] },
      })),
    );
    expect(answer.body.results).toHaveLength(1);
    expect(linked(0)).toHaveLength(1);
  });

  it('a record to itself is an error without a context', async () => {
    const answer = await post('/crm/associations/2026-09/contacts/contacts/batch/create', [
      {
        from: { id: contacts[0] },
        to: { id: contacts[0] },
        types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 449 }],
      },
    ]);
    expect(answer).toMatchObject({ status: 207, body: { numErrors: 1, results: [] } });
    expect(answer.body.errors[0]).toEqual({
      status: 'error',
      category: 'VALIDATION_ERROR',
      message: `Cannot associate contact ${contacts[0]} with itself`,
    });
  });

  it.each([
    [[{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }], 'HUBSPOT_DEFINED 3 does not exist'],
    [[{ associationCategory: 'USER_DEFINED', associationTypeId: 279 }], 'USER_DEFINED 279 does not exist'],
    [[], 'At least one association type is required'],
    [undefined, '[types]'],
  ])('types %j refuse the whole batch: %s', async (types, sentence) => {
    const answer = await post(`${DATED}/batch/create`, [pair(0, 0, PLAIN), pair(1, 0, types)]);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(sentence);
    expect(linked(0)).toEqual([]);
  });

  it('needs the scopes of both sides', async () => {
    portal.simulator.addToken({
      token: 'half',
      scopes: ['crm.objects.contacts.read', 'crm.objects.contacts.write'],
    });
    const answer = await portal.call(
      'POST',
      `${DATED}/batch/create`,
      { inputs: [pair(0, 0, PLAIN)] },
      { authorization: 'Bearer half' },
    );
    expect(answer).toMatchObject({ status: 403, body: { category: 'MISSING_SCOPES' } });
    expect(answer.text).toContain('crm.objects.companies.write');
  });
});

describe('batch default', () => {
  it('shows both directions of each link', async () => {
    const answer = await post(`${DATED}/batch/associate/default`, [pair(0, 0), pair(1, 0)]);
    expect(answer.status).toBe(200);
    expect(answer.body.results).toHaveLength(4);
    expect(answer.body.results[1]).toMatchObject({
      from: { id: companies[0] },
      to: { id: contacts[0] },
      associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 280 },
    });
  });
});

describe('batch read', () => {
  it('pages each record by itself, 500 at a time', async () => {
    const many = portal.simulator.insert(
      'contacts',
      Array.from({ length: 600 }, (_, place) => ({ email: `many${place}@example.com` })),
    );
    await post(
      `${DATED}/batch/associate/default`,
      many.map((id) => ({ from: { id }, to: { id: companies[0] } })),
    );
    const read = (inputs: unknown[]) =>
      post('/crm/associations/2026-09/companies/contacts/batch/read', inputs);
    const first = await read([{ id: companies[0] }, { id: companies[1] }]);
    expect(first.body.results).toHaveLength(1);
    const [row] = first.body.results;
    expect(row?.to).toHaveLength(500);
    const second = await read([{ id: companies[0], after: row?.paging.next.after }]);
    expect(second.body.results[0]?.to).toHaveLength(100);
    expect(second.body.results[0]).not.toHaveProperty('paging');
  });
});

describe('batch archive', () => {
  const archived = (path: string) =>
    post(`${path}/batch/archive`, [
      { from: { id: contacts[0] }, to: [{ id: companies[0] }, { id: companies[1] }] },
    ]);

  it.each([
    [V4, 204],
    [DATED, 200],
  ])('on %s answers %i and removes every link of each pair', async (path, status) => {
    await post(`${DATED}/batch/create`, [pair(0, 0, PRIMARY), pair(0, 1, PLAIN)]);
    expect((await archived(path)).status).toBe(status);
    expect(linked(0)).toEqual([]);
  });

  it('passes over links that are not there, and names what is no id', async () => {
    expect((await archived(DATED)).status).toBe(200);
    const answer = await post(`${V4}/batch/archive`, [{ from: { id: 'x' }, to: [{ id: companies[0] }] }]);
    expect(answer).toMatchObject({ status: 207, body: { errors: [{ message: 'x is not a valid ID' }] } });
  });

  it('refuses more than 100 records', async () => {
    const input = { from: { id: contacts[0] }, to: [{ id: companies[0] }] };
    const many = Array.from({ length: 101 }, () => input);
    expect((await post(`${DATED}/batch/archive`, many)).status).toBe(400);
  });
});

describe('labels archive', () => {
  it.each([
    [V4, 204],
    [DATED, 200],
  ])('on %s answers %i and leaves the link without the label', async (path, status) => {
    await post(`${DATED}/batch/create`, [pair(0, 0, PRIMARY)]);
    expect((await post(`${path}/batch/labels/archive`, [pair(0, 0, PRIMARY)])).status).toBe(status);
    expect(linked(0)).toEqual([{ id: companies[0], typeIds: [279] }]);
  });

  it('of the unlabelled kind removes all', async () => {
    await post(`${DATED}/batch/create`, [pair(0, 0, PRIMARY)]);
    await post(`${DATED}/batch/labels/archive`, [pair(0, 0, PLAIN)]);
    expect(linked(0)).toEqual([]);
  });
});

it('custom objects are linked with everything, by kinds of their own', async () => {
  await portal.call('POST', '/crm-object-schemas/2026-09/schemas', {
    name: 'cars',
    labels: { singular: 'Car', plural: 'Cars' },
    primaryDisplayProperty: 'plate',
    requiredProperties: ['plate'],
    properties: [{ name: 'plate', label: 'Plate', type: 'string', fieldType: 'text' }],
    associatedObjects: ['CONTACT'],
  });
  const [car = ''] = portal.simulator.insert('p_cars', [{ plate: 'B 1' }]);
  const linked = await post('/crm/associations/2026-09/p_cars/contacts/batch/associate/default', [
    { from: { id: car }, to: { id: contacts[0] } },
  ]);
  expect(linked.status).toBe(200);
  const labels = await portal.call('GET', '/crm/associations/2026-09/contacts/p_cars/labels');
  expect(labels.body.results).toMatchObject([{ category: 'USER_DEFINED', label: null }]);
  const read = await portal.call('GET', `/crm/v4/objects/contacts/${contacts[0]}/associations/p_cars`);
  expect(read.body.results).toMatchObject([
    { toObjectId: Number(car), associationTypes: labels.body.results.map(({ typeId }) => ({ typeId })) },
  ]);
});
