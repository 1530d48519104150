import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal, upserts } from './test-client.ts';

/** Long enough never to end by itself in a test. */
const HOLD_MS = 60_000;

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const upsert = (headers: Record<string, string> = {}) =>
  portal.call('POST', `${CONTACTS}/batch/upsert`, upserts([['a@example.com', {}]]), headers);

it('announces a write that happened before its caller is told, and lets it go on release', async () => {
  await portal.admin('POST', 'options', { holdAfterApply: { holdMs: HOLD_MS } });
  const polled = portal.admin('GET', 'applied?wait=10000');
  const answered = upsert({ 'x-spoke-worker': 'w-1', 'user-agent': 'spoke/1' });
  const { results } = (await polled).body;
  expect(results).toMatchObject([
    {
      seq: 1,
      requestId: '1',
      path: `${CONTACTS}/batch/upsert`,
      inputs: 1,
      headers: { 'x-spoke-worker': 'w-1', 'user-agent': 'spoke/1' },
    },
  ]);
  expect(portal.simulator.state().counts.contacts?.live).toBe(1);
  expect(await portal.admin('POST', 'release', { requestId: '1' })).toMatchObject({ body: { released: 1 } });
  expect((await answered).status).toBe(200);
});

it('answers by itself after the given time', async () => {
  portal.simulator.holdAfterApply({ holdMs: 20 });
  expect((await upsert()).status).toBe(200);
});

it('holds neither reads, nor refused writes, nor what does not fit', async () => {
  portal.simulator.holdAfterApply({ holdMs: HOLD_MS, match: { worker: 'w-1' } });
  expect((await portal.call('GET', CONTACTS)).status).toBe(200);
  expect((await portal.call('POST', CONTACTS, { properties: {} }, { 'x-spoke-worker': 'w-1' })).status).toBe(
    400,
  );
  expect((await upsert({ 'x-spoke-worker': 'w-2' })).status).toBe(200);
  expect(await portal.simulator.pollApplied(0, 0)).toEqual([]);
});

it('survives the death of the client it holds', async () => {
  portal.simulator.holdAfterApply({ holdMs: HOLD_MS, times: 1 });
  const controller = new AbortController();
  const answered = fetch(`${portal.simulator.url}${CONTACTS}/batch/upsert`, {
    method: 'POST',
    headers: { authorization: `Bearer ${portal.simulator.token}` },
    body: JSON.stringify(upserts([['a@example.com', {}]])),
    signal: controller.signal,
  });
  await portal.simulator.pollApplied(0, 10_000);
  controller.abort();
  await expect(answered).rejects.toThrow('aborted');
  portal.simulator.release();
  expect((await upsert()).body.results).toMatchObject([{ new: false }]);
});

it('hands over only announcements after the one last seen', async () => {
  portal.simulator.holdAfterApply({ holdMs: 0 });
  await upsert();
  await upsert();
  expect((await portal.admin('GET', 'applied?after=1')).body.results).toMatchObject([{ seq: 2 }]);
  expect((await portal.admin('GET', 'applied?after=2&wait=1')).body.results).toEqual([]);
});
