import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal, upserts } from './test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ behaviour: { journalTraceIds: true } });
  portal.simulator.setClock({ now: 1_764_000_000_000, frozen: true });
  await portal.call('POST', `${CONTACTS}/batch/upsert`, upserts([['a@example.com', {}]], true), {
    'x-spoke-worker': 'worker-7',
  });
  await portal.call('GET', `${CONTACTS}?limit=3`);
  await portal.call('GET', CONTACTS, undefined, { authorization: null });
  portal.simulator.setFaults([
    { id: 'storm', do: 'status', status: 503, times: 1 },
    { do: 'edge429', times: 1 },
  ]);
  await portal.call('GET', CONTACTS);
  portal.simulator.setClock({ advanceMs: 2_000 });
  await portal.call('GET', CONTACTS);
});
afterEach(() => portal.simulator.stop());

it.each([
  ['', [5, 4, 3, 2, 1]],
  ['text=LIMIT=3', [2]],
  ['text=worker-7', [1]],
  ['text=t1', [1]],
  ['text=storm', [4]],
  ['method=post', [1]],
  ['status=2xx', [2, 1]],
  ['status=4xx', [5, 3]],
  ['status=429', [5]],
  ['status=5xx', [4]],
  ['status=cut', []],
  ['token=token-1', [2, 1]],
  ['faulted=true', [5, 4]],
  ['applied=true', [1]],
  ['applied=false&status=2xx', [2]],
])('requests?%s gives %j', async (query, numbers) => {
  const { body } = await portal.admin('GET', `requests?${query}`);
  expect(body.results.map(({ n }) => n)).toEqual(numbers);
});

it('requests are paged from the newest down', async () => {
  const first = await portal.admin('GET', 'requests?limit=2');
  expect(first.body).toMatchObject({ results: [{ n: 5 }, { n: 4 }], next: 4 });
  const last = await portal.admin('GET', 'requests?limit=3&before=4');
  expect(last.body).toMatchObject({ results: [{ n: 3 }, { n: 2 }, { n: 1 }], next: null });
});

it('the pulse counts each second by how its requests ended', async () => {
  const { body } = await portal.admin('GET', 'pulse?seconds=3');
  expect(body.results).toEqual([
    { ok: 2, refused: 1, limited: 0, failed: 1, cut: 0 },
    { ok: 0, refused: 0, limited: 0, failed: 0, cut: 0 },
    { ok: 0, refused: 0, limited: 1, failed: 0, cut: 0 },
  ]);
});

it('the pulse looks no further back than it was asked', async () => {
  expect((await portal.admin('GET', 'pulse?seconds=1')).body.results).toEqual([
    { ok: 0, refused: 0, limited: 1, failed: 0, cut: 0 },
  ]);
  expect((await portal.admin('GET', 'pulse')).body.results).toHaveLength(60);
});

it('switches are told with their kinds and defaults', async () => {
  const { body } = await portal.admin('GET', 'options');
  expect(body).toMatchObject({
    behaviour: { mergedId: 'new' },
    schema: { properties: { mergedId: { enum: ['new', 'primary'], default: 'new' } } },
  });
});
