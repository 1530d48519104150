import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { createAbortWatcher } from './abort-watch.ts';
import { sendOnce } from './send-once.ts';

describe('one try', () => {
  it('of a caller that gave up in the meantime dispatches nothing', async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    const exchange = await sendOnce(agent.get('https://api.example.com'), {
      method: 'POST',
      path: '/x',
      headers: {},
      body: '{}',
      totalMs: 1000,
      idleMs: 1000,
      maxBodyBytes: 1000,
      abort: createAbortWatcher()(AbortSignal.abort()),
    });
    expect(exchange).toMatchObject({ kind: 'fault', reason: 'aborted', sent: false });
    await agent.close();
  });
});
