import { describe, expect, it } from 'vitest';
import { answeringTransport } from '../../test/support/answering-transport.ts';
import { createAssociationLabels } from './association-labels.ts';
import { createAssociations } from './associations.ts';
import { parseLink } from './link.ts';

const PLAIN = { category: 'HUBSPOT_DEFINED', typeId: 279, label: null };
const BOSS = { category: 'USER_DEFINED', typeId: 31, label: 'Boss' };

describe('a link', () => {
  it('has the other id, which comes as a number, and all kinds of link', () => {
    expect(parseLink({ toObjectId: 77, associationTypes: [PLAIN, BOSS] })).toEqual({
      ok: true,
      value: { toId: '77', types: [{ category: 'HUBSPOT_DEFINED', typeId: 279 }, BOSS] },
    });
  });

  it.each<[string, unknown, string]>([
    ['no id', { associationTypes: [] }, 'it has no toObjectId'],
    ['an id that JSON cannot hold', { toObjectId: 2 ** 60, associationTypes: [] }, 'it has no toObjectId'],
    ['no kinds', { toObjectId: 1 }, 'it has no list "associationTypes"'],
    [
      'a kind without a number',
      { toObjectId: 1, associationTypes: [{}] },
      'associationTypes[0]: it has no typeId',
    ],
  ])('is not what has %s', (_, value, problem) => {
    expect(parseLink(value)).toEqual({ ok: false, problem });
  });

  it('is read with all others of its record, over all pages', async () => {
    const row = (toObjectId: number) => ({ toObjectId, associationTypes: [PLAIN] });
    const { transport, requests } = answeringTransport(
      { results: [row(1), row(2)], paging: { next: { after: '2' } } },
      { results: [row(3)] },
    );
    const ids: string[] = [];
    for await (const page of createAssociations(transport).listAll('contacts', '9', 'companies'))
      ids.push(...page.results.map(({ toId }) => toId));
    expect(ids).toEqual(['1', '2', '3']);
    expect(requests.map(({ path }) => path)).toEqual([
      '/crm/objects/2026-09/contacts/9/associations/companies?limit=500',
      '/crm/objects/2026-09/contacts/9/associations/companies?limit=500&after=2',
    ]);
  });

  it('has a kind that the portal names', async () => {
    const { transport } = answeringTransport({ results: [PLAIN, BOSS] });
    expect(await createAssociationLabels(transport).expectList('contacts', 'companies')).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 279 },
      BOSS,
    ]);
  });

  it('is written 2,000 at once, and removed from 100 records at once', async () => {
    const { transport, requests } = answeringTransport({ results: [] });
    const associations = createAssociations(transport);
    const inputs = Array.from({ length: 4100 }, (_, index) => ({
      from: { id: String(index) },
      to: { id: '1' },
      types: [],
    }));
    const sizes = () =>
      requests.splice(0).map(({ body }) => (body as { inputs: readonly unknown[] }).inputs.length);
    await associations.createAll('contacts', 'companies', inputs);
    expect(sizes()).toEqual([2000, 2000, 100]);
    await associations.linkAll('contacts', 'companies', inputs);
    expect(sizes()).toEqual([2000, 2000, 100]);
    await associations.archiveAll(
      'contacts',
      'companies',
      inputs.slice(0, 150).map(({ from, to }) => ({ from, to: [to] })),
    );
    expect(sizes()).toEqual([100, 50]);
  });
});
