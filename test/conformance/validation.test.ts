import { describe, expect, it } from 'vitest';
import { objects, VERSIONS, type Version } from './paths.ts';
import { makeContact, UUID, useKeys, valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const keyOf = useKeys(portal);

const create = (version: Version, type: string, given: unknown) =>
  portal.call('POST', objects(version, type), { properties: given });

describe.each(VERSIONS)('what is wrong with a value is told by %s', (version) => {
  const deal = { dealname: 'A', dealstage: 'closedwon', pipeline: 'default' };

  it.each<[string, string, Record<string, string>]>([
    ['INVALID_EMAIL', 'contacts', { email: 'no address' }],
    ['PROPERTY_DOESNT_EXIST', 'contacts', { no_such_property_at_all: '1' }],
    ['READ_ONLY_VALUE', 'contacts', { createdate: '2026-11-22T10:00:00.000Z' }],
    ['INVALID_OPTION', 'contacts', { lifecyclestage: 'butterfly' }],
    ['INVALID_OPTION', 'companies', { name: 'A', industry: 'BUTTERFLIES' }],
    ['INVALID_NUMBER', 'companies', { name: 'A', numberofemployees: 'many' }],
    ['INVALID_OPTION', 'deals', { ...deal, dealstage: 'butterfly' }],
    ['INVALID_NUMBER', 'deals', { ...deal, amount: 'a lot' }],
    ['INVALID_OPTION', 'tickets', { subject: 'A', hs_pipeline: '0', hs_pipeline_stage: 'butterfly' }],
  ])('as %s, of %s', async (code, type, given) => {
    const { status, body } = await create(version, type, given);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { status: 'error', category: 'VALIDATION_ERROR' },
    });
    expect(body.errors.map((error) => error.code)).toContain(code);
    expect(body.correlationId).toMatch(UUID);
  });

  it('with the property, and as JSON in the message as well', async () => {
    const { body } = await create(version, 'deals', { ...deal, dealtype: 'gold' });
    const sentence = 'gold was not one of the allowed options: [';
    expect(body.errors).toMatchObject([{ code: 'INVALID_OPTION', context: { propertyName: ['dealtype'] } }]);
    expect(body.errors[0]?.message.startsWith(sentence)).toBe(true);
    const [start, json = ''] = body.message.split(/(?<=^Property values were not valid: )/);
    expect(start).toBe('Property values were not valid: ');
    const faults = JSON.parse(json);
    expect(faults).toMatchObject([
      { isValid: false, error: 'INVALID_OPTION', name: 'dealtype', portalId: portal.portalId },
    ]);
    expect(faults[0].message.startsWith(sentence)).toBe(true);
  });

  it('of a property that is not defined by its name', async () => {
    const { body } = await create(version, 'contacts', { no_such_property_at_all: '1' });
    expect(body.message).toContain('Property \\"no_such_property_at_all\\" does not exist');
  });

  it('of all properties at once', async () => {
    const { body } = await create(version, 'contacts', { email: 'no address', no_such_property_at_all: '1' });
    expect(body.errors.map((error) => error.code).sort()).toEqual(['INVALID_EMAIL', 'PROPERTY_DOESNT_EXIST']);
  });

  it('in an update, which then changes nothing', async () => {
    const { id } = await makeContact(portal, { city: 'Ulm' });
    const answer = await portal.call('PATCH', `${objects(version, 'contacts')}/${id}`, {
      properties: { city: 'Bonn', no_such_property_at_all: '1' },
    });
    expect(answer.status).toBe(400);
    expect(await valuesOf(portal, 'contacts', id, ['city'])).toMatchObject({ city: 'Ulm' });
  });

  it('when a unique value is taken: CONFLICTING_UNIQUE_VALUE', async () => {
    const key = await keyOf('contacts', 'contactinformation');
    const taken = portal.name('taken');
    await makeContact(portal, { [key]: taken });
    const answer = await create(version, 'contacts', { email: portal.address('clash'), [key]: taken });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([
      { code: 'CONFLICTING_UNIQUE_VALUE', context: { propertyName: [key] } },
    ]);
  });
});

describe('a unique value', () => {
  it('is free again once its record is archived', async () => {
    const key = await keyOf('contacts', 'contactinformation');
    const value = portal.name('value');
    const { id } = await makeContact(portal, { [key]: value });
    await portal.call('DELETE', `${objects('2026-09', 'contacts')}/${id}`);
    expect(
      (await create('2026-09', 'contacts', { email: portal.address('next'), [key]: value })).status,
    ).toBe(201);
  });
});

describe.each(VERSIONS)('a body is refused by %s', (version) => {
  it('that is not JSON', async () => {
    const answer = await portal.call('POST', objects(version, 'contacts'), '{"properties":');
    expect(answer).toMatchObject({ status: 400, body: { status: 'error' } });
    expect(answer.body.message).toMatch(/^Invalid input JSON on line \d+, column \d+: /);
  });

  it('that is missing', async () => {
    const answer = await portal.call('POST', objects(version, 'contacts'));
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe('Invalid JSON input: a request body was expected, but none found');
  });

  it.each([
    ['contacts', {}],
    ['contacts', { city: 'Ulm' }],
    ['companies', { city: 'Ulm' }],
    ['deals', { dealname: 'A' }],
    ['deals', { dealstage: 'closedwon' }],
    ['tickets', { subject: 'A' }],
    ['tickets', { hs_pipeline_stage: '1' }],
    ['notes', { hs_note_body: 'A' }],
  ])('of %s that lacks what is required: %o', async (type, given) => {
    const answer = await create(version, type, given);
    expect(answer).toMatchObject({ status: 400, body: { status: 'error', category: 'VALIDATION_ERROR' } });
  });
});

simulatorOnly('an administrator makes these rules in the settings of a portal', () => {
  const set = (behaviour: object) => portal.admin('POST', 'options', { behaviour });
  const someone = () => ({ email: portal.address('ruled') });

  it('what is required on create is a 400 since 2026-09', async () => {
    await set({ requiredOnCreate: { contacts: ['firstname'] } });
    const answer = await create('2026-09', 'contacts', someone());
    expect(answer).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR', message: 'The property values provided are invalid' },
    });
    expect(answer.body.errors).toMatchObject([
      { code: 'MISSING_REQUIRED_PROPERTY', message: 'A value for firstname must be provided' },
    ]);
    for (const version of ['2026-03', 'v3'] as const)
      expect((await create(version, 'contacts', someone())).status, version).toBe(201);
    await set({ requiredOnCreate: {} });
  });

  it('what another value requires is a 400 since 2026-09', async () => {
    const rule = { objectType: 'contacts', property: 'country', requires: ['state'] };
    await set({ conditionalRules: [rule] });
    const answer = await create('2026-09', 'contacts', { ...someone(), country: 'DE' });
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.errors).toMatchObject([
      {
        code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY',
        message: 'state is required because of a conditional property rule based on [country]',
      },
    ]);
    for (const version of ['2026-03', 'v3'] as const)
      expect((await create(version, 'contacts', { ...someone(), country: 'DE' })).status, version).toBe(201);
    await set({ conditionalRules: [] });
  });

  it('the rules can be read ahead', async () => {
    await set({ requiredOnCreate: { contacts: ['firstname'] } });
    const answer = await portal.call('GET', '/crm/property-validations/2026-09/0-1');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('firstname');
    await set({ requiredOnCreate: {} });
  });

  it('a user who may not edit links is told the permission since 2026-09', async () => {
    await set({ usersEditAssociations: false });
    const token = portal.name('user');
    await portal.admin('POST', 'tokens', { add: { token, kind: 'oauth' } });
    const company = await create('2026-09', 'companies', { name: portal.name('company') });
    const { id } = await makeContact(portal);
    const link = (version: Version) =>
      portal.call(
        'PUT',
        `${objects(version, 'contacts')}/${id}/associations/default/companies/${company.body.id}`,
        undefined,
        { token },
      );
    const refused = await link('2026-09');
    expect(refused).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR', message: "Missing 'Edit Associations' permission." },
    });
    expect(refused.body).not.toHaveProperty('errors');
    expect((await link('v4')).status).toBe(200);
    await set({ usersEditAssociations: true });
  });
});

simulatorOnly('no answer of a portal is recorded', () => {
  const set = (behaviour: object) => portal.admin('POST', 'options', { behaviour });
  const LONG = 'a'.repeat(65_537);

  it.each([
    ['refuse', 400, undefined],
    ['cut', 201, 65_536],
  ])('a text that is too long: %s is %i', async (overlongStrings, status, length) => {
    await set({ overlongStrings });
    const { status: got, body } = await create('2026-09', 'contacts', {
      email: portal.address('long'),
      jobtitle: LONG,
    });
    expect(got).toBe(status);
    expect(body.properties?.jobtitle?.length).toBe(length);
    await set({ overlongStrings: 'refuse' });
  });

  it.each([
    ['refuse', 400],
    ['clear', 201],
    ['ignore', 201],
  ])('a value of null: %s is %i', async (nullValues, status) => {
    await set({ nullValues });
    const answer = await create('2026-09', 'contacts', { email: portal.address('null'), city: null });
    expect(answer.status).toBe(status);
    await set({ nullValues: 'refuse' });
  });

  it.each([
    [true, 400],
    [false, 201],
  ])('an owner who does not exist, checked: %s is %i', async (checkOwners, status) => {
    await set({ checkOwners });
    const given = { email: portal.address('owned'), hubspot_owner_id: '4242424242' };
    expect((await create('2026-09', 'contacts', given)).status).toBe(status);
    await set({ checkOwners: true });
  });

  it.each(['INVALID_INTEGER', 'INVALID_OPTION'])(
    'an owner who is named by no number is told as %s',
    async (wrongIdCode) => {
      await set({ wrongIdCode });
      const given = { email: portal.address('owned'), hubspot_owner_id: 'Ada' };
      const { status, body } = await create('2026-09', 'contacts', given);
      expect(status).toBe(400);
      expect(body.errors).toMatchObject([
        { code: wrongIdCode, context: { propertyName: ['hubspot_owner_id'] } },
      ]);
      await set({ wrongIdCode: 'INVALID_INTEGER' });
    },
  );

  it.each([
    ['keep', 200],
    ['refuse', 400],
  ])('a lifecycle stage that is set back: %s is %i', async (lifecycleBackward, status) => {
    await set({ lifecycleBackward });
    const { id } = await makeContact(portal, { lifecyclestage: 'customer' });
    const answer = await portal.call('PATCH', `${objects('2026-09', 'contacts')}/${id}`, {
      properties: { lifecyclestage: 'lead' },
    });
    expect(answer.status).toBe(status);
    expect(await valuesOf(portal, 'contacts', id, ['lifecyclestage'])).toMatchObject({
      lifecyclestage: 'customer',
    });
    await set({ lifecycleBackward: 'keep' });
  });
});

describe('a lifecycle stage', () => {
  it('goes forward', async () => {
    const { id } = await makeContact(portal, { lifecyclestage: 'lead' });
    const path = `${objects('2026-09', 'contacts')}/${id}`;
    await portal.call('PATCH', path, { properties: { lifecyclestage: 'customer' } });
    expect(await valuesOf(portal, 'contacts', id, ['lifecyclestage'])).toMatchObject({
      lifecyclestage: 'customer',
    });
  });

  it('goes back in two calls, of which the first clears it', async () => {
    const { id } = await makeContact(portal, { lifecyclestage: 'customer' });
    const path = `${objects('2026-09', 'contacts')}/${id}`;
    for (const lifecyclestage of ['', 'lead'])
      expect((await portal.call('PATCH', path, { properties: { lifecyclestage } })).status).toBe(200);
    expect(await valuesOf(portal, 'contacts', id, ['lifecyclestage'])).toMatchObject({
      lifecyclestage: 'lead',
    });
  });
});
