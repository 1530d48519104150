import { describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { inTurn } from './gate-turns.ts';
import type { GateAnswer, Gates } from './gates.ts';

const never = new AbortController().signal;
const GRANTED: GateAnswer = { granted: true, due: 0 };

/** Gates whose answers are given by hand, in the order in which they were asked. */
function setup() {
  const asked: { name: string; patienceMs: number; answer: (answer: GateAnswer | Error) => void }[] = [];
  const inner: Gates = {
    prepare: async () => undefined,
    learn: async () => undefined,
    take: (gate, urgency, patienceMs) =>
      new Promise((resolve, reject) => {
        asked.push({
          name: `${gate} ${urgency}`,
          patienceMs,
          answer: (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)),
        });
      }),
  };
  return { asked, gates: inTurn(inner, systemClock) };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('asking the gates in turn', () => {
  it('asks for one call of a kind at a time, in order of arrival', async () => {
    const { asked, gates } = setup();
    const order: number[] = [];
    const calls = [1, 2, 3].map(async (n) => {
      await gates.take('burst', 'normal', 10_000, never);
      order.push(n);
    });
    for (let n = 1; n <= 3; n += 1) {
      await settled();
      expect(asked).toHaveLength(n);
      asked[n - 1]?.answer(GRANTED);
    }
    await Promise.all(calls);
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets urgent calls and searches past those that wait', async () => {
    const { asked, gates } = setup();
    const calls = [
      gates.take('burst', 'bulk', 10_000, never),
      gates.take('burst', 'bulk', 10_000, never),
      gates.take('burst', 'interactive', 10_000, never),
      gates.take('search', 'bulk', 10_000, never),
    ];
    await settled();
    expect(asked.map(({ name }) => name)).toEqual(['burst bulk', 'burst interactive', 'search bulk']);
    for (const { answer } of asked) answer(GRANTED);
    await settled();
    asked[3]?.answer(GRANTED);
    expect(await Promise.all(calls)).toEqual([GRANTED, GRANTED, GRANTED, GRANTED]);
  });

  it('gives up the turn that does not come in time, and asks for the next with what is left of its patience', async () => {
    const { asked, gates } = setup();
    const first = gates.take('burst', 'normal', 10_000, never);
    const impatient = gates.take('burst', 'normal', 5, never);
    const third = gates.take('burst', 'normal', 10_000, never);
    expect(await impatient).toMatchObject({ granted: false, heldBy: 'burst' });
    asked[0]?.answer(GRANTED);
    await first;
    await settled();
    expect(asked).toHaveLength(2);
    expect(asked[1]?.patienceMs).toBeLessThan(10_000);
    asked[1]?.answer(GRANTED);
    expect(await third).toEqual(GRANTED);
  });

  it('leaves the line when the worker stops', async () => {
    const { asked, gates } = setup();
    const stopping = new AbortController();
    const first = gates.take('burst', 'normal', 10_000, never);
    const second = gates.take('burst', 'normal', 10_000, stopping.signal);
    stopping.abort();
    expect(await second).toEqual({ granted: false, heldBy: 'stopping', waitMs: 0 });
    asked[0]?.answer(GRANTED);
    await first;
  });

  it('passes the turn on when the database fails', async () => {
    const { asked, gates } = setup();
    const first = gates.take('burst', 'normal', 10_000, never);
    const second = gates.take('burst', 'normal', 10_000, never);
    await settled();
    asked[0]?.answer(new Error('no database'));
    await expect(first).rejects.toThrow('no database');
    await settled();
    asked[1]?.answer(GRANTED);
    expect(await second).toEqual(GRANTED);
  });
});
