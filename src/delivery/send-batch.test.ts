import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import type { GateAnswer } from './gates.ts';
import { type BatchItem, type SendContext, sendBatch, type TimedAttempt } from './send-batch.ts';

type Input = { readonly n: number };

const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };

const items = (count: number): BatchItem<Input>[] =>
  Array.from({ length: count }, (_, n) => ({
    input: { n },
    sent: { traceId: String(n) },
    eventIds: [n + 1],
  }));

const reply = (status: number, body: unknown): Exchange => ({
  kind: 'reply',
  status,
  headers: {},
  body,
  durationMs: 1,
});
const accept = (inputs: readonly Input[]) =>
  reply(200, { results: inputs.map(({ n }) => ({ id: String(600 + n), objectWriteTraceId: String(n) })) });

function setup(send: (inputs: readonly Input[], call: number) => Exchange, over: Partial<SendContext> = {}) {
  const calls: number[][] = [];
  const attempts: TimedAttempt[] = [];
  const context: SendContext = {
    gates: {
      prepare: async () => undefined,
      take: async () => ({ granted: true, due: 0 }),
      learn: async () => undefined,
    },
    lease: { ensure: async () => true, covers: () => true },
    clock,
    stopping: new AbortController().signal,
    giveUp: new AbortController().signal,
    urgency: 'normal',
    callMs: 1_000,
    patienceMs: 1_000,
    attempts,
    missingIsUnknown: true,
    ...over,
  };
  const call = {
    name: 'contacts.upsert',
    send: async (inputs: readonly Input[]) => {
      calls.push(inputs.map(({ n }) => n));
      return send(inputs, calls.length);
    },
  };
  return { calls, attempts, run: (count: number) => sendBatch(call, items(count), context) };
}

const refuseAny = (bad: ReadonlySet<number>) => (inputs: readonly Input[]) =>
  inputs.some(({ n }) => bad.has(n))
    ? reply(400, { message: 'no', category: 'VALIDATION_ERROR' })
    : accept(inputs);

const gatesThat = (take: () => Promise<GateAnswer>): SendContext['gates'] => ({
  prepare: async () => undefined,
  take,
  learn: async () => undefined,
});

describe('sendBatch', () => {
  it.each(Array.from({ length: 100 }, (_, n) => n))(
    'finds bad input %i of 100 with at most 14 further calls',
    async (bad) => {
      const { calls, run } = setup(refuseAny(new Set([bad])));
      const ends = await run(100);
      expect(ends.map((end, n) => (end.end === 'applied' ? '' : `${n} ${end.end}`)).filter(Boolean)).toEqual([
        `${bad} not-applied`,
      ]);
      expect(calls.length - 1).toBeLessThanOrEqual(14);
    },
  );

  it('needs one further call when HubSpot names the bad input', async () => {
    const { calls, run } = setup((inputs) =>
      inputs.some(({ n }) => n === 37)
        ? reply(400, { message: 'no', category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['37'] } })
        : accept(inputs),
    );
    const ends = await run(100);
    expect(calls).toHaveLength(2);
    expect(ends.filter((end) => end.end === 'applied')).toHaveLength(99);
  });

  it('gives every input its own end when all are bad, and ends', async () => {
    const { run, calls } = setup(refuseAny(new Set(items(20).keys())));
    expect((await run(20)).every((end) => end.end === 'not-applied')).toBe(true);
    expect(calls.length).toBeLessThanOrEqual(39);
  });

  it('sends no input again that has been applied', async () => {
    const { calls, run } = setup(refuseAny(new Set([3, 60])));
    await run(100);
    const sentWell = calls.filter((inputs) => !inputs.includes(3) && !inputs.includes(60)).flat();
    expect(new Set(sentWell).size).toBe(sentWell.length);
  });

  it('leaves the rest unsent when the gate closes between two calls', async () => {
    let asked = 0;
    const gates = gatesThat(async () => {
      asked += 1;
      return asked <= 2 ? { granted: true, due: 0 } : { granted: false, heldBy: 'breaker', waitMs: 5_000 };
    });
    const { run } = setup(refuseAny(new Set([0])), { gates });
    const ends = await run(4);
    expect(ends.map(({ end }) => end)).toEqual(['unsent', 'unsent', 'unsent', 'unsent']);
    expect(ends[0]).toMatchObject({ code: 'DELIVERY_HELD', waitMs: 5_000 });
  });

  it.each([
    [
      'the lease is lost',
      { lease: { ensure: async () => false, covers: () => false } },
      'DELIVERY_LEASE_LOST',
    ],
    [
      'the lease ran out at the gate',
      { lease: { ensure: async () => true, covers: () => false } },
      'DELIVERY_LEASE_LOST',
    ],
    ['the worker stops', { stopping: AbortSignal.abort() }, 'DELIVERY_STOPPING'],
  ])('sends nothing when %s', async (_, over, code) => {
    const { run, calls } = setup(accept, over);
    expect(await run(2)).toMatchObject([
      { end: 'unsent', code },
      { end: 'unsent', code },
    ]);
    expect(calls).toEqual([]);
  });

  it('leaves what was not sent unsent, and keeps what was applied, when the database does not answer between two calls', async () => {
    let asked = 0;
    const gates = gatesThat(async () => {
      asked += 1;
      if (asked > 3) throw new Error('connection terminated');
      return { granted: true, due: 0 };
    });
    const { run } = setup(refuseAny(new Set([3])), { gates });
    expect((await run(4)).map(({ end }) => end)).toEqual(['applied', 'applied', 'unsent', 'unsent']);
  });

  it('records each call, with what ended how', async () => {
    const { attempts, run } = setup(refuseAny(new Set([1])));
    await run(2);
    expect(
      attempts.map(({ eventIds, status, applied, notApplied, resent, unknown }) => ({
        eventIds,
        status,
        applied,
        notApplied,
        resent,
        unknown,
      })),
    ).toEqual([
      { eventIds: [1, 2], status: 400, applied: 0, notApplied: 2, resent: 2, unknown: 0 },
      { eventIds: [1], status: 200, applied: 1, notApplied: 0, resent: 0, unknown: 0 },
      { eventIds: [2], status: 400, applied: 0, notApplied: 1, resent: 0, unknown: 0 },
    ]);
  });
});
