import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWakeSignal } from './wake-signal.ts';

const never = new AbortController().signal;

describe('createWakeSignal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Whether it has resolved, kept up to date. */
  const watch = (promise: Promise<void>) => {
    const state = { done: false };
    void promise.then(() => {
      state.done = true;
    });
    return state;
  };

  it('sleeps for the given time', async () => {
    const sleep = watch(createWakeSignal().sleep(100, never));
    await vi.advanceTimersByTimeAsync(99);
    expect(sleep.done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(sleep.done).toBe(true);
  });

  it('wakes every sleeper', async () => {
    const signal = createWakeSignal();
    const sleepers = [watch(signal.sleep(1e6, never)), watch(signal.sleep(1e6, never))];
    signal.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(sleepers.map((sleeper) => sleeper.done)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps one wake that came while nobody slept, and only one', async () => {
    const signal = createWakeSignal();
    signal.wake();
    signal.wake();
    const first = watch(signal.sleep(1e6, never));
    const second = watch(signal.sleep(1e6, never));
    await vi.advanceTimersByTimeAsync(0);
    expect([first.done, second.done]).toEqual([true, false]);
  });

  it('keeps no wake that somebody heard', async () => {
    const signal = createWakeSignal();
    void signal.sleep(1e6, never);
    signal.wake();
    const next = watch(signal.sleep(1e6, never));
    await vi.advanceTimersByTimeAsync(0);
    expect(next.done).toBe(false);
  });

  it('ends with its abort signal and leaves no timer', async () => {
    const stopping = new AbortController();
    const sleep = watch(createWakeSignal().sleep(1e6, stopping.signal));
    stopping.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(sleep.done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['an aborted signal', 100, AbortSignal.abort()],
    ['no time', 0, never],
  ])('does not sleep at all with %s', async (_, ms, abort) => {
    await createWakeSignal().sleep(ms, abort);
    expect(vi.getTimerCount()).toBe(0);
  });
});
