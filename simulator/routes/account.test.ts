import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ portalId: 4242, limits: 'free', account: { timeZone: 'America/New_York' } });
  portal.simulator.setClock({ now: Date.parse('2026-11-22T12:00:00Z'), frozen: true });
});
afterEach(() => portal.simulator.stop());

it('account details tell the portal id as a number and the offset of the zone', async () => {
  const answer = await portal.call('GET', '/account-info/2026-09/details');
  expect(answer.body).toMatchObject({
    portalId: 4242,
    timeZone: 'America/New_York',
    utcOffset: '-05:00',
    utcOffsetMilliseconds: -18_000_000,
    portalName: 'Simulated portal',
  });
});

it('account details of v3 lack what 2026-09 added', async () => {
  const answer = await portal.call('GET', '/account-info/v3/details');
  expect(answer.status).toBe(200);
  expect(answer.body).not.toHaveProperty('portalName');
});

it('usage counts the calls of the day and tells when it ends', async () => {
  await portal.call('GET', '/account-info/2026-09/details');
  const answer = await portal.call('GET', '/account-info/2026-09/api-usage/daily/private-apps');
  expect(answer.body.results).toMatchObject([
    { usageLimit: 250_000, currentUsage: 2, resetsAt: '2026-11-23T05:00:00.000Z' },
  ]);
});

it('usage may be late, and says when it was collected', async () => {
  portal.simulator.setBehaviour({ usageAgeMs: 300_000 });
  const usage = async () =>
    (await portal.call('GET', '/account-info/2026-09/api-usage/daily/private-apps')).body.results[0];
  expect(await usage()).toMatchObject({ currentUsage: 1 });
  portal.simulator.setClock({ advanceMs: 299_999 });
  expect(await usage()).toMatchObject({ currentUsage: 1, collectedAt: '2026-11-22T12:00:00.000Z' });
  portal.simulator.setClock({ advanceMs: 1 });
  expect(await usage()).toMatchObject({ currentUsage: 3, collectedAt: '2026-11-22T12:05:00.000Z' });
});
