import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal, upserts } from './test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const upsert = (email: string, properties: Record<string, string> = {}) =>
  portal.call('POST', `${CONTACTS}/batch/upsert`, upserts([[email, properties]], true));

it('state tells counts, requests, limits and refusals, and does not count itself', async () => {
  await upsert('a@example.com');
  await portal.admin('GET', 'state');
  const { body } = await portal.admin('GET', 'state');
  expect(body).toMatchObject({
    portalId: 12_345_678,
    counts: { contacts: { live: 1, archived: 0 }, notes: { live: 0, archived: 0 } },
    requests: { requests: 1, applied: 1, byStatus: { '200': 1 } },
    maxCallsIn10s: 1,
    maxCallsIn10sByToken: { 'token-1': 1 },
    refused: { TEN_SECONDLY_ROLLING: 0, DAILY: 0, SECONDLY: 0 },
    limits: { perWindow: null },
  });
  expect(JSON.stringify(body)).not.toContain(portal.simulator.token);
});

it('records are paged with all fields, archived ones too', async () => {
  const ids = portal.simulator.insert('contacts', [
    { email: 'a@example.com', city: 'Oslo' },
    { email: 'b@example.com' },
    { email: 'c@example.com' },
  ]);
  await portal.call('DELETE', `${CONTACTS}/${ids[0]}`);
  const first = await portal.admin('GET', 'records/contacts?limit=2');
  expect(first.body.results).toMatchObject([
    { id: ids[0], archived: true, properties: { city: 'Oslo' } },
    { id: ids[1] },
  ]);
  const second = await portal.admin('GET', `records/contacts?limit=2&after=${String(first.body.next)}`);
  expect(second.body).toMatchObject({ results: [{ id: ids[2] }], next: null });
  expect((await portal.admin('GET', `records/contacts/${ids[1]}`)).body.id).toBe(ids[1]);
});

it('history gives the applied writes of a record in order, once switched on', async () => {
  await portal.admin('POST', 'options', { behaviour: { recordHistory: true } });
  const { body } = await upsert('a@example.com', { city: 'Oslo' });
  await upsert('a@example.com', { city: 'Bergen' });
  const id = body.results[0]?.id;
  await portal.call('DELETE', `${CONTACTS}/${id}`);
  expect((await portal.admin('GET', `history/contacts/${id}`)).body.results).toMatchObject([
    { kind: 'upsert', requestN: 1, traceId: 't1', properties: { email: 'a@example.com', city: 'Oslo' } },
    { kind: 'upsert', requestN: 2, traceId: 't1', properties: { city: 'Bergen' } },
    { kind: 'archive', requestN: 3 },
  ]);
});

it('the clock can be set, moved and stopped', async () => {
  expect((await portal.admin('POST', 'clock', { now: 1_000_000, frozen: true })).body.now).toBe(1_000_000);
  expect((await portal.admin('POST', 'clock', { advanceMs: 500 })).body.now).toBe(1_000_500);
  expect((await upsert('a@example.com')).body.results[0]?.createdAt).toBe(new Date(1_000_500).toISOString());
});

it('limits, tokens and switches are changed while running', async () => {
  expect((await portal.admin('POST', 'limits', { perWindow: 1 })).body).toMatchObject({
    perWindow: 1,
    windowMs: 10_000,
  });
  expect(
    (await portal.admin('POST', 'tokens', { add: { token: 'x', id: 'extra', scopes: ['oauth'] } })).body
      .results,
  ).toMatchObject([{ id: 'token-1' }, { id: 'extra', scopes: ['oauth'] }]);
  expect((await portal.admin('POST', 'tokens', { revoke: 'extra' })).body.results[1]).toMatchObject({
    revoked: true,
  });
  expect(
    (await portal.admin('POST', 'options', { behaviour: { mergedId: 'primary' } })).body.behaviour,
  ).toMatchObject({ mergedId: 'primary', shuffleResults: false });
});

it('faults are added, read with their hits and removed by id', async () => {
  await portal.admin('POST', 'faults', [
    { id: 'one', do: 'html' },
    { id: 'two', do: 'status', status: 500, match: { method: 'GET' } },
  ]);
  await upsert('a@example.com');
  expect((await portal.admin('GET', 'faults')).body.results).toMatchObject([
    { id: 'one', hits: 1 },
    { id: 'two', hits: 0 },
  ]);
  expect((await portal.admin('DELETE', 'faults/one')).body).toEqual({ removed: 1 });
  expect((await portal.call('GET', CONTACTS)).status).toBe(500);
  expect((await portal.admin('DELETE', 'faults')).body).toEqual({ removed: 1 });
});

it('the journal is paged, with the maximum of any window', async () => {
  for (const name of ['a', 'b', 'c']) await upsert(`${name}@example.com`);
  const { body } = await portal.admin('GET', 'journal?after=1&limit=1&windowMs=60000');
  expect(body).toMatchObject({ results: [{ n: 2 }], maxInWindow: 3 });
});

it('reset empties the portal, or the parts that are named', async () => {
  await upsert('a@example.com');
  await portal.admin('POST', 'reset', { only: ['journal'] });
  expect(portal.simulator.state()).toMatchObject({
    counts: { contacts: { live: 1 } },
    requests: { requests: 0 },
  });
  portal.simulator.revokeToken('token-1');
  expect((await portal.admin('POST', 'reset')).status).toBe(204);
  expect(portal.simulator.state().counts.contacts?.live).toBe(0);
  expect((await upsert('a@example.com')).body.results).toMatchObject([{ new: true }]);
});

it.each([
  ['POST', 'limits', { perWindow: -1 }, 'perWindow'],
  ['POST', 'options', { behaviour: { mergedID: 'new' } }, 'mergedID'],
  ['POST', 'clock', '{', 'not JSON'],
  ['POST', 'records/contacts', { records: [{ nope: 'x' }] }, 'does not exist'],
  ['POST', 'tokens', { revoke: 'nobody' }, 'no token'],
  ['GET', 'records/butterflies', undefined, 'butterflies'],
])('%s %s with %j is a 400 that says why', async (method, path, body, message) => {
  const answer = await portal.admin(method, path, body);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(message);
});

it('an unknown admin endpoint is a 404', async () => {
  expect((await portal.admin('GET', 'nowhere')).status).toBe(404);
});
