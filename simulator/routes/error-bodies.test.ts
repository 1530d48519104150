import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal, uniqueProperty } from '../test-client.ts';

const OBJECTS = '/crm/objects/2026-09';
const PROPERTIES = '/crm/properties/2026-09';

interface Kind {
  type: string;
  typeId: string;
  upperName: string;
  group: string;
  /** A record that can be created. */
  valid: Record<string, string>;
}

const KINDS: readonly Kind[] = [
  {
    type: 'contacts',
    typeId: '0-1',
    upperName: 'CONTACT',
    group: 'contactinformation',
    valid: { firstname: 'Ada' },
  },
  {
    type: 'companies',
    typeId: '0-2',
    upperName: 'COMPANY',
    group: 'companyinformation',
    valid: { name: 'Example' },
  },
  {
    type: 'deals',
    typeId: '0-3',
    upperName: 'DEAL',
    group: 'dealinformation',
    valid: { dealname: 'A', dealstage: 'closedwon' },
  },
  {
    type: 'tickets',
    typeId: '0-5',
    upperName: 'TICKET',
    group: 'ticketinformation',
    valid: { subject: 'A', hs_pipeline_stage: '1' },
  },
  {
    type: 'tasks',
    typeId: '0-27',
    upperName: 'TASK',
    group: 'task',
    valid: { hs_timestamp: '2026-11-22T10:00:00Z' },
  },
];

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

describe.each(KINDS)('batches of $type', ({ type, typeId, upperName, group, valid }) => {
  const batch = (operation: string, inputs: unknown[], more: object = {}) =>
    portal.call('POST', `${OBJECTS}/${type}/batch/${operation}`, { inputs, ...more });
  const defineKey = () =>
    portal.call('POST', `${PROPERTIES}/${type}`, { ...uniqueProperty('app_id'), groupName: group });

  it('are created, upserted by a unique property, updated, read and archived', async () => {
    await defineKey();
    const made = await batch('create', [{ properties: { ...valid, app_id: 'a' } }]);
    expect(made).toMatchObject({ status: 201, body: { status: 'COMPLETE', results: [{ archived: false }] } });
    const id = made.body.results[0]?.id;
    const upserted = await batch('upsert', [
      { id: 'a', idProperty: 'app_id', properties: {} },
      { id: 'b', idProperty: 'app_id', properties: valid },
    ]);
    expect(upserted.body.results).toMatchObject([{ id, new: false }, { new: true }]);
    expect((await batch('update', [{ id: 'a', idProperty: 'app_id', properties: valid }])).status).toBe(200);
    const read = await batch('read', [{ id: 'b' }], { idProperty: 'app_id', properties: ['app_id'] });
    expect(read.body.results).toMatchObject([{ properties: { app_id: 'b' } }]);
    expect((await batch('archive', [{ id }])).status).toBe(204);
  });

  it('of more than 100 are refused', async () => {
    const inputs = Array.from({ length: 101 }, (_, id) => ({ id: String(id), properties: {} }));
    for (const operation of ['create', 'read', 'update', 'upsert', 'archive'])
      expect(await batch(operation, inputs)).toMatchObject({
        status: 400,
        body: { category: 'VALIDATION_ERROR' },
      });
  });

  it('with one bad input are refused whole without trace ids, and in part with them', async () => {
    const inputs = [{ properties: valid }, { properties: { ...valid, nope: '1' } }];
    expect((await batch('create', inputs)).status).toBe(400);
    expect(portal.simulator.state().counts[type]?.live).toBe(0);
    const traced = inputs.map((input, place) => ({ ...input, objectWriteTraceId: `t${place + 1}` }));
    expect(await batch('create', traced)).toMatchObject({
      status: 207,
      body: {
        numErrors: 1,
        results: [{ objectWriteTraceId: 't1' }],
        errors: [{ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t2'] } }],
      },
    });
  });

  it('list unknown ids in one error', async () => {
    for (const operation of ['read', 'update']) {
      const inputs = ['9', '10'].map((id) => ({ id, properties: {} }));
      expect(await batch(operation, inputs)).toMatchObject({
        status: 207,
        body: {
          numErrors: 1,
          errors: [
            {
              category: 'OBJECT_NOT_FOUND',
              message: `Could not get some ${upperName} objects, they may be deleted or not exist. Check that ids are valid.`,
              context: { ids: ['9', '10'] },
            },
          ],
        },
      });
    }
  });

  it('refuse the same id twice', async () => {
    await defineKey();
    const twice = (id: string, more: object = {}) => [
      { id, properties: {}, objectWriteTraceId: 't1', ...more },
      { id, properties: {}, objectWriteTraceId: 't2', ...more },
    ];
    for (const answer of [
      await batch('read', twice('1')),
      await batch('update', twice('1')),
      await batch('upsert', twice('1', { idProperty: 'app_id' })),
    ]) {
      expect(answer).toMatchObject({
        status: 400,
        body: {
          message: 'Duplicate IDs found in batch input: [1]. IDs must be unique',
          context: { ids: ['1'] },
        },
      });
    }
  });

  it('take only unique properties as idProperty', async () => {
    const input = { id: 'x', idProperty: 'hubspot_owner_id', properties: {} };
    const sentence = `Unable to perform update/upsert by non-unique ${typeId} property hubspot_owner_id in portal ID 12345678`;
    for (const operation of ['update', 'upsert'])
      expect((await batch(operation, [input])).body.message).toBe(sentence);
    expect((await batch('upsert', [{ id: '1', properties: {} }])).status).toBe(400);
    const byId = { ...input, idProperty: 'hs_object_id' };
    expect((await batch('upsert', [byId])).status).toBe(400);
  });

  it('name a clash of unique values', async () => {
    await defineKey();
    await batch('create', [{ properties: { ...valid, app_id: 'a' } }]);
    const answer = await portal.call('POST', `${OBJECTS}/${type}`, { properties: { ...valid, app_id: 'a' } });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'CONFLICTING_UNIQUE_VALUE', context: { propertyName: ['app_id'] } }] },
    });
  });
});

describe('what is wrong with a value', () => {
  it.each([
    ['contacts', { email: 'no address' }, 'INVALID_EMAIL'],
    ['contacts', { nope: '1' }, 'PROPERTY_DOESNT_EXIST'],
    ['contacts', { createdate: '2026-11-22' }, 'READ_ONLY_VALUE'],
    ['companies', { name: 'A', numberofemployees: 'many' }, 'INVALID_NUMBER'],
    ['companies', { name: 'A', industry: 'BUTTERFLIES' }, 'INVALID_OPTION'],
    ['deals', { dealname: 'A', dealstage: 'won' }, 'INVALID_OPTION'],
    ['deals', { dealname: 'A', dealstage: 'closedwon', closedate: 'soon' }, 'INVALID_LONG'],
    ['deals', { dealname: 'A', dealstage: 'closedwon', hubspot_owner_id: 'Ada' }, 'INVALID_INTEGER'],
    ['tickets', { subject: 'A', hs_pipeline_stage: '9' }, 'INVALID_OPTION'],
    ['tasks', { hs_timestamp: '2026-11-22T10:00:00Z', hs_task_priority: 'URGENT' }, 'INVALID_OPTION'],
    ['deals', { dealname: 'A' }, 'REQUIRED_PROPERTY'],
  ])('of %s %o is told as %s', async (type, properties, code) => {
    const { status, body } = await portal.call('POST', `${OBJECTS}/${type}`, { properties });
    expect(status).toBe(400);
    expect(body.errors.map((error) => error.code)).toContain(code);
  });

  it('is told in the message as JSON too, with the portal', async () => {
    const properties = { dealname: 'A', dealstage: 'closedwon', dealtype: 'gold' };
    const { body } = await portal.call('POST', `${OBJECTS}/deals`, { properties });
    const [, json = ''] = body.message.split('Property values were not valid: ');
    expect(JSON.parse(json)).toMatchObject([
      {
        isValid: false,
        error: 'INVALID_OPTION',
        name: 'dealtype',
        message: 'gold was not one of the allowed options: [newbusiness, existingbusiness]',
        portalId: 12_345_678,
      },
    ]);
  });

  it('is a conflict when an address belongs to another contact', async () => {
    const [a, b] = portal.simulator.insert('contacts', [
      { email: 'a@example.com' },
      { email: 'b@example.com' },
    ]);
    const answer = await portal.call('PATCH', `${OBJECTS}/contacts/${b}`, {
      properties: { email: 'a@example.com' },
    });
    expect(answer).toMatchObject({
      status: 409,
      body: { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${a}` },
    });
  });

  it('is a missing value where an administrator asks for one', async () => {
    portal.simulator.setBehaviour({
      requiredOnCreate: { companies: ['city'] },
      conditionalRules: [{ objectType: 'deals', property: 'amount', requires: ['closedate'] }],
    });
    const company = await portal.call('POST', `${OBJECTS}/companies`, { properties: { name: 'A' } });
    expect(company.body).toMatchObject({
      message: 'The property values provided are invalid',
      errors: [{ code: 'MISSING_REQUIRED_PROPERTY', message: 'A value for city must be provided' }],
    });
    const properties = { dealname: 'A', dealstage: 'closedwon', amount: '5' };
    const deal = await portal.call('POST', `${OBJECTS}/deals`, { properties });
    expect(deal.body.errors).toMatchObject([
      {
        code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY',
        message: 'closedate is required because of a conditional property rule based on [amount]',
      },
    ]);
  });
});

describe('a user who may not change links', () => {
  const inline = (toId = '') => ({
    properties: { firstname: 'A' },
    associations: [
      { to: { id: toId }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] },
    ],
  });

  it.each([
    ['oauth', '2026-09', 400],
    ['oauth', '2026-03', 201],
    ['static', '2026-09', 201],
  ] as const)('is refused through a token of kind %s on %s with %i', async (kind, version, status) => {
    portal.simulator.setBehaviour({ usersEditAssociations: false });
    portal.simulator.addToken({ token: 'of-a-user', kind });
    const [company] = portal.simulator.insert('companies', [{ name: 'Example' }]);
    const [contact] = portal.simulator.insert('contacts', [{ firstname: 'Ada' }]);
    const headers = { authorization: 'Bearer of-a-user' };
    const path = `/crm/objects/${version}/contacts`;
    const created = await portal.call('POST', path, inline(company), headers);
    expect(created.status).toBe(status);
    const link = `${path}/${contact}/associations/default/companies/${company}`;
    const put = await portal.call('PUT', link, undefined, headers);
    expect(put.status).toBe(status === 400 ? 400 : 200);
    if (status !== 400) return;
    expect(put.body).toMatchObject({
      category: 'VALIDATION_ERROR',
      message: "Missing 'Edit Associations' permission.",
    });
  });
});
