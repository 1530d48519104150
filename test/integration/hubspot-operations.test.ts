import { describe, expect, it } from 'vitest';
import type { HubspotClient } from '../../src/hubspot/index.ts';
import { setupOperations as setup } from '../support/operations-bench.ts';

async function linksOf(
  client: HubspotClient,
  from: string,
  id: string,
  to: string,
): Promise<readonly string[]> {
  const read = await client.associations.readAssociations(from, to, [id]);
  if (read.kind === 'failed') throw new Error('the links could not be read');
  return read.links.get(id) ?? [];
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('nothing there');
  return item;
}

describe('a deal', () => {
  it('is created with its links, and a second call makes a second one', async () => {
    const { portal, client, operations } = await setup();
    const { id: contactId } = await operations.createContact({ email: 'ada@example.com' });
    const deal = {
      name: 'Order 4711',
      stage: 'appointmentscheduled',
      pipeline: 'default',
      amount: 12.5,
      ownerId: first(portal.owners()).id,
    };
    const { id } = await operations.createDeal(deal, { contactIds: [contactId] });
    await operations.createDeal(deal);
    expect(portal.records('deals').map(({ properties }) => properties)).toMatchObject([
      { dealname: 'Order 4711', amount: '12.5', hubspot_owner_id: first(portal.owners()).id },
      { dealname: 'Order 4711' },
    ]);
    expect(await linksOf(client, 'deals', id, 'contacts')).toEqual([contactId]);
  });

  it('with a unique value is created once, keeps what people did with it, and is linked at each call', async () => {
    const { portal, client, operations } = await setup();
    const { id: contactId } = await operations.createContact({ email: 'ada@example.com' });
    const deal = { name: 'Order', stage: 'appointmentscheduled', properties: { order_number: 'A-1' } };
    const options = { uniqueProperty: 'order_number' };
    const { id, created } = await operations.createDeal(deal, options);
    expect(created).toBe(true);
    await operations.updateDeal({ id }, { stage: 'closedwon', amount: null });
    const again = await operations.createDeal(deal, { ...options, contactIds: [contactId] });
    expect(again).toMatchObject({ id, created: false });
    expect(first(portal.records('deals')).properties.dealstage).toBe('closedwon');
    expect(await linksOf(client, 'deals', id, 'contacts')).toEqual([contactId]);
    await operations.createDeal(deal, { ...options, ifExists: 'update' });
    expect(first(portal.records('deals')).properties.dealstage).toBe('appointmentscheduled');
    await expect(operations.createDeal(deal, { ...options, ifExists: 'fail' })).rejects.toMatchObject({
      code: 'HUBSPOT_CONFLICT',
      facts: { existingId: id },
    });
  });

  it('is updated by its unique value', async () => {
    const { portal, operations } = await setup();
    portal.insert('deals', [{ dealname: 'Order', dealstage: 'closedwon', order_number: 'A-1' }]);
    await operations.updateDeal(
      { idProperty: 'order_number', value: 'A-1' },
      { amount: '99', closeDate: new Date('2026-12-24T00:00:00Z') },
    );
    expect(first(portal.records('deals')).properties).toMatchObject({ amount: '99', order_number: 'A-1' });
  });
});

it('a note stands on the timelines of contact and deal', async () => {
  const { portal, client, operations } = await setup();
  const { id: contactId } = await operations.createContact({ email: 'ada@example.com' });
  const { id: dealId } = await operations.createDeal({ name: 'Order', stage: 'appointmentscheduled' });
  const { id } = await operations.logActivity({
    on: [
      { objectType: 'contacts', id: contactId },
      { objectType: 'deals', id: dealId },
    ],
    title: 'Plan changed',
    text: 'free <pro>',
    at: new Date('2026-11-22T10:00:00Z'),
  });
  expect(portal.record('notes', id)?.properties).toMatchObject({
    hs_note_body: '<p><strong>Plan changed</strong></p><p>free &lt;pro&gt;</p>',
    hs_timestamp: '2026-11-22T10:00:00.000Z',
  });
  expect(await linksOf(client, 'notes', id, 'contacts')).toEqual([contactId]);
  expect(await linksOf(client, 'notes', id, 'deals')).toEqual([dealId]);
});

it('two records are linked, as often as it is asked for', async () => {
  const { portal, client, operations } = await setup();
  const [contactId = ''] = portal.insert('contacts', [{ email: 'ada@example.com' }]);
  const [companyId = ''] = portal.insert('companies', [{ name: 'Bolt' }]);
  const [from, to] = [
    { objectType: 'contacts', id: contactId },
    { objectType: 'companies', id: companyId },
  ] as const;
  await operations.associate(from, to);
  await operations.associate(from, to);
  await operations.associate(from, to, {
    types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }],
  });
  expect(await linksOf(client, 'contacts', contactId, 'companies')).toEqual([companyId]);
  await expect(operations.associate(from, { objectType: 'companies', id: '999' })).rejects.toThrow();
});

it('nothing about a person is logged, or stands in an error', async () => {
  const { portal, operations, logged } = await setup({ token: 'token-canary' });
  const email = 'canary@example.com';
  const errors: unknown[] = [];
  const kept = (reason: unknown) => void errors.push(reason);
  await operations.createContact({ email, firstname: 'canary' });
  await operations.findContact({ email: 'canary.two@example.com' });
  await operations.updateContact({ email }, { nope: 'canary' }).catch(kept);
  await operations.updateContact({ email: 'canary.two@example.com' }, { city: 'canary' }).catch(kept);
  await operations.createContact({ email, firstname: 'canary' }, { ifExists: 'fail' }).catch(kept);
  await operations.upsertContact({ email }, { lifecyclestage: 'canary' }).catch(kept);
  await operations.createContact({ email: 'canary' }).catch(kept);
  await operations.logActivity({ on: [{ objectType: 'contacts', id: '1' }], text: 'canary' }).catch(kept);
  portal.setFaults([{ do: 'html' }]);
  await operations.findContact({ email }).catch(kept);
  portal.setFaults([]);
  portal.revokeToken('token-canary');
  await operations.findContact({ email }).catch(kept);
  expect(errors).toHaveLength(8);
  expect(logged()).toContain('hubspot call');
  expect(`${logged()}${JSON.stringify(errors)}${errors.map(String).join()}`).not.toMatch(
    /canary|example\.com/,
  );
});
