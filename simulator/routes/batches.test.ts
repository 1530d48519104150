import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BehaviourPatch } from '../behaviour.ts';
import { CONTACTS, NOTES, startPortal, type TestPortal, upserts } from '../test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const upsert = (body: unknown) => portal.call('POST', `${CONTACTS}/batch/upsert`, body);
const switchTo = (behaviour: BehaviourPatch) => portal.simulator.setBehaviour(behaviour);

describe('batch create', () => {
  const create = (inputs: unknown[]) => portal.call('POST', `${CONTACTS}/batch/create`, { inputs });

  it('answers 409 with the first existing id and writes nothing', async () => {
    const [id] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const answer = await create([
      { properties: { email: 'new@example.com' } },
      { properties: { email: 'a@example.com' } },
    ]);
    expect(answer).toMatchObject({
      status: 409,
      body: { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` },
    });
    expect(portal.simulator.state().counts.contacts?.live).toBe(1);
  });

  it('leaves the id out of the 409 in a portal set so', async () => {
    switchTo({ batchConflictNamesId: false });
    portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    expect((await create([{ properties: { email: 'a@example.com' } }])).body.message).toBe(
      'Contact already exists',
    );
  });

  it('lets the first of two equal addresses win when traced', async () => {
    const answer = await create([
      { properties: { email: 'a@example.com' }, objectWriteTraceId: 't1' },
      { properties: { email: 'A@example.com' }, objectWriteTraceId: 't2' },
    ]);
    expect(answer).toMatchObject({
      status: 207,
      body: {
        results: [{ objectWriteTraceId: 't1' }],
        errors: [{ category: 'CONFLICT', context: { objectWriteTraceId: ['t2'] } }],
      },
    });
  });

  it('refuses two equal addresses as duplicates in a portal set so', async () => {
    switchTo({ duplicateEmailsInCreate: 'refuse-batch' });
    const inputs = [
      { properties: { email: 'a@example.com' }, objectWriteTraceId: 't1' },
      { properties: { email: 'a@example.com' }, objectWriteTraceId: 't2' },
    ];
    expect((await create(inputs)).body.message).toContain('Duplicate IDs found');
  });

  it('creates notes linked to contacts', async () => {
    const [contact = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const associations = [
      { to: { id: contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] },
    ];
    const answer = await portal.call('POST', `${NOTES}/batch/create`, {
      inputs: [{ properties: { hs_timestamp: '1763800000000', hs_note_body: 'hi' }, associations }],
    });
    expect(answer.status).toBe(201);
    expect(answer.body.results[0]?.properties.hs_timestamp).toBe('2025-11-22T08:26:40.000Z');
    expect(portal.simulator.record('contacts', contact)?.associations).toEqual({
      notes: [{ id: answer.body.results[0]?.id, typeIds: [201] }],
    });
  });

  it.each([
    ['a contact that does not exist', '999', 202],
    ['the type of another pair', undefined, 279],
  ])('refuses a note linked to %s', async (_, to, associationTypeId) => {
    const [contact] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const associations = [
      { to: { id: to ?? contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] },
    ];
    const answer = await portal.call('POST', `${NOTES}/batch/create`, {
      inputs: [{ properties: { hs_timestamp: '1763800000000' }, associations }],
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { message: 'one or more associations are not valid' },
    });
    expect(portal.simulator.state().counts.notes?.live).toBe(0);
  });

  it('refuses notes without a timestamp and contacts without a name or address', async () => {
    const note = await portal.call('POST', `${NOTES}/batch/create`, {
      inputs: [{ properties: { hs_note_body: 'hi' } }],
    });
    expect(note).toMatchObject({ status: 400, body: { context: { properties: ['hs_timestamp'] } } });
    expect((await create([{ properties: { city: 'Bergen' } }])).status).toBe(400);
  });
});

describe('batch read, update and archive', () => {
  it('groups ids that do not exist into one error beside the found ones', async () => {
    const [id] = portal.simulator.insert('contacts', [{ email: 'a@example.com', city: 'Bergen' }]);
    const answer = await portal.call('POST', `${CONTACTS}/batch/read`, {
      inputs: [{ id: '9' }, { id }, { id: '10' }],
      properties: ['city', 'undefined_one'],
    });
    expect(answer).toMatchObject({
      status: 207,
      body: {
        numErrors: 1,
        results: [{ id, properties: { city: 'Bergen' } }],
        errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['9', '10'] } }],
      },
    });
    expect(answer.body.results[0]?.properties).not.toHaveProperty('undefined_one');
  });

  it('reads by e-mail, additional addresses included', async () => {
    const [id] = portal.simulator.insert('contacts', [
      { email: 'a@example.com', hs_additional_emails: 'b@example.com' },
    ]);
    const answer = await portal.call('POST', `${CONTACTS}/batch/read`, {
      idProperty: 'email',
      inputs: [{ id: 'B@example.com' }],
      properties: [],
    });
    expect(answer).toMatchObject({ status: 200, body: { results: [{ id }] } });
  });

  it('updates what exists and groups the rest, without trace ids too', async () => {
    const [id] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const answer = await portal.call('POST', `${CONTACTS}/batch/update`, {
      inputs: [
        { id, properties: { city: 'Oslo' } },
        { id: '9', properties: {} },
      ],
    });
    expect(answer).toMatchObject({
      status: 207,
      body: { results: [{ id, properties: { city: 'Oslo' } }], errors: [{ context: { ids: ['9'] } }] },
    });
  });

  it('refuses updates by e-mail', async () => {
    const answer = await portal.call('POST', `${CONTACTS}/batch/update`, {
      inputs: [{ id: 'a@example.com', idProperty: 'email', properties: {} }],
    });
    expect(answer.body.message).toBe('Unable to perform update/upsert by non-unique 0-1 property email');
  });

  it('archives with 204, unknown ids too, and frees the address', async () => {
    const [id] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
    const answer = await portal.call('POST', `${CONTACTS}/batch/archive`, { inputs: [{ id }, { id: '9' }] });
    expect(answer.status).toBe(204);
    expect((await upsert(upserts([['a@example.com', {}]]))).body.results[0]).toMatchObject({ new: true });
  });
});
