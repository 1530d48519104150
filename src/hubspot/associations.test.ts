import { describe, expect, it } from 'vitest';
import { createAssociations } from './associations.ts';
import type { Exchange } from './exchange.ts';
import type { Transport, TransportRequest } from './transport.ts';

/** A transport that answers each call with the next of the bodies, and the last one for ever. */
function scripted(...answers: (Exchange | { status?: number; body: unknown })[]) {
  const requests: TransportRequest[] = [];
  const transport: Transport = {
    request: async (request) => {
      requests.push(request);
      const answer = answers[Math.min(requests.length, answers.length) - 1];
      if (answer && 'kind' in answer) return answer;
      return { kind: 'reply', status: 200, headers: {}, durationMs: 1, body: undefined, ...answer };
    },
    close: async () => undefined,
  };
  return { associations: createAssociations(transport), requests };
}

function row(id: string, to: readonly (number | string)[], after?: string) {
  return {
    from: { id },
    to: to.map((toObjectId) => ({ toObjectId, associationTypes: [] })),
    ...(after === undefined ? {} : { paging: { next: { after, link: 'https://evil.example.com' } } }),
  };
}

async function links(script: ReturnType<typeof scripted>, ids: readonly string[]) {
  const read = await script.associations.readAssociations('contacts', 'notes', ids);
  if (read.kind === 'failed') throw new Error('failed');
  return { links: Object.fromEntries(read.links), unread: read.unread };
}

describe('reading the links of many records', () => {
  it('takes NO_ASSOCIATIONS_FOUND for the answer that there are none', async () => {
    const errors = [
      {
        status: 'error',
        category: 'OBJECT_NOT_FOUND',
        subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
        message: 'No note is associated with contact 2.',
        context: { fromObjectId: ['2'] },
      },
    ];
    const script = scripted({ status: 207, body: { results: [row('1', [77])], errors, numErrors: 1 } });
    expect(await links(script, ['1', '2'])).toEqual({ links: { 1: ['77'], 2: [] }, unread: [] });
  });

  it('gives numbers as text and an empty list for a record that is missing from the answer', async () => {
    const script = scripted({ body: { results: [row('1', [77, '78'])] } });
    expect(await links(script, ['1', '2'])).toEqual({ links: { 1: ['77', '78'], 2: [] }, unread: [] });
    expect(script.requests[0]).toMatchObject({
      method: 'POST',
      path: '/crm/associations/2026-09/contacts/notes/batch/read',
      body: { inputs: [{ id: '1' }, { id: '2' }] },
    });
  });

  it('follows each record to its last page, and no link in the answer', async () => {
    const script = scripted(
      { body: { results: [row('1', [10], 'a'), row('2', [20])] } },
      { body: { results: [row('1', [11], 'b')] } },
      { body: { results: [row('1', [12, 11])] } },
    );
    expect(await links(script, ['1', '2'])).toEqual({
      links: { 1: ['10', '11', '12'], 2: ['20'] },
      unread: [],
    });
    expect(script.requests.map(({ body }) => body)).toEqual([
      { inputs: [{ id: '1' }, { id: '2' }] },
      { inputs: [{ id: '1', after: 'a' }] },
      { inputs: [{ id: '1', after: 'b' }] },
    ]);
  });

  it('asks for at most 1,000 records at once and for each only once', async () => {
    const script = scripted({ body: { results: [] } });
    const ids = Array.from({ length: 2100 }, (_, index) => String(index % 2050));
    expect(Object.keys((await links(script, ids)).links)).toHaveLength(2050);
    expect(script.requests.map(({ body }) => (body as { inputs: unknown[] }).inputs.length)).toEqual([
      1000, 1000, 50,
    ]);
  });

  it('asks nothing when there is nothing to ask', async () => {
    const script = scripted({ body: {} });
    expect(await links(script, [])).toEqual({ links: {}, unread: [] });
    expect(script.requests).toEqual([]);
  });

  it('leaves a record that HubSpot gives an error for without a list', async () => {
    const script = scripted({
      status: 207,
      body: { results: [row('1', [10])], errors: [{ context: { id: ['2'] } }] },
    });
    expect(await links(script, ['1', '2', '3'])).toEqual({ links: { 1: ['10'], 3: [] }, unread: ['2'] });
  });

  it('takes an error that names nobody to be about every record without a result', async () => {
    const script = scripted({
      status: 207,
      body: { results: [row('1', [10])], errors: [{ message: 'no' }] },
    });
    expect(await links(script, ['1', '2', '3'])).toEqual({ links: { 1: ['10'] }, unread: ['2', '3'] });
  });

  it('does not read a cursor that stands still for ever', async () => {
    const script = scripted({ body: { results: [row('1', [10], 'a')] } });
    expect(await links(script, ['1'])).toEqual({ links: {}, unread: ['1'] });
    expect(script.requests).toHaveLength(2);
  });

  it('does not read a cursor that never ends for ever', async () => {
    let page = 0;
    const associations = createAssociations({
      request: async () => ({
        kind: 'reply',
        status: 200,
        headers: {},
        durationMs: 1,
        body: { results: [row('1', [page], String(page++))] },
      }),
      close: async () => undefined,
    });
    const read = await associations.readAssociations('contacts', 'notes', ['1']);
    expect(read).toMatchObject({ kind: 'links', unread: ['1'] });
    expect(page).toBe(200);
  });

  it.each<[string, unknown]>([
    ['no list of results', {}],
    ['an empty body', undefined],
    ['a text', 'ok'],
  ])('proves nothing from an answer with %s', async (_, body) => {
    const script = scripted({ body });
    expect(await script.associations.readAssociations('contacts', 'notes', ['1'])).toMatchObject({
      kind: 'failed',
    });
  });

  it.each([{ to: 'none' }, { to: [{}] }, { to: [null] }, {}])(
    'does not take %j for proof that a record has no links',
    async (part) => {
      const script = scripted({ body: { results: [{ from: { id: '1' }, ...part }] } });
      expect(await links(script, ['1'])).toEqual({ links: {}, unread: ['1'] });
    },
  );

  it.each<Exchange>([
    { kind: 'fault', reason: 'timeout', sent: true, message: '', durationMs: 1 },
    { kind: 'reply', status: 429, headers: {}, body: {}, durationMs: 1 },
    { kind: 'reply', status: 200, headers: {}, body: undefined, flaw: 'html', durationMs: 1 },
  ])('stops at the exchange that failed and hands it back', async (exchange) => {
    const script = scripted({ body: { results: [row('1', [10], 'a')] } }, exchange);
    expect(await script.associations.readAssociations('contacts', 'notes', ['1'])).toEqual({
      kind: 'failed',
      exchange,
    });
  });
});
