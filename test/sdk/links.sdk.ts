import { beforeAll, describe, expect, it } from 'vitest';
import { connected } from './connect.ts';

const portal = connected();
const crm = () => portal.client.crm;
let person: string;
let company: string;
let deal: string;

beforeAll(async () => {
  ({ id: person } = await crm().contacts.basicApi.create({
    properties: { email: 'linked@example.com' },
    associations: [],
  }));
  ({ id: company } = await crm().companies.basicApi.create({
    properties: { name: 'Example' },
    associations: [],
  }));
  ({ id: deal } = await crm().deals.basicApi.create({
    properties: { dealname: 'Deal', pipeline: 'default', dealstage: 'appointmentscheduled' },
    associations: [],
  }));
});

const unlabelled = [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 279 }];

describe('associations v4', () => {
  it('links by default and by label, reads and removes', async () => {
    const { basicApi } = crm().associations.v4;
    const linked = await basicApi.createDefault('contacts', person, 'companies', company);
    expect(linked.results).toHaveLength(2);
    await basicApi.create('contacts', person, 'companies', company, unlabelled);
    const page = await basicApi.getPage('contacts', person, 'companies');
    expect(page.results.map(({ toObjectId }) => String(toObjectId))).toEqual([company]);
    await basicApi.archive('contacts', person, 'companies', company);
    expect((await basicApi.getPage('contacts', person, 'companies')).results).toEqual([]);
  });

  it('does the same in batches', async () => {
    const { batchApi } = crm().associations.v4;
    await batchApi.create('contacts', 'companies', {
      inputs: [{ _from: { id: person }, to: { id: company }, types: unlabelled }],
    });
    await batchApi.createDefault('contacts', 'deals', {
      inputs: [{ _from: { id: person }, to: { id: deal } }],
    });
    const read = await batchApi.getPage('contacts', 'deals', { inputs: [{ id: person }] });
    expect(read.results[0]?.to.map(({ toObjectId }) => String(toObjectId))).toEqual([deal]);
    await batchApi.archive('contacts', 'deals', { inputs: [{ _from: { id: person }, to: [{ id: deal }] }] });
    expect((await batchApi.getPage('contacts', 'deals', { inputs: [{ id: person }] })).results).toEqual([]);
  });

  it('knows labels', async () => {
    const { definitionsApi } = crm().associations.v4.schema;
    const made = await definitionsApi.create('contacts', 'companies', { label: 'Advisor', name: 'advisor' });
    expect(made.results.length).toBeGreaterThan(0);
    const all = await definitionsApi.getAll('contacts', 'companies');
    expect(all.results.map(({ label }) => label)).toContain('Advisor');
  });
});

it('links in batches of the older version', async () => {
  const { batchApi } = crm().associations;
  const made = await batchApi.create('contacts', 'companies', {
    inputs: [{ _from: { id: person }, to: { id: company }, type: 'contact_to_company' }],
  });
  expect(made.results).toHaveLength(1);
  const read = await batchApi.read('contacts', 'companies', { inputs: [{ id: person }] });
  expect(read.results[0]?.to.map(({ id }) => id)).toEqual([company]);
});
