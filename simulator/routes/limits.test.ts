import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal, uniqueProperty } from '../test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const usage = async (what: string) => (await portal.call('GET', `/crm/limits/2026-09/${what}`)).body;

it('tells how many custom properties each type has, and all together', async () => {
  await portal.call('POST', '/crm/properties/2026-09/contacts', uniqueProperty('app_id'));
  const body = await usage('custom-properties');
  expect(body).toMatchObject({ overallUsage: 1, overallLimit: 10_000, overallPercentage: 0.01 });
  expect(body.byObjectType).toContainEqual({
    objectTypeId: '0-1',
    singularLabel: 'Contact',
    pluralLabel: 'Contacts',
    usage: 1,
    limit: 1_000,
    percentage: 0.1,
  });
});

it('counts live records', async () => {
  const [id] = portal.simulator.insert('deals', [
    { dealname: 'A', dealstage: 'closedwon' },
    { dealname: 'B', dealstage: 'closedwon' },
  ]);
  await portal.call('DELETE', `/crm/objects/2026-09/deals/${id}`);
  const { hubspotDefinedObjectTypes } = await usage('records');
  expect(hubspotDefinedObjectTypes).toContainEqual(
    expect.objectContaining({ objectTypeId: '0-3', usage: 1 }),
  );
});

it('counts labels of the portal by pair of types', async () => {
  const labels = '/crm/associations/2026-09/contacts/companies/labels';
  await portal.call('POST', labels, { label: 'Adviser', name: 'adviser' });
  expect((await usage('associations/labels')).results).toContainEqual(
    expect.objectContaining({ fromObjectTypeId: '0-1', toObjectTypeId: '0-2', usage: 1, limit: 10 }),
  );
});

it('refuses a custom property over the limit', async () => {
  portal.simulator.setBehaviour({ maxCustomProperties: 1 });
  const define = (name: string) =>
    portal.call('POST', '/crm/properties/2026-09/contacts', uniqueProperty(name));
  expect((await define('one')).status).toBe(201);
  expect((await define('two')).status).toBe(400);
});
