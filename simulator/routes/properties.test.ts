import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal, uniqueProperty } from '../test-client.ts';

const PATH = '/crm/properties/2026-09/contacts';
const PLAN = {
  name: 'app_plan',
  label: 'Plan',
  groupName: 'contactinformation',
  type: 'enumeration',
  fieldType: 'select',
  options: [{ label: 'Free', value: 'free', displayOrder: 0, hidden: false }],
};

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

describe('definitions', () => {
  it('come with about forty of contacts and those of notes', async () => {
    const contacts = await portal.call('GET', PATH);
    const notes = await portal.call('GET', '/crm/properties/2026-09/notes');
    const names = contacts.body.results.map((property) => property.name);
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(names).toEqual(
      expect.arrayContaining(['email', 'lifecyclestage', 'hs_additional_emails', 'hubspot_owner_id']),
    );
    expect(notes.body.results.map((property) => property.name)).toContain('hs_note_body');
  });

  it('are created with 201, read back, and 409 when the name exists', async () => {
    const made = await portal.call('POST', PATH, PLAN);
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'app_plan', archived: false, hubspotDefined: false },
    });
    expect((await portal.call('GET', `${PATH}/app_plan`)).body).toEqual(made.body);
    expect(await portal.call('POST', PATH, PLAN)).toMatchObject({
      status: 409,
      body: { category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
    });
  });

  it('replace their options when changed, and values are checked against the new ones', async () => {
    await portal.call('POST', PATH, PLAN);
    await portal.call('PATCH', `${PATH}/app_plan`, { options: [{ label: 'Pro', value: 'pro' }] });
    const answer = await portal.call('POST', CONTACTS, {
      properties: { email: 'a@example.com', app_plan: 'free' },
    });
    expect(answer.body.errors[0]).toMatchObject({
      code: 'INVALID_OPTION',
      message: 'free was not one of the allowed options: [pro]',
    });
  });

  it('are archived with 204, unknown then, and come back when created again', async () => {
    await portal.call('POST', PATH, PLAN);
    expect((await portal.call('DELETE', `${PATH}/app_plan`)).status).toBe(204);
    expect((await portal.call('GET', `${PATH}/app_plan`)).status).toBe(404);
    expect((await portal.call('GET', `${PATH}?archived=true`)).body.results).toMatchObject([
      { name: 'app_plan' },
    ]);
    expect((await portal.call('POST', PATH, PLAN)).status).toBe(201);
  });

  it.each([
    ['an upper-case name', { name: 'AppPlan' }],
    ['an unknown type', { type: 'text' }],
    ['a fieldType of another type', { fieldType: 'textarea' }],
    ['an unknown group', { groupName: 'nowhere' }],
    [
      'equal option values',
      {
        options: [
          { label: 'a', value: 'x' },
          { label: 'b', value: 'x' },
        ],
      },
    ],
  ])('are refused with %s', async (_, change) => {
    expect((await portal.call('POST', PATH, { ...PLAN, ...change })).status).toBe(400);
  });

  it('may be unique ten times per object', async () => {
    for (let number = 0; number < 10; number += 1)
      await portal.call('POST', PATH, uniqueProperty(`u${number}`));
    expect((await portal.call('POST', PATH, uniqueProperty('one_more'))).status).toBe(400);
  });

  it('are created and read in batches, known names listed as errors', async () => {
    const made = await portal.call('POST', `${PATH}/batch/create`, {
      inputs: [PLAN, { ...PLAN, name: 'email' }],
    });
    expect(made).toMatchObject({
      status: 207,
      body: { results: [{ name: 'app_plan' }], errors: [{ category: 'OBJECT_ALREADY_EXISTS' }] },
    });
    const read = await portal.call('POST', `${PATH}/batch/read`, {
      inputs: [{ name: 'app_plan' }, { name: 'nope' }],
    });
    expect(read).toMatchObject({
      status: 207,
      body: { results: [{ name: 'app_plan' }], errors: [{ context: { ids: ['nope'] } }] },
    });
  });
});

describe('archiving definitions', () => {
  beforeEach(() => portal.call('POST', PATH, PLAN));

  it('is refused while one is in use', async () => {
    portal.simulator.setBehaviour({ propertiesInUse: { contacts: ['app_plan'] } });
    expect(await portal.call('DELETE', `${PATH}/app_plan`)).toMatchObject({
      status: 400,
      body: { subCategory: 'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE' },
    });
    expect((await portal.call('GET', `${PATH}/app_plan`)).status).toBe(200);
  });

  it('is done in batches, unknown names passed over', async () => {
    const inputs = [{ name: 'app_plan' }, { name: 'nope' }];
    expect((await portal.call('POST', `${PATH}/batch/archive`, { inputs })).status).toBe(204);
    expect((await portal.call('GET', `${PATH}/app_plan`)).status).toBe(404);
  });

  it('of one that may not go leaves the whole batch', async () => {
    const inputs = [{ name: 'app_plan' }, { name: 'email' }];
    expect((await portal.call('POST', `${PATH}/batch/archive`, { inputs })).status).toBe(400);
    expect((await portal.call('GET', `${PATH}/app_plan`)).status).toBe(200);
  });
});

it('groups are relabelled', async () => {
  const change = { label: 'About the person', displayOrder: 3 };
  expect(await portal.call('PATCH', `${PATH}/groups/contactinformation`, change)).toMatchObject({
    status: 200,
    body: { name: 'contactinformation', ...change },
  });
});

it('groups are created, 409 when known, and not removed while they have properties', async () => {
  const group = { name: 'my_app', label: 'My app', displayOrder: -1 };
  expect((await portal.call('POST', `${PATH}/groups`, group)).status).toBe(201);
  expect((await portal.call('POST', `${PATH}/groups`, group)).status).toBe(409);
  await portal.call('POST', PATH, { ...PLAN, groupName: 'my_app' });
  expect(await portal.call('DELETE', `${PATH}/groups/my_app`)).toMatchObject({
    status: 400,
    body: { subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES' },
  });
});
