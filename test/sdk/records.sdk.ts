import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js';
import { describe, expect, it } from 'vitest';
import { connected } from './connect.ts';

const portal = connected();
const crm = () => portal.client.crm;
const contact = (email: string, more: Record<string, string> = {}) => ({
  properties: { email, ...more },
  associations: [],
});

describe('contacts, one by one', () => {
  it('creates, reads, changes and archives', async () => {
    const { basicApi } = crm().contacts;
    const created = await basicApi.create(contact('Ada@Example.com', { firstname: 'Ada' }));
    expect(created).toMatchObject({ properties: { email: 'ada@example.com' }, archived: false });
    expect(created.createdAt).toBeInstanceOf(Date);
    const read = await basicApi.getById(created.id, ['firstname', 'phone'], ['firstname']);
    expect(read.properties).toMatchObject({ firstname: 'Ada', phone: null });
    expect(read.propertiesWithHistory?.firstname).toHaveLength(1);
    const byEmail = await basicApi.getById(
      'ada@example.com',
      undefined,
      undefined,
      undefined,
      false,
      'email',
    );
    expect(byEmail.id).toBe(created.id);
    const changed = await basicApi.update(created.id, { properties: { firstname: 'Augusta' } });
    expect(changed.properties.firstname).toBe('Augusta');
    await basicApi.update('ada@example.com', { properties: { city: 'London' } }, 'email');
    await basicApi.archive(created.id);
    await expect(basicApi.getById(created.id)).rejects.toMatchObject({ code: 404 });
    const archived = await basicApi.getPage(10, undefined, undefined, undefined, undefined, true);
    expect(archived.results.map(({ id }) => id)).toContain(created.id);
  });

  it('pages, and gets all', async () => {
    const { basicApi } = crm().contacts;
    for (let n = 0; n < 12; n += 1) await basicApi.create(contact(`page-${n}@example.com`));
    const first = await basicApi.getPage(10);
    expect(first.results).toHaveLength(10);
    const second = await basicApi.getPage(10, first.paging?.next?.after);
    expect(second.results[0]?.id).not.toBe(first.results[0]?.id);
    const all = await crm().contacts.getAll(5, undefined, ['email']);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(12);
  });

  it('merges', async () => {
    const { basicApi } = crm().contacts;
    const one = await basicApi.create(contact('primary@example.com', { firstname: 'Primary' }));
    const other = await basicApi.create(contact('other@example.com', { lastname: 'Other' }));
    const merged = await basicApi.merge({ primaryObjectId: one.id, objectIdToMerge: other.id });
    const read = await basicApi.getById(other.id, ['email', 'hs_additional_emails', 'lastname']);
    expect(read.id).toBe(merged.id);
    expect(read.properties).toMatchObject({
      email: 'primary@example.com',
      hs_additional_emails: 'other@example.com',
      lastname: 'Other',
    });
  });

  it('erases a person', async () => {
    const { basicApi } = crm().contacts;
    const { id } = await basicApi.create(contact('erase@example.com'));
    await basicApi.purge({ objectId: 'erase@example.com', idProperty: 'email' });
    await expect(basicApi.getById(id)).rejects.toMatchObject({ code: 404 });
  });
});

describe('contacts, in batches', () => {
  it('creates, reads, changes, upserts and archives', async () => {
    const { batchApi } = crm().contacts;
    const created = await batchApi.create({
      inputs: [contact('batch-1@example.com'), contact('batch-2@example.com')],
    });
    expect(created.results).toHaveLength(2);
    const ids = created.results.map(({ id }) => ({ id }));
    const read = await batchApi.read({ inputs: ids, properties: ['email'], propertiesWithHistory: [] });
    expect(read.results.map(({ properties }) => properties.email).sort()).toEqual([
      'batch-1@example.com',
      'batch-2@example.com',
    ]);
    const changed = await batchApi.update({
      inputs: ids.map((input) => ({ ...input, properties: { city: 'Bergen' } })),
    });
    expect(changed.results.every(({ properties }) => properties.city === 'Bergen')).toBe(true);
    const upserted = await batchApi.upsert({
      inputs: ['batch-2@example.com', 'batch-3@example.com'].map((id) => ({
        id,
        idProperty: 'email',
        objectWriteTraceId: id,
        properties: { company: 'Example' },
      })),
    });
    expect(new Map(upserted.results.map((result) => [result.properties.email, result._new]))).toEqual(
      new Map([
        ['batch-2@example.com', false],
        ['batch-3@example.com', true],
      ]),
    );
    await batchApi.archive({ inputs: ids });
    const gone = await batchApi.read({ inputs: ids, properties: [], propertiesWithHistory: [] });
    expect(gone).toMatchObject({ numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND' }] });
  });
});

describe('searches', () => {
  it('finds by filter, sorts and pages', async () => {
    await crm().contacts.batchApi.create({
      inputs: [1, 2, 3].map((n) =>
        contact(`search-${n}@example.com`, { company: 'Searched Ltd', city: `City ${n}` }),
      ),
    });
    const found = await crm().contacts.searchApi.doSearch({
      filterGroups: [
        { filters: [{ propertyName: 'company', operator: FilterOperatorEnum.Eq, value: 'Searched Ltd' }] },
      ],
      sorts: ['city'],
      properties: ['city'],
      limit: 2,
    });
    expect(found.total).toBe(3);
    expect(found.results.map(({ properties }) => properties.city)).toEqual(['City 1', 'City 2']);
    expect(found.paging?.next?.after).toBe('2');
  });
});

describe('companies, deals, tickets and notes', () => {
  it('creates each and reads it back', async () => {
    const company = await crm().companies.basicApi.create({
      properties: { name: 'Example', domain: 'example.com' },
      associations: [],
    });
    const deal = await crm().deals.basicApi.create({
      properties: {
        dealname: 'Deal',
        pipeline: 'default',
        dealstage: 'appointmentscheduled',
        amount: '12.5',
      },
      associations: [],
    });
    const ticket = await crm().tickets.basicApi.create({
      properties: { subject: 'Help', hs_pipeline: '0', hs_pipeline_stage: '1' },
      associations: [],
    });
    const person = await crm().contacts.basicApi.create(contact('noted@example.com'));
    const note = await crm().objects.notes.basicApi.create({
      properties: { hs_timestamp: '2026-11-01T10:00:00Z', hs_note_body: 'A note' },
      associations: [
        {
          to: { id: person.id },
          types: [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 202 }],
        },
      ],
    });
    expect((await crm().companies.basicApi.getById(company.id)).properties.domain).toBe('example.com');
    expect((await crm().deals.basicApi.getById(deal.id)).properties.amount).toBe('12.5');
    expect((await crm().tickets.basicApi.getById(ticket.id)).properties.subject).toBe('Help');
    const read = await crm().contacts.basicApi.getById(person.id, undefined, undefined, ['notes']);
    expect(read.associations?.notes?.results.map(({ id }) => id)).toEqual([note.id]);
    expect(await crm().companies.getAll()).toHaveLength(1);
    expect(await crm().deals.getAll()).toHaveLength(1);
    expect(await crm().tickets.getAll()).toHaveLength(1);
    const any = await crm().objects.basicApi.getPage('companies');
    expect(any.results).toHaveLength(1);
  });
});
