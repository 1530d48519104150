import { describe, expect, it } from 'vitest';
import type { Exchange } from './exchange.ts';
import type { ListQuery } from './paths.ts';
import { createRecordScans, type ScanPage } from './record-scans.ts';
import type { BatchReadRequest, Records } from './records.ts';
import type { SearchRequest } from './search.ts';

const MANY = Array.from({ length: 400 }, (_, index) => `a_property_with_a_name_${index}`);

function reply(body: unknown, status = 200): Exchange {
  return { kind: 'reply', status, headers: {}, body, durationMs: 1 };
}

/** A portal of `count` records with the ids from 1 on. */
function portalOf(count: number, options: { gone?: readonly string[] } = {}) {
  const calls = { list: [] as ListQuery[], read: [] as BatchReadRequest[], search: [] as SearchRequest[] };
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const view = (id: number | string, properties: readonly string[] = []) => ({
    id: String(id),
    properties: Object.fromEntries(properties.map((name) => [name, `${name} of ${id}`])),
    updatedAt: '2026-11-25T00:00:00Z',
    archived: false,
  });
  const pageOf = (found: readonly number[], limit: number, next: (last: number) => string) => {
    const results = found.slice(0, limit);
    const after = next(results.at(-1) ?? 0);
    return { results, ...(found.length > limit ? { paging: { next: { after } } } : {}) };
  };
  const records: Pick<Records, 'list' | 'batchRead' | 'search'> = {
    async list(_, query = {}) {
      calls.list.push(query);
      const found = ids.filter((id) => id >= Number(query.after ?? 0));
      const { results, ...paging } = pageOf(found, query.limit ?? 10, (last) => String(last + 1));
      const associations = query.associations ? { deals: { results: [{ id: '7' }] } } : undefined;
      return reply({
        results: results.map((id) => ({
          ...view(id, query.properties),
          ...(associations ? { associations } : {}),
        })),
        ...paging,
      });
    },
    async batchRead(_, request) {
      calls.read.push(request);
      const gone = request.ids.filter((id) => options.gone?.includes(id));
      const results = request.ids
        .filter((id) => !gone.includes(id))
        .map((id) => view(id, request.properties));
      if (gone.length === 0) return reply({ results: results.reverse() });
      return reply({ results, errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: gone } }] }, 207);
    },
    async search(_, request) {
      calls.search.push(request);
      const behind = request.filterGroups?.[0]?.filters.find(({ operator }) => operator === 'GT');
      const found = ids.filter((id) => id > (behind?.operator === 'GT' ? Number(behind.value) : 0));
      const { results, ...paging } = pageOf(found, request.limit ?? 10, () => String(request.limit));
      return reply({ total: count, results: results.map((id) => view(id, request.properties)), ...paging });
    },
  };
  return { scans: createRecordScans(records as Records), calls };
}

async function all<T extends ScanPage>(pages: AsyncIterable<T>) {
  const given: T[] = [];
  for await (const page of pages) given.push(page);
  return { pages: given, ids: given.flatMap((page) => page.records.map(({ id }) => Number(id))) };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('listing all records', () => {
  it('gives pages of 100 with the cursor of the next', async () => {
    const { scans, calls } = portalOf(250);
    const { pages, ids } = await all(scans.listAll('contacts', { properties: ['email'] }));
    expect(ids).toEqual(upTo(250));
    expect(pages.map(({ after }) => after)).toEqual(['101', '201', undefined]);
    expect(calls.list[1]).toEqual({ limit: 100, archived: false, properties: ['email'], after: '101' });
    expect(calls.read).toEqual([]);
  });

  it('goes on from a stored cursor, and names archived ones and links', async () => {
    const { scans, calls } = portalOf(250);
    const options = { after: '201', archived: true, associations: ['deals'] };
    const { ids, pages } = await all(scans.listAll('contacts', options));
    expect(ids).toEqual(upTo(250).slice(200));
    expect(calls.list).toEqual([{ limit: 100, ...options, properties: [] }]);
    expect(pages[0]?.records[0]?.associations).toEqual({ deals: { links: [{ id: '7' }] } });
  });

  it('reads the properties by id when their names are too long for a URL, in the order of the list', async () => {
    const { scans, calls } = portalOf(150);
    const { ids, pages } = await all(
      scans.listAll('contacts', { properties: MANY, associations: ['deals'] }),
    );
    expect(ids).toEqual(upTo(150));
    expect(calls.list.map(({ properties }) => properties)).toEqual([['hs_object_id'], ['hs_object_id']]);
    expect(calls.read.map((request) => request.ids.length)).toEqual([100, 50]);
    const [first] = pages[0]?.records ?? [];
    expect(Object.keys(first?.properties ?? {})).toEqual(MANY);
    expect(first?.associations).toEqual({ deals: { links: [{ id: '7' }] } });
  });

  it('names records that were gone when their properties were read', async () => {
    const { scans } = portalOf(3, { gone: ['2'] });
    const { pages, ids } = await all(scans.listAll('contacts', { properties: MANY }));
    expect(ids).toEqual([1, 3]);
    expect(pages[0]?.missing).toEqual(['2']);
  });
});

describe('searching for all records', () => {
  it('goes far beyond 10,000, each search behind the last id', async () => {
    const { scans, calls } = portalOf(12_345);
    const { ids } = await all(scans.searchAll('contacts', {}));
    expect(ids).toEqual(upTo(12_345));
    expect(calls.search).toHaveLength(62);
    expect(calls.search.some(({ after }) => after !== undefined)).toBe(false);
  });

  it('keeps the filters it was given, and goes on from a stored id', async () => {
    const { scans, calls } = portalOf(5);
    const given = { propertyName: 'plan', operator: 'EQ', value: 'pro' } as const;
    const search = { filterGroups: [{ filters: [given] }], query: 'ada', afterId: '3' };
    const { ids, pages } = await all(scans.searchAll('contacts', search, { properties: ['plan'] }));
    expect(ids).toEqual([4, 5]);
    expect(pages[0]?.lastId).toBe('5');
    expect(calls.search).toEqual([
      {
        filterGroups: [{ filters: [given, { propertyName: 'hs_object_id', operator: 'GT', value: '3' }] }],
        query: 'ada',
        sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
        properties: ['lastmodifieddate', 'plan'],
        limit: 200,
      },
    ]);
  });

  it('reads the properties by id when they make the search longer than HubSpot takes', async () => {
    const { scans, calls } = portalOf(150);
    const { pages } = await all(scans.searchAll('contacts', {}, { properties: MANY }));
    expect(calls.search.map(({ properties }) => properties)).toEqual([['lastmodifieddate']]);
    expect(calls.read.map((request) => request.ids.length)).toEqual([100, 50]);
    expect(pages[0]?.records[149]?.properties.a_property_with_a_name_399).toBe(
      'a_property_with_a_name_399 of 150',
    );
  });

  it('refuses filters that leave no room for the one it adds', async () => {
    const { scans, calls } = portalOf(5);
    const filters = Array.from(
      { length: 6 },
      () => ({ propertyName: 'a', operator: 'HAS_PROPERTY' }) as const,
    );
    await expect(all(scans.searchAll('contacts', { filterGroups: [{ filters }] }))).rejects.toMatchObject({
      code: 'HUBSPOT_SEARCH_INVALID',
    });
    expect(calls.search).toEqual([]);
  });

  it('names the place of a record that is out of order', async () => {
    const body = {
      results: [
        { id: '10', properties: {} },
        { id: '9', properties: {} },
      ],
    };
    const scans = createRecordScans({ search: async () => reply(body) } as unknown as Records);
    await expect(all(scans.searchAll('contacts', {}))).rejects.toMatchObject({
      code: 'HUBSPOT_UNEXPECTED',
      message: expect.stringContaining('results[1]: its id does not follow'),
    });
  });
});

describe('an empty page in the middle of a search', () => {
  const START = Date.UTC(2026, 10, 1);
  const marks = { live: START, settled: START };
  /** One scan of each kind, over answers that are empty and promise more. */
  const endless = () => {
    let calls = 0;
    const search = async () => {
      calls += 1;
      if (calls > 50) throw new Error('it asks for ever');
      return reply({ results: [], paging: { next: { after: '200' } } });
    };
    return createRecordScans({ search } as unknown as Records);
  };

  it.each<[string, (scans: ReturnType<typeof endless>) => AsyncIterable<ScanPage>]>([
    ['for all records', (scans) => scans.searchAll('contacts', {})],
    ['for all modified since', (scans) => scans.searchModified('contacts', { since: START })],
    [
      'for all modified between',
      (scans) => scans.searchModified('contacts', { since: START, upTo: START + 9 }),
    ],
    ['for changes', (scans) => scans.readChanges('contacts', marks)],
  ])('%s is an error', async (_, scan) => {
    await expect(all(scan(endless()))).rejects.toMatchObject({
      code: 'HUBSPOT_UNEXPECTED',
      message: expect.stringContaining('the page is empty although'),
    });
  });
});

describe('reading changes', () => {
  const NOW = Date.UTC(2026, 10, 25, 12);

  it.each([
    ['this machine is ahead', NOW + 3_600_000, NOW],
    ['HubSpot says it is later than it is', NOW, NOW + 3_600_000],
    ['an answer has no date', NOW, undefined],
  ])('takes nothing younger than the lag for settled when %s', async (_, here, there) => {
    const answer: Exchange = {
      kind: 'reply',
      status: 200,
      headers: there === undefined ? {} : { date: new Date(there).toUTCString() },
      body: { results: [] },
      durationMs: 1,
    };
    const scans = createRecordScans({ search: async () => answer } as unknown as Records);
    const clock = { now: () => here, monotonic: () => 0, sleep: async () => undefined };
    const start = NOW - 7_200_000;
    let settled = 0;
    for await (const page of scans.readChanges('contacts', { live: start, settled: start }, { clock }))
      settled = page.watermarks.settled;
    expect(settled).toBe(NOW - 15 * 60_000 + 1);
  });
});
