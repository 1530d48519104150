import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const BATCH = '/crm/v3/associations/contacts/companies';

let portal: TestPortal;
let contact: string;
let company: string;

beforeEach(async () => {
  portal = await startPortal();
  [contact = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  [company = ''] = portal.simulator.insert('companies', [{ name: 'One' }]);
});
afterEach(() => portal.simulator.stop());

const one = (kind: string) => `/crm/v3/objects/contacts/${contact}/associations/companies/${company}/${kind}`;
const kinds = () => portal.simulator.record('contacts', contact)?.associations.companies?.[0]?.typeIds;

describe('one link', () => {
  it.each([
    ['contact_to_company', [1, 279]],
    ['contact_to_company_unlabeled', [279]],
    ['279', [279]],
  ])('of the kind %s is made of %j', async (kind, typeIds) => {
    const answer = await portal.call('PUT', one(kind));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        id: contact,
        associations: { companies: { results: [{ id: company, type: 'contact_to_company' }] } },
      },
    });
    expect(kinds()).toEqual(typeIds);
  });

  it('of an unknown kind is refused', async () => {
    expect(await portal.call('PUT', one('contact_to_deal'))).toMatchObject({
      status: 400,
      body: { message: 'Invalid association type: contact_to_deal does not exist between 0-1 and 0-2' },
    });
  });

  it('is removed with 204, also when it is not there', async () => {
    await portal.call('PUT', one('279'));
    expect((await portal.call('DELETE', one('279'))).status).toBe(204);
    expect((await portal.call('DELETE', one('279'))).status).toBe(204);
    expect(kinds()).toBeUndefined();
  });

  it('is shown once for each of its kinds when the portal is set so', async () => {
    portal.simulator.setBehaviour({ legacyLinkEntries: 'each' });
    await portal.call('PUT', one('contact_to_company'));
    const answer = await portal.call('GET', `/crm/v3/objects/contacts/${contact}/associations/companies`);
    expect(answer.body.results).toEqual([
      { id: company, type: 'contact_to_company' },
      { id: company, type: 'contact_to_company_unlabeled' },
    ]);
  });
});

describe('batches', () => {
  const input = (type: string) => ({ from: { id: contact }, to: { id: company }, type });

  it('list the kinds by name', async () => {
    expect((await portal.call('GET', `${BATCH}/types`)).body.results).toEqual([
      { id: '279', name: 'contact_to_company_unlabeled' },
      { id: '1', name: 'contact_to_company' },
    ]);
  });

  it('create, read and archive with ids in text', async () => {
    const created = await portal.call('POST', `${BATCH}/batch/create`, {
      inputs: [input('contact_to_company_unlabeled')],
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        results: [{ from: { id: contact }, to: { id: company }, type: 'contact_to_company_unlabeled' }],
      },
    });
    const read = await portal.call('POST', `${BATCH}/batch/read`, { inputs: [{ id: contact }] });
    expect(read.body.results).toEqual([
      { from: { id: contact }, to: [{ id: company, type: 'contact_to_company' }] },
    ]);
    const archived = await portal.call('POST', `${BATCH}/batch/archive`, { inputs: [input('279')] });
    expect(archived.status).toBe(204);
    expect(kinds()).toBeUndefined();
  });

  it('name unknown ids in a 207', async () => {
    const answer = await portal.call('POST', `${BATCH}/batch/create`, {
      inputs: [{ from: { id: '1' }, to: { id: company }, type: '279' }],
    });
    expect(answer).toMatchObject({
      status: 207,
      body: { errors: [{ subCategory: 'crm.associations.INVALID_IDENTIFIER', context: { id: ['1'] } }] },
    });
  });

  it('refuse more than 100 inputs', async () => {
    const inputs = Array.from({ length: 101 }, () => ({ id: contact }));
    expect((await portal.call('POST', `${BATCH}/batch/read`, { inputs })).status).toBe(400);
  });

  it('show no more than 100 links of a record, whatever `after` says', async () => {
    const many = portal.simulator.insert(
      'contacts',
      Array.from({ length: 150 }, (_, place) => ({ email: `many${place}@example.com` })),
    );
    await portal.call('POST', '/crm/associations/2026-09/contacts/companies/batch/associate/default', {
      inputs: many.map((id) => ({ from: { id }, to: { id: company } })),
    });
    const read = (after?: string) =>
      portal.call('POST', '/crm/v3/associations/companies/contacts/batch/read', {
        inputs: [{ id: company, after }],
      });
    const [row] = (await read()).body.results;
    expect(row?.to).toHaveLength(100);
    const [again] = (await read(row?.paging.next.after)).body.results;
    expect(again?.to).toEqual(row?.to);
  });
});
