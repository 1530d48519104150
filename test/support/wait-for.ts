import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** ms. Default 10,000. */
  timeout?: number;
  /** ms between two looks. Default 10. */
  interval?: number;
  /** Ends the sentence "waited 10000 ms for ...". */
  what?: string;
}

/** Looks until `condition` gives something other than false, null or undefined, and returns that; throws after the time-out. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeout = 10_000, interval = 10, what = 'a condition' } = options;
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) {
      return value as Exclude<T, false | null | undefined>;
    }
    if (performance.now() >= deadline) throw new Error(`waited ${timeout} ms for ${what}`);
    await delay(interval);
  }
}
