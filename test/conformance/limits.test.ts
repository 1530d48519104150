import { describe, expect, it } from 'vitest';
import { account, objects } from './paths.ts';
import { UUID } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject({ budgets: 'default' });
const read = () => portal.call('GET', account('2026-09'));
const search = () => portal.call('POST', `${objects('2026-09', 'contacts')}/search`, {});

describe('an answer', () => {
  it('tells the budget of ten seconds and of the day', async () => {
    const { headers } = await read();
    for (const name of ['max', 'remaining', 'interval-milliseconds', 'daily', 'daily-remaining'])
      expect(headers[`x-hubspot-ratelimit-${name}`], name).toMatch(/^\d+$/);
    expect(headers['x-hubspot-ratelimit-interval-milliseconds']).toBe('10000');
  });

  it('counts down', async () => {
    const remaining = async () => Number((await read()).headers['x-hubspot-ratelimit-daily-remaining']);
    const before = await remaining();
    expect(await remaining()).toBeLessThan(before);
  });

  it('of a search tells no budget of ten seconds', async () => {
    expect((await search()).headers).not.toHaveProperty('x-hubspot-ratelimit-interval-milliseconds');
  });

  it('names itself', async () => {
    expect((await read()).headers['x-hubspot-correlation-id']).toMatch(UUID);
  });
});

simulatorOnly('others use the budget of a real portal', () => {
  const set = (limits: unknown) => portal.admin('POST', 'limits', limits);

  it('more than the burst is 429 TEN_SECONDLY_ROLLING', async () => {
    await set({ perWindow: 1 });
    await portal.admin('POST', 'clock', { advanceMs: 11_000 });
    const answers = [await read(), await read()];
    expect(answers[0]?.status).toBe(200);
    expect(answers[1]).toMatchObject({
      status: 429,
      body: {
        status: 'error',
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'TEN_SECONDLY_ROLLING',
      },
    });
    expect(answers[1]?.body.groupName).toMatch(
      new RegExp(`^publicapi:private-app-api-calls-ten-secondly:${portal.portalId}:\\d+$`),
    );
    expect(answers[1]?.headers).not.toHaveProperty('retry-after');
    await set('default');
  });

  it('a sixth search in a second is 429 RATE_LIMITS', async () => {
    await portal.admin('POST', 'clock', { advanceMs: 11_000, frozen: true });
    const statuses: number[] = [];
    let last = await search();
    for (let call = 0; call < 5; call += 1) {
      statuses.push(last.status);
      last = await search();
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(last).toMatchObject({
      status: 429,
      body: { status: 'error', message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' },
    });
    await portal.admin('POST', 'clock', { frozen: false });
  });

  it('more than the day is 429 DAILY', async () => {
    await set({ daily: 0 });
    expect(await read()).toMatchObject({
      status: 429,
      body: {
        message: 'You have reached your daily limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'DAILY',
      },
    });
    await set('default');
  });

  it.each([
    [0, undefined],
    [3, '3'],
  ])('Retry-After of %i seconds is sent as %s', async (retryAfterSeconds, header) => {
    await portal.admin('POST', 'options', { behaviour: { retryAfterSeconds } });
    await set({ daily: 0 });
    expect((await read()).headers['retry-after']).toBe(header);
    await set('default');
  });
});
