import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultPlan } from './faults.ts';
import { CONTACTS, startPortal, type TestPortal, upserts } from './test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const upsert = () =>
  portal.call(
    'POST',
    `${CONTACTS}/batch/upsert`,
    upserts([
      ['a@example.com', {}],
      ['b@example.com', {}],
    ]),
  );
const plan = (...faults: FaultPlan[]) => portal.simulator.setFaults(faults);
const live = () => portal.simulator.state().counts.contacts?.live;

describe('the two moments', () => {
  it.each([
    ['before', 0, false],
    ['after-apply', 2, true],
  ] as const)('a reset %s leaves %i contacts', async (at, count, applied) => {
    plan({ at, do: 'reset' });
    await expect(upsert()).rejects.toThrow();
    expect(live()).toBe(count);
    expect(portal.simulator.journal()).toMatchObject([{ status: 0, applied, fault: 'fault-1' }]);
  });

  it.each([
    [{ do: 'status', status: 503 }, 503, 'internal error'],
    [{ do: 'status', status: 423, body: { message: 'locked' }, headers: { 'X-Own': '1' } }, 423, 'locked'],
    [{ do: 'html' }, 502, '<!DOCTYPE html>'],
    [{ do: 'html', status: 524 }, 524, '<h1>Error 524'],
    [{ do: 'garbage' }, 200, 'not json at all'],
    [{ do: 'edge429' }, 429, 'error code: 1015'],
    [{ do: 'empty' }, 200, '"results":[]'],
    [{ do: 'truncate' }, 200, '{"status":"COMPLETE"'],
  ] as [Pick<FaultPlan, 'do' | 'status'>, number, string][])(
    '%j is answered at both moments',
    async (fault, status, text) => {
      for (const [at, count] of [
        ['before', 0],
        ['after-apply', 2],
      ] as const) {
        plan({ at, ...fault });
        const answer = await upsert();
        expect(answer.status).toBe(status);
        expect(answer.text).toContain(text);
        expect(live()).toBe(count);
      }
    },
  );

  it('is no JSON when truncated', async () => {
    plan({ at: 'after-apply', do: 'truncate' });
    const { text } = await upsert();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('after-apply is not played when nothing was written', async () => {
    plan({ at: 'after-apply', do: 'reset' });
    expect((await portal.call('GET', CONTACTS)).status).toBe(200);
    expect((await portal.call('POST', `${CONTACTS}/batch/upsert`, { inputs: [{}] })).status).toBe(400);
    expect(portal.simulator.faults()).toMatchObject([{ hits: 0, matched: 0 }]);
  });

  it.each([
    ['before', 1],
    ['after-apply', 2],
  ] as const)('a dropped item %s is in no answer, and %i were written', async (at, count) => {
    plan({ at, do: 'drop-item' });
    const answer = await upsert();
    expect(answer.status).toBe(200);
    expect(answer.body.results).toHaveLength(1);
    expect(answer.body).not.toHaveProperty('errors');
    expect(live()).toBe(count);
  });

  it('hangs until the client gives up', async () => {
    plan({ at: 'after-apply', do: 'hang' });
    const controller = new AbortController();
    const answered = fetch(`${portal.simulator.url}${CONTACTS}/batch/upsert`, {
      method: 'POST',
      headers: { authorization: `Bearer ${portal.simulator.token}` },
      body: JSON.stringify(upserts([['a@example.com', {}]])),
      signal: controller.signal,
    });
    await expect.poll(() => portal.simulator.faults()[0]?.hits).toBe(1);
    controller.abort();
    await expect(answered).rejects.toThrow('aborted');
    expect(live()).toBe(1);
  });

  it('slow answers truly, later', async () => {
    plan({ at: 'before', do: 'slow', delayMs: 60 });
    const started = performance.now();
    expect((await upsert()).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
  });

  it.each(['reset', 'truncate'] as const)('%s in the middle of the body breaks it off', async (kind) => {
    plan({ at: 'mid-body', do: kind });
    await expect(upsert()).rejects.toThrow();
    expect(live()).toBe(2);
  });

  it('slow in the middle of the body still ends well', async () => {
    plan({ at: 'mid-body', do: 'slow', delayMs: 20 });
    expect((await upsert()).body.results).toHaveLength(2);
  });
});

describe('the plan', () => {
  it.each([
    [{ method: 'get' }, false],
    [{ method: 'post' }, true],
    [{ path: 'batch/upsert$' }, true],
    [{ path: 'batch/create$' }, false],
    [{ contains: 'b@example.com' }, true],
    [{ contains: 'c@example.com' }, false],
    [{ path: 'upsert', contains: 'c@example.com' }, false],
  ])('with match %j plays: %j', async (match, plays) => {
    plan({ match, do: 'status', status: 500 });
    expect((await upsert()).status).toBe(plays ? 500 : 200);
  });

  it('plays an entry so many times, then the next', async () => {
    plan(
      { id: 'first', do: 'status', status: 500, times: 2 },
      { id: 'second', do: 'status', status: 502, times: 1 },
    );
    const statuses: number[] = [];
    for (let place = 0; place < 4; place += 1) statuses.push((await upsert()).status);
    expect(statuses).toEqual([500, 500, 502, 200]);
    expect(portal.simulator.faults()).toMatchObject([
      { id: 'first', hits: 2 },
      { id: 'second', hits: 1 },
    ]);
  });

  it('draws chances from the seed', async () => {
    const runs: string[] = [];
    for (const seed of [3, 3, 4]) {
      const own = await startPortal({ seed, faults: [{ do: 'status', status: 500, probability: 0.5 }] });
      const statuses: number[] = [];
      for (let place = 0; place < 30; place += 1) statuses.push((await own.call('GET', CONTACTS)).status);
      expect(own.simulator.faults()[0]).toMatchObject({
        matched: 30,
        hits: statuses.filter((status) => status === 500).length,
      });
      runs.push(statuses.join());
      await own.simulator.stop();
    }
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
    expect(runs[0]).toContain('500');
    expect(runs[0]).toContain('200');
  });

  it.each([
    [{ do: 'explode' }, 'do'],
    [{ do: 'reset', match: { path: '(' } }, 'regular expression'],
    [{ do: 'status', at: 'mid-body' }, 'mid-body'],
    [{ do: 'reset', chance: 1 }, 'chance'],
  ])('refuses %j', async (fault, message) => {
    const answer = await portal.admin('POST', 'faults', fault);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
    expect(portal.simulator.faults()).toEqual([]);
  });
});
