import { describe, expect, it } from 'vitest';
import { answeringTransport } from '../../test/support/answering-transport.ts';
import { createOwners, type Owner } from './owners.ts';

describe('owners', () => {
  it('are read over all pages, people and queues', async () => {
    const { transport, requests } = answeringTransport(
      {
        results: [
          {
            id: '41',
            userId: 9,
            email: 'ada@example.com',
            firstName: 'Ada',
            lastName: 'Byron',
            type: 'PERSON',
            teams: [{ id: '3', name: 'Sales', primary: true }],
            archived: false,
          },
        ],
        paging: { next: { after: '41' } },
      },
      { results: [{ id: 42, type: 'QUEUE', archived: true }] },
    );
    const owners: Owner[] = [];
    for await (const page of createOwners(transport).listAll({ archived: true }))
      owners.push(...page.results);
    expect(owners).toEqual([
      {
        id: '41',
        userId: '9',
        email: 'ada@example.com',
        firstName: 'Ada',
        lastName: 'Byron',
        type: 'PERSON',
        teams: [{ id: '3', name: 'Sales', primary: true }],
        archived: false,
      },
      { id: '42', type: 'QUEUE', teams: [], archived: true },
    ]);
    expect(requests.map(({ path }) => path)).toEqual([
      '/crm/owners/2026-09?limit=500&archived=true',
      '/crm/owners/2026-09?limit=500&archived=true&after=41',
    ]);
  });

  it('without an id stop the reading', async () => {
    const { transport } = answeringTransport({ results: [{ email: 'ada@example.com' }] });
    await expect(createOwners(transport).listAll().next()).rejects.toMatchObject({
      code: 'HUBSPOT_UNEXPECTED',
      message: expect.not.stringContaining('ada'),
    });
  });
});
