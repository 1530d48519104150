export interface BackoffOptions {
  /** Wait after the first failure, ms. Default 1,000. */
  readonly baseMs?: number;
  /** Growth per further failure. Default 2. */
  readonly factor?: number;
  /** Longest wait, ms. Default 60,000. */
  readonly maxMs?: number;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
}

/**
 * Whole ms to wait after `failures` failures in a row (0 or less: none): equal jitter, half of the exponential step
 * fixed and half random. Full jitter would spread a herd a little wider, but may come out near 0, and a record has only a
 * few attempts: they must not be spent while HubSpot still holds the lock (423 asks for 2 s) that made the first one fail.
 */
export function backoffDelay(failures: number, options: BackoffOptions): number {
  if (!(failures > 0)) return 0;
  const { baseMs = 1000, factor = 2, maxMs = 60_000, random } = options;
  // Beyond 1,024 doublings a double is Infinity, which the ceiling takes care of.
  const step = Math.min(maxMs, baseMs * factor ** (failures - 1));
  return Math.round(step / 2 + (step / 2) * random());
}
