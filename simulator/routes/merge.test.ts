import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, NOTES, startPortal, type TestPortal, uniqueProperty, upserts } from '../test-client.ts';

let portal: TestPortal;
let primary: string;
let loser: string;

beforeEach(async () => {
  portal = await startPortal();
  await portal.call('POST', '/crm/properties/2026-09/contacts', uniqueProperty('app_user_id'));
  [primary = '', loser = ''] = portal.simulator.insert('contacts', [
    { email: 'a@example.com', city: 'Oslo', lifecyclestage: 'lead', app_user_id: 'u1' },
    { email: 'b@example.com', city: 'Bergen', company: 'B', lifecyclestage: 'customer', app_user_id: 'u2' },
  ]);
});
afterEach(() => portal.simulator.stop());

const merge = () =>
  portal.call('POST', `${CONTACTS}/merge`, { primaryObjectId: primary, objectIdToMerge: loser });

it('mints a new id to which both old ids lead', async () => {
  const answer = await merge();
  expect(answer.status).toBe(200);
  expect([primary, loser]).not.toContain(answer.body.id);
  for (const id of [primary, loser])
    expect((await portal.call('GET', `${CONTACTS}/${id}`)).body.id).toBe(answer.body.id);
  const record = portal.simulator.record('contacts', answer.body.id);
  expect(record?.properties.hs_merged_object_ids).toBe(`${primary};${loser}`);
});

it('keeps the primary id in a portal set so', async () => {
  portal.simulator.setBehaviour({ mergedId: 'primary' });
  expect((await merge()).body.id).toBe(primary);
  expect((await portal.call('GET', `${CONTACTS}/${loser}`)).body.id).toBe(primary);
});

it.each(['new', 'primary'] as const)('gathers values and addresses, with %s id', async (mergedId) => {
  portal.simulator.setBehaviour({ mergedId });
  const { id } = (await merge()).body;
  expect(portal.simulator.record('contacts', id)?.properties).toMatchObject({
    email: 'a@example.com',
    hs_additional_emails: 'b@example.com',
    city: 'Oslo',
    company: 'B',
    lifecyclestage: 'customer',
  });
  const answer = await portal.call(
    'POST',
    `${CONTACTS}/batch/upsert`,
    upserts([['b@example.com', { city: 'Voss' }]]),
  );
  expect(answer.body.results).toMatchObject([{ id, new: false }]);
});

it('moves the links of both records', async () => {
  for (const id of [primary, loser]) {
    const associations = [
      { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ];
    await portal.call('POST', NOTES, { properties: { hs_timestamp: '2026-11-22T10:00:00Z' }, associations });
  }
  const { id } = (await merge()).body;
  expect((await portal.call('GET', `${CONTACTS}/${id}/associations/notes`)).body.results).toHaveLength(2);
});

it.each([
  ['creates', true],
  ['resolves', false],
] as const)('an upsert by the value the merge dropped %s', async (mergedAwayUniqueValue, isNew) => {
  portal.simulator.setBehaviour({ mergedAwayUniqueValue });
  await merge();
  const answer = await portal.call('POST', `${CONTACTS}/batch/upsert`, {
    inputs: [{ id: 'u2', idProperty: 'app_user_id', properties: { city: 'Voss' } }],
  });
  // A new contact needs a name or an address; only a found one does not.
  if (isNew) expect(answer.body.message).toContain('Some required properties were not set');
  else expect(answer.body.results).toMatchObject([{ new: false }]);
});

it('refuses more addresses than a contact may have', async () => {
  portal.simulator.setBehaviour({ maxIdentities: 1 });
  expect(await merge()).toMatchObject({
    status: 414,
    body: { message: 'Cannot have more than 1 identities on a profile' },
  });
  expect(portal.simulator.state().counts.contacts?.live).toBe(2);
});

it('merges again what was merged', async () => {
  const { id } = (await merge()).body;
  const [third = ''] = portal.simulator.insert('contacts', [{ email: 'c@example.com' }]);
  const again = await portal.call('POST', `${CONTACTS}/merge`, {
    primaryObjectId: id,
    objectIdToMerge: third,
  });
  expect((await portal.call('GET', `${CONTACTS}/${loser}`)).body.id).toBe(again.body.id);
  expect(portal.simulator.state().counts.contacts?.live).toBe(1);
});

describe.each([
  ['companies', { name: 'A', city: 'Oslo' }, { name: 'B', phone: '1' }],
  [
    'deals',
    { dealname: 'A', dealstage: 'closedwon' },
    { dealname: 'B', dealstage: 'closedlost', amount: '5' },
  ],
  [
    'tickets',
    { subject: 'A', hs_pipeline_stage: '1' },
    { subject: 'B', hs_pipeline_stage: '2', content: 'C' },
  ],
])('merges of %s', (type, first, second) => {
  it.each(['new', 'primary'] as const)('lead every id to the result, with %s id', async (mergedId) => {
    portal.simulator.setBehaviour({ mergedId });
    portal.simulator.setClock({ now: Date.UTC(2026, 0, 1), frozen: true });
    const path = `/crm/objects/2026-09/${type}`;
    const [one = '', other = ''] = portal.simulator.insert(type, [first, second]);
    const answer = await portal.call('POST', `${path}/merge`, {
      primaryObjectId: one,
      objectIdToMerge: other,
    });
    const { id } = answer.body;
    expect(id === one).toBe(mergedId === 'primary');
    const absorbed = mergedId === 'new' ? [one, other] : [other];
    expect(portal.simulator.record(type, other)).toMatchObject({
      id,
      properties: {
        ...second,
        ...first,
        hs_merged_object_ids: absorbed.join(';'),
        hs_calculated_merged_vids: absorbed.map((gone) => `${gone}:${Date.UTC(2026, 0, 1)}`).join(';'),
      },
    });
    const updated = await portal.call('PATCH', `${path}/${other}`, { properties: first });
    const batch = await portal.call('POST', `${path}/batch/update`, {
      inputs: [{ id: other, properties: second }],
    });
    expect([updated.body.id, batch.body.results[0]?.id]).toEqual([id, id]);
    const [note = ''] = portal.simulator.insert('notes', [{ hs_timestamp: '2026-11-22T10:00:00Z' }]);
    const link = `${path}/${other}/associations/default/notes/${note}`;
    expect((await portal.call('PUT', link)).body.results[0]).toMatchObject({ from: { id } });
  });
});
