import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../simulator/index.ts';
import { setupOperations as setup } from '../support/operations-bench.ts';

function contacts(portal: Simulator): Record<string, string | null | undefined>[] {
  return portal.records('contacts').map(({ properties }) => ({ ...properties }));
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('nothing there');
  return item;
}

describe('creating a contact', () => {
  it('writes values of every kind in the form HubSpot takes', async () => {
    const { portal, operations } = await setup();
    const day = new Date('2026-11-22T15:30:00Z');
    const created = await operations.createContact({
      email: ' Ada@Example.com ',
      firstname: 'Ada',
      lastname: null,
      city: undefined,
      renewal_day: day,
      hs_lead_status: 'NEW',
    });
    expect(created).toMatchObject({ created: true, kept: [], properties: { email: 'ada@example.com' } });
    expect(contacts(portal)).toMatchObject([
      { email: 'ada@example.com', firstname: 'Ada', renewal_day: '2026-11-22', hs_lead_status: 'NEW' },
    ]);
    expect(first(contacts(portal))).not.toHaveProperty('city');
  });

  it('a second time takes the one that is there', async () => {
    const { portal, operations } = await setup();
    const { id } = await operations.createContact({ email: 'ada@example.com', firstname: 'Ada' });
    const again = await operations.createContact({ email: 'ADA@example.com', lastname: 'King' });
    expect(again).toMatchObject({ id, created: false });
    expect(contacts(portal)).toMatchObject([{ firstname: 'Ada', lastname: 'King' }]);
  });

  it('can leave the one that is there alone, or refuse', async () => {
    const { portal, operations } = await setup();
    const { id } = await operations.createContact({ email: 'ada@example.com', firstname: 'Ada' });
    const values = { email: 'ada@example.com', firstname: 'Grace' };
    expect(await operations.createContact(values, { ifExists: 'keep' })).toMatchObject({
      id,
      created: false,
    });
    await expect(operations.createContact(values, { ifExists: 'fail' })).rejects.toMatchObject({
      code: 'HUBSPOT_CONFLICT',
      facts: { existingId: id },
    });
    expect(contacts(portal)).toMatchObject([{ firstname: 'Ada' }]);
  });

  it('with an additional address takes its owner and leaves the first address as it is', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [{ email: 'ada@example.com', hs_additional_emails: 'old@example.com' }]);
    const taken = await operations.createContact({ email: 'old@example.com', firstname: 'Ada' });
    expect(taken.created).toBe(false);
    expect(contacts(portal)).toMatchObject([{ email: 'ada@example.com', firstname: 'Ada' }]);
  });

  it('by a unique value takes the one that has the value, though not the address', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [{ email: 'ada@example.com', app_user_id: '7' }]);
    const values = { email: 'new@example.com', app_user_id: '7' };
    const taken = await operations.createContact(values, { uniqueProperty: 'app_user_id' });
    expect(taken.created).toBe(false);
    expect(contacts(portal)).toMatchObject([{ email: 'new@example.com', app_user_id: '7' }]);
  });

  it('does not take over a contact that stands for somebody else', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [{ email: 'ada@example.com', app_user_id: '7' }]);
    const values = { email: 'ada@example.com', app_user_id: '8' };
    await expect(operations.createContact(values, { uniqueProperty: 'app_user_id' })).rejects.toMatchObject({
      code: 'HUBSPOT_CONFLICT',
    });
    expect(contacts(portal)).toMatchObject([{ app_user_id: '7' }]);
  });

  it('names a lifecycle stage that HubSpot kept', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [{ email: 'ada@example.com', lifecyclestage: 'customer' }]);
    const values = { email: 'ada@example.com', lifecyclestage: 'lead' };
    expect(await operations.createContact(values)).toMatchObject({ kept: ['lifecyclestage'] });
  });

  it('that HubSpot refuses names the property and not its value', async () => {
    const { operations } = await setup();
    const error: unknown = await operations
      .createContact({ email: 'ada@example.com', lifecyclestage: 'canary' })
      .catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'HUBSPOT_REFUSED',
      message: expect.stringContaining('lifecyclestage (INVALID_OPTION)'),
    });
    expect(JSON.stringify([error, String(error)])).not.toContain('canary');
  });
});

describe('an answer that is lost', () => {
  it('of a contact with an address may be asked for again, which makes no second contact', async () => {
    const { portal, operations } = await setup();
    portal.setFaults([{ match: { method: 'POST' }, at: 'after-apply', do: 'reset', times: 1 }]);
    const values = { email: 'ada@example.com', firstname: 'Ada' };
    await expect(operations.createContact(values)).rejects.toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: true },
    });
    expect(await operations.createContact(values)).toMatchObject({ created: false });
    expect(contacts(portal)).toHaveLength(1);
  });

  it('of a contact without any key, of a deal and of a note has to be looked into', async () => {
    const { portal, operations } = await setup();
    const { id } = await operations.createContact({ email: 'ada@example.com' });
    const once = { code: 'HUBSPOT_OUTCOME_UNKNOWN', facts: { repeatable: false } };
    portal.setFaults([{ match: { method: 'POST' }, at: 'after-apply', do: 'html' }]);
    await expect(operations.createContact({ firstname: 'Ada' })).rejects.toMatchObject(once);
    await expect(
      operations.createDeal({ name: 'Order', stage: 'appointmentscheduled' }),
    ).rejects.toMatchObject(once);
    await expect(
      operations.logActivity({ on: [{ objectType: 'contacts', id }], text: 'Called' }),
    ).rejects.toMatchObject(once);
  });
});

describe('upserting a contact', () => {
  it('by address creates, then updates, also under an additional address', async () => {
    const { portal, operations } = await setup();
    const key = { email: 'ada@example.com' };
    expect(await operations.upsertContact(key, { firstname: 'Ada' })).toMatchObject({ created: true });
    expect(await operations.upsertContact(key, { ...key, lastname: 'King' })).toMatchObject({
      created: false,
    });
    portal.insert('contacts', [{ email: 'bob@example.com', hs_additional_emails: 'b@example.com' }]);
    const second = { email: 'b@example.com' };
    expect(await operations.upsertContact(second, { ...second, city: 'Bern' })).toMatchObject({
      created: false,
    });
    expect(contacts(portal)).toMatchObject([
      { email: 'ada@example.com', firstname: 'Ada', lastname: 'King' },
      { email: 'bob@example.com', city: 'Bern' },
    ]);
  });

  it('by address refuses another address among the values', async () => {
    const { operations } = await setup();
    await expect(
      operations.upsertContact({ email: 'ada@example.com' }, { email: 'bob@example.com' }),
    ).rejects.toMatchObject({ code: 'PROPERTY_VALUE_UNUSABLE' });
  });

  it('by unique value creates, then updates, and leaves the first address when given an additional one', async () => {
    const { portal, operations } = await setup();
    const key = { idProperty: 'app_user_id', value: '7' };
    expect(await operations.upsertContact(key, { email: 'ada@example.com' })).toMatchObject({
      created: true,
    });
    portal.insert('contacts', [
      { email: 'bob@example.com', app_user_id: '8', hs_additional_emails: 'old@example.com' },
    ]);
    const second = { idProperty: 'app_user_id', value: '8' };
    expect(await operations.upsertContact(second, { email: 'old@example.com', city: 'Bern' })).toMatchObject({
      created: false,
    });
    expect(await operations.upsertContact(key, { firstname: 'Ada' })).toMatchObject({ created: false });
    expect(contacts(portal)).toMatchObject([
      { email: 'ada@example.com', app_user_id: '7', firstname: 'Ada' },
      { email: 'bob@example.com', app_user_id: '8', city: 'Bern' },
    ]);
  });

  it('by unique value takes the contact that a person made with that address, once', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [{ email: 'ada@example.com', firstname: 'Ada' }]);
    const values = { email: 'ada@example.com', city: 'Bern' };
    const taken = await operations.upsertContact({ idProperty: 'app_user_id', value: '7' }, values);
    expect(taken.created).toBe(false);
    await expect(
      operations.upsertContact({ idProperty: 'app_user_id', value: '8' }, values),
    ).rejects.toMatchObject({ code: 'HUBSPOT_CONFLICT' });
    expect(contacts(portal)).toMatchObject([{ firstname: 'Ada', city: 'Bern', app_user_id: '7' }]);
  });
});

describe('finding a contact', () => {
  it('by id, unique value, address in any case and additional address says by what it was found', async () => {
    const { portal, operations } = await setup();
    const [id = ''] = portal.insert('contacts', [
      { email: 'ada@example.com', app_user_id: '7', hs_additional_emails: 'old@example.com', city: 'Bern' },
    ]);
    const options = { properties: ['city'] };
    const found = [
      await operations.findContact({ id }, options),
      await operations.findContact({ idProperty: 'app_user_id', value: '7' }, options),
      await operations.findContact({ email: 'ADA@example.com' }, options),
      await operations.findContact({ email: 'old@example.com' }, options),
      await operations.findContact({ idProperty: 'hs_object_id', value: id }, options),
    ];
    expect(found.map((each) => each?.id)).toEqual([id, id, id, id, id]);
    expect(found.map((each) => each?.matchedBy)).toEqual(['id', 'unique', 'email', 'secondary-email', 'id']);
    expect(found.map((each) => each?.properties.city)).toEqual(['Bern', 'Bern', 'Bern', 'Bern', 'Bern']);
  });

  it('that is not there gives undefined', async () => {
    const { operations } = await setup();
    expect(await operations.findContact({ email: 'nobody@example.com' })).toBeUndefined();
    expect(await operations.findContact({ id: '999' })).toBeUndefined();
  });

  it.each([
    [{ email: 'canary' }, 'EMAIL_UNUSABLE'],
    [{ id: 'canary@example.com' }, 'RECORD_ID_UNUSABLE'],
    [{ idProperty: 'app_user_id', value: ' ' }, 'RECORD_ID_UNUSABLE'],
  ])('by %j is refused without showing it', async (key, code) => {
    const { operations } = await setup();
    const error: unknown = await operations.findContact(key).catch((reason) => reason);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('canary');
  });
});

describe('updating a contact', () => {
  it('changes what is given, clears what is null, and leaves the rest', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [
      { email: 'ada@example.com', firstname: 'Ada', city: 'Bern', app_user_id: '7' },
    ]);
    await operations.updateContact({ email: 'ada@example.com' }, { city: null, lastname: 'King' });
    await operations.updateContact({ idProperty: 'app_user_id', value: '7' }, { phone: '1' });
    expect(contacts(portal)).toMatchObject([{ firstname: 'Ada', lastname: 'King', phone: '1', city: '' }]);
  });

  it('named by an additional address leaves the first one, and another address replaces it', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [{ email: 'ada@example.com', hs_additional_emails: 'old@example.com' }]);
    const key = { email: 'old@example.com' };
    await operations.updateContact(key, { ...key, city: 'Bern' });
    expect(contacts(portal)).toMatchObject([{ email: 'ada@example.com', city: 'Bern' }]);
    await operations.updateContact(key, { email: 'new@example.com' });
    expect(contacts(portal)).toMatchObject([{ email: 'new@example.com' }]);
  });

  it('that is not there, or to an address of another, says so', async () => {
    const { portal, operations } = await setup();
    portal.insert('contacts', [{ email: 'ada@example.com' }, { email: 'bob@example.com' }]);
    await expect(operations.updateContact({ id: '999' }, { city: 'Bern' })).rejects.toMatchObject({
      code: 'HUBSPOT_NOT_FOUND',
    });
    await expect(
      operations.updateContact({ email: 'ada@example.com' }, { email: 'bob@example.com' }),
    ).rejects.toMatchObject({ code: 'HUBSPOT_CONFLICT' });
  });
});
