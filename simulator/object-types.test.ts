import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OBJECT_TYPES } from './object-types.ts';
import { startPortal, type TestPortal } from './test-client.ts';

let portal: TestPortal;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal.simulator.stop());

const create = (type: string, properties: Record<string, string>) =>
  portal.call('POST', `/crm/objects/2026-09/${type}`, { properties });

describe.each(OBJECT_TYPES.map((type) => [type.name, type] as const))('%s', (name, type) => {
  it('has a definition for every property that its row names', async () => {
    const answer = await portal.call('GET', `/crm/properties/2026-09/${type.typeId}`);
    const defined = answer.body.results.map((property) => String(property.name));
    const named = [
      ...type.defaultProperties,
      ...type.requireOneOf,
      ...type.requireAll,
      type.createdProperty,
      type.modifiedProperty,
    ];
    expect(defined).toEqual(expect.arrayContaining(named));
    expect(new Set(defined).size).toBe(defined.length);
  });

  it('has definitions in known groups, with options where values are chosen', async () => {
    const { results: groups } = (await portal.call('GET', `/crm/properties/2026-09/${name}/groups`)).body;
    const { results } = (await portal.call('GET', `/crm/properties/2026-09/${type.singular}`)).body;
    const names = groups.map((group) => group.name);
    for (const property of results) {
      expect(names).toContain(property.groupName);
      const chosen = property.type === 'enumeration' && property.externalOptions === false;
      if (chosen) expect(property.options).not.toHaveLength(0);
    }
  });
});

describe('required on create', () => {
  it.each([
    ['companies', {}, 'COMPANY'],
    ['companies', { city: 'Oslo' }, 'COMPANY'],
    ['deals', { dealname: 'A' }, 'DEAL'],
    ['deals', { dealstage: 'closedwon' }, 'DEAL'],
    ['tickets', { subject: 'A' }, 'TICKET'],
    ['tasks', { hs_task_subject: 'A' }, 'TASK'],
    ['calls', { hs_call_title: 'A' }, 'CALL'],
    ['meetings', { hs_meeting_title: 'A' }, 'MEETING'],
  ])('refuses %s with %o', async (type, properties, upperName) => {
    expect(await create(type, properties)).toMatchObject({
      status: 400,
      body: { message: `Error creating ${upperName}. Some required properties were not set.` },
    });
  });

  it.each([
    ['companies', { domain: 'example.com' }],
    ['companies', { name: 'Example' }],
    ['tasks', { hs_timestamp: '2026-11-22T10:00:00.000Z', hs_task_status: 'NOT_STARTED' }],
    ['calls', { hs_timestamp: '2026-11-22T10:00:00.000Z', hs_call_direction: 'INBOUND' }],
    ['meetings', { hs_timestamp: '2026-11-22T10:00:00.000Z', hs_meeting_outcome: 'SCHEDULED' }],
  ])('accepts %s with %o', async (type, properties) => {
    expect(await create(type, properties)).toMatchObject({ status: 201, body: { properties } });
  });

  it.each([
    ['deals', { dealname: 'A', dealstage: 'closedwon' }, { pipeline: 'default' }],
    ['tickets', { subject: 'A', hs_pipeline_stage: '1' }, { hs_pipeline: '0' }],
  ])('gives %s the only pipeline', async (type, properties, filled) => {
    expect(await create(type, properties)).toMatchObject({ status: 201, body: { properties: filled } });
  });
});

it('keeps two companies of one domain apart', async () => {
  const first = await create('companies', { domain: 'twice.example.com' });
  const second = await create('companies', { domain: 'twice.example.com' });
  expect(second.status).toBe(201);
  expect(second.body.id).not.toBe(first.body.id);
});

it('keeps the kinds apart by id', async () => {
  const { id } = (await create('companies', { name: 'Example' })).body;
  expect((await portal.call('GET', `/crm/objects/2026-09/contacts/${id}`)).status).toBe(404);
});
