import { describe, expect, it } from 'vitest';
import type { Exchange } from './exchange.ts';
import { sendInChunks } from './send-in-chunks.ts';

function reply(status: number): Exchange {
  return { kind: 'reply', status, headers: {}, body: {}, durationMs: 1 };
}

describe('sending in chunks', () => {
  it('makes calls of the given size, one after the other', async () => {
    const chunks = await sendInChunks([1, 2, 3, 4, 5], 2, async (part) => reply(200 + part.length));
    expect(chunks).toEqual([
      { inputs: [1, 2], exchange: reply(202) },
      { inputs: [3, 4], exchange: reply(202) },
      { inputs: [5], exchange: reply(201) },
    ]);
  });

  it('makes no call when there is nothing to send', async () => {
    const chunks = await sendInChunks([], 2, async () => {
      throw new Error('called');
    });
    expect(chunks).toEqual([]);
  });

  it.each<[string, Exchange]>([
    ['is refused', reply(429)],
    ['ends in a fault', { kind: 'fault', reason: 'reset', sent: true, message: '', durationMs: 1 }],
  ])('stops behind a call that %s, and gives back what was not sent', async (_, exchange) => {
    let calls = 0;
    const chunks = await sendInChunks([1, 2, 3], 1, async () => {
      calls += 1;
      return calls === 2 ? exchange : reply(200);
    });
    expect(chunks).toEqual([
      { inputs: [1], exchange: reply(200) },
      { inputs: [2], exchange },
      { inputs: [3] },
    ]);
    expect(calls).toBe(2);
  });
});
