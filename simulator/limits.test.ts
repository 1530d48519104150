import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Limiter, TIERS } from './limits.ts';
import { startPortal, type TestPortal } from './test-client.ts';

const DETAILS = '/account-info/2026-09/details';
const NOON = Date.parse('2026-11-22T12:00:00Z');

describe('over HTTP', () => {
  let portal: TestPortal;
  const call = () => portal.call('GET', DETAILS);
  beforeEach(async () => {
    portal = await startPortal({
      limits: { perWindow: 3, daily: 5 },
      tokens: [{ token: 'other', id: 'other' }],
    });
    portal.simulator.setClock({ now: NOON, frozen: true });
  });
  afterEach(() => portal.simulator.stop());

  it('headers count down', async () => {
    await call();
    const { headers } = await call();
    expect(headers).toMatchObject({
      'x-hubspot-ratelimit-max': '3',
      'x-hubspot-ratelimit-remaining': '1',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-daily': '5',
      'x-hubspot-ratelimit-daily-remaining': '3',
    });
  });

  it('the fourth call in ten seconds is refused, until the first leaves the window', async () => {
    for (let place = 0; place < 3; place += 1) expect((await call()).status).toBe(200);
    const refused = await call();
    expect(refused).toMatchObject({
      status: 429,
      body: {
        status: 'error',
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'TEN_SECONDLY_ROLLING',
        groupName: 'publicapi:private-app-api-calls-ten-secondly:12345678:1001',
      },
    });
    expect(refused.headers).not.toHaveProperty('retry-after');
    portal.simulator.setClock({ advanceMs: 10_000 });
    expect((await call()).status).toBe(200);
    expect(portal.simulator.state().refused.TEN_SECONDLY_ROLLING).toBe(1);
  });

  it('the window is each app’s own, the day the portal’s', async () => {
    const callOther = () => portal.call('GET', DETAILS, undefined, { authorization: 'Bearer other' });
    for (let place = 0; place < 3; place += 1) await call();
    for (let place = 0; place < 2; place += 1) expect((await callOther()).status).toBe(200);
    expect((await callOther()).body).toMatchObject({
      message: 'You have reached your daily limit.',
      policyName: 'DAILY',
    });
  });

  it('the daily budget comes back at midnight of the portal’s zone', async () => {
    portal.simulator.setLimits({ perWindow: null, daily: 1 });
    await call();
    expect((await call()).status).toBe(429);
    portal.simulator.setClock({ now: Date.parse('2026-11-22T23:00:00Z') });
    expect((await call()).status).toBe(200);
  });

  it('changes while running, and can be lifted', async () => {
    for (let place = 0; place < 3; place += 1) await call();
    portal.simulator.setLimits('none');
    const answer = await call();
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('x-hubspot-ratelimit-max');
  });

  it('sends Retry-After when the portal is set so', async () => {
    portal.simulator.setBehaviour({ retryAfterSeconds: 7 });
    for (let place = 0; place < 3; place += 1) await call();
    expect((await call()).headers['retry-after']).toBe('7');
  });
});

it('calls of associations are refused by their own budget', async () => {
  const portal = await startPortal({ limits: { associationsPerWindow: 1 } });
  const [contact] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  const read = () => portal.call('GET', `/crm/objects/2026-09/contacts/${contact}/associations/notes`);
  expect((await read()).status).toBe(200);
  expect(await read()).toMatchObject({ status: 429, body: { policyName: 'TEN_SECONDLY_ROLLING' } });
  expect((await portal.call('GET', DETAILS)).status).toBe(200);
  portal.simulator.setLimits('none');
  expect((await read()).status).toBe(200);
  await portal.simulator.stop();
});

describe('the limiter', () => {
  const create = (countRejectedCalls = false) =>
    new Limiter({
      numbers: { ...TIERS.free, perWindow: 2 },
      tier: 'free',
      timeZone: 'UTC',
      countRejectedCalls: () => countRejectedCalls,
      countSearchInDaily: () => false,
      countAssociationsInDaily: () => true,
    });

  it('gives search five per second, beside the rolling window and without headers', () => {
    const limiter = create();
    const verdicts = Array.from({ length: 6 }, () => limiter.admit('search', 1, NOON));
    expect(verdicts.map(({ refusedBy }) => refusedBy)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'SECONDLY',
    ]);
    expect(verdicts[0]?.headers).toEqual({});
    expect(limiter.admit('search', 2, NOON).refusedBy).toBe('SECONDLY');
    expect(limiter.admit('search', 1, NOON + 1_000).refusedBy).toBeUndefined();
    expect(limiter.admit('general', 1, NOON).refusedBy).toBeUndefined();
    expect(limiter.dailyUsage(NOON).used).toBe(1);
  });

  it.each([
    [false, undefined],
    [true, 'TEN_SECONDLY_ROLLING'],
  ])('with refused calls counted: %j, a client that hammers gets %s', (counted, verdict) => {
    const limiter = create(counted);
    for (const instant of [0, 1, 9_000, 9_001]) limiter.admit('general', 1, NOON + instant);
    expect(limiter.admit('general', 1, NOON + 10_001).refusedBy).toBe(verdict);
  });

  it('counts calls of associations in a window and a day of their own, the day also in the portal’s', () => {
    const limiter = create();
    limiter.change({ perWindow: 1, associationsPerWindow: 2, associationsDaily: 3 });
    const admit = (instant: number) => limiter.admit('associations', 1, NOON + instant);
    expect(admit(0).headers).toMatchObject({
      'x-hubspot-ratelimit-max': '2',
      'x-hubspot-ratelimit-remaining': '1',
      'x-hubspot-ratelimit-daily': '3',
      'x-hubspot-ratelimit-daily-remaining': '2',
    });
    expect(admit(1).refusedBy).toBeUndefined();
    expect(admit(2).refusedBy).toBe('TEN_SECONDLY_ROLLING');
    expect(limiter.admit('general', 1, NOON + 3).refusedBy).toBeUndefined();
    expect(admit(10_001).refusedBy).toBeUndefined();
    expect(admit(20_002).refusedBy).toBe('DAILY');
    expect(limiter.dailyUsage(NOON).used).toBe(4);
    expect(limiter.associationsUsage(NOON + 20_002)).toEqual({ used: 3, windowUsed: { 1: 0 } });
  });

  it.each([
    ['free', 100],
    ['professional', 150],
    ['enterprise', 150],
    ['addon', 200],
    ['addon2', 200],
  ] as const)('knows the association budget of %s', (tier, associationsPerWindow) => {
    expect(create().change(tier)).toMatchObject({ associationsPerWindow, associationsDaily: 500_000 });
  });

  it.each([
    ['free', 100, 250_000],
    ['professional', 190, 625_000],
    ['enterprise', 190, 1_000_000],
    ['addon', 250, 2_000_000],
  ] as const)('knows the budget of %s', (tier, perWindow, daily) => {
    expect(create().change(tier)).toMatchObject({ perWindow, daily, searchPerSecond: 5 });
  });
});
