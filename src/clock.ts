import { setTimeout as delay } from 'node:timers/promises';

/** Time and waiting, handed in so that tests and simulations drive it. */
export interface Clock {
  /** Wall clock, ms since 1970. For display only: leases and limits use the database's clock. */
  now(): number;
  /** Monotonic, ms from an arbitrary origin. For time-outs and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    if (signal?.aborted || ms <= 0) return;
    await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  },
};
