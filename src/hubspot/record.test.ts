import { describe, expect, it } from 'vitest';
import { parseRecord } from './record.ts';

const CREATED = '2026-11-20T08:00:00.000Z';
const RECORD = { id: '501', properties: { email: 'ada@example.com', plan: null }, archived: false };

describe('a record', () => {
  it('keeps what HubSpot shows of it', () => {
    const parsed = parseRecord({
      ...RECORD,
      createdAt: CREATED,
      updatedAt: '2026-11-21T09:30:12.345Z',
      archived: true,
      archivedAt: '2026-11-22T00:00:00Z',
      url: 'https://example.com',
      associations: {
        companies: {
          results: [{ id: 77, type: 'contact_to_company' }, { id: '78' }],
          paging: { next: { after: '79' } },
        },
      },
      propertiesWithHistory: {
        plan: [{ value: 'pro', timestamp: CREATED, sourceType: 'API', updatedByUserId: 9 }, { value: null }],
      },
    });
    expect(parsed).toEqual({
      ok: true,
      value: {
        id: '501',
        properties: { email: 'ada@example.com', plan: null },
        createdAt: CREATED,
        updatedAt: '2026-11-21T09:30:12.345Z',
        archived: true,
        archivedAt: '2026-11-22T00:00:00Z',
        associations: {
          companies: { links: [{ id: '77', type: 'contact_to_company' }, { id: '78' }], after: '79' },
        },
        history: {
          plan: [
            { value: 'pro', timestamp: CREATED, sourceType: 'API', updatedByUserId: '9' },
            { value: '' },
          ],
        },
      },
    });
  });

  it('may have its id as a number, as long as JSON holds it exactly', () => {
    expect(parseRecord({ ...RECORD, id: 501 })).toMatchObject({ ok: true, value: { id: '501' } });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'it has no id'],
    ['a list', [], 'it has no id'],
    ['an id that is a name', { ...RECORD, id: 'ada' }, 'it has no id'],
    ['an id beyond what JSON holds exactly', { ...RECORD, id: 2 ** 60 }, 'it has no id'],
    ['no properties', { id: '1' }, 'it has no properties'],
    ['properties as a list', { id: '1', properties: [] }, 'it has no properties'],
    ['a time that is none', { ...RECORD, updatedAt: 'yesterday' }, 'updatedAt is no time'],
    ['links that are no object', { ...RECORD, associations: [] }, 'associations is no object'],
    [
      'links without results',
      { ...RECORD, associations: { deals: {} } },
      'associations: it has no list "results"',
    ],
    [
      'a link without an id',
      { ...RECORD, associations: { deals: { results: [{ id: '1' }, {}] } } },
      'associations: results[1]: it has no id',
    ],
    [
      'versions that are no list',
      { ...RECORD, propertiesWithHistory: { plan: {} } },
      'propertiesWithHistory: the versions of a property are no list',
    ],
  ])('is not what has %s', (_, value, problem) => {
    expect(parseRecord(value)).toEqual({ ok: false, problem });
  });

  it('cannot change what all objects have, by the name of a type or property', () => {
    const body = JSON.parse(
      '{"id":"1","properties":{"__proto__":"x"},"associations":{"__proto__":{"results":[{"id":"2"}]}}}',
    );
    const parsed = parseRecord(body);
    expect(parsed).toMatchObject({ ok: true });
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('links');
    expect(parsed.ok && Object.getPrototypeOf(parsed.value.associations)).toBe(Object.prototype);
  });
});
