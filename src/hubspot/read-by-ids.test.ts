import { describe, expect, it } from 'vitest';
import { readByIds } from './read-by-ids.ts';
import type { BatchReadRequest } from './records.ts';

type Body = (request: BatchReadRequest) => { status?: number; body: unknown };

const record = (id: string) => ({ id, properties: { plan: id }, archived: false });
const notFound = (ids: readonly string[]) => ({
  category: 'OBJECT_NOT_FOUND',
  message: 'gone',
  context: { ids },
});

async function read(ids: readonly string[], answer: Body) {
  const requests: BatchReadRequest[] = [];
  const byId = await readByIds(
    {
      batchRead: async (_, request) => {
        requests.push(request);
        return { kind: 'reply', status: 200, headers: {}, durationMs: 1, ...answer(request) };
      },
    },
    'contacts',
    { ids, properties: ['plan'] },
    {},
  );
  return { found: [...byId.found.keys()], missing: byId.missing, requests };
}

describe('reading records by id', () => {
  it('asks for 100 at once, and for each id only once', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String((index % 230) + 1));
    const { found, requests } = await read(ids, (request) => ({
      body: { results: request.ids.map(record).reverse() },
    }));
    expect(requests.map((request) => request.ids.length)).toEqual([100, 100, 30]);
    expect(found).toHaveLength(230);
  });

  it('names the ids that HubSpot does not know', async () => {
    const { found, missing } = await read(['1', '2', '3'], () => ({
      status: 207,
      body: { results: [record('2')], errors: [notFound(['1', '3'])], numErrors: 1 },
    }));
    expect({ found, missing }).toEqual({ found: ['2'], missing: ['1', '3'] });
  });

  it('takes a record under another id for one that was merged', async () => {
    const { found, missing } = await read(['1', '2'], () => ({
      body: { results: [record('2'), record('9')] },
    }));
    expect({ found, missing }).toEqual({ found: ['2'], missing: ['1'] });
  });

  it('takes a second answer for one that was asked for as that of one merged into it', async () => {
    const { found, missing } = await read(['1', '2'], () => ({
      body: { results: [record('2'), record('2')] },
    }));
    expect({ found, missing }).toEqual({ found: ['2'], missing: ['1'] });
  });

  it.each<[string, ReturnType<Body>]>([
    ['says nothing about one', { body: { results: [record('1')] } }],
    ['is empty', { body: { results: [] } }],
    [
      'has another error for one',
      {
        status: 207,
        body: { results: [record('1')], errors: [{ category: 'FORBIDDEN', context: { ids: ['2'] } }] },
      },
    ],
    ['has a result that is no record', { body: { results: [record('1'), { id: '2' }] } }],
    ['has no results', { body: {} }],
  ])('raises an error for an answer that %s', async (_, answer) => {
    await expect(read(['1', '2'], () => answer)).rejects.toMatchObject({ code: 'HUBSPOT_UNEXPECTED' });
  });
});
