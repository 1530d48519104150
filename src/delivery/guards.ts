/**
 * The guards that keep the promises, each with a switch that only tests may turn off, to prove that a test notices.
 * In production every guard is on: nothing but `SPOKE_TEST_MUTANT` reaches these switches.
 */
export interface Guards {
  /** Settle only lanes still held under the claim's epoch. */
  readonly epoch: boolean;
  /** Do not start a call that could outlive the lease. */
  readonly deadline: boolean;
  /** Read a record back after a write whose end is unknown. */
  readonly verify: boolean;
  /** Size the burst gate so that no window exceeds the limit. */
  readonly bucket: boolean;
  /** Write an intent before sending what has no key, and look for it before sending it again. */
  readonly intent: boolean;
  /** Claim only lanes that nobody holds. */
  readonly lease: boolean;
  /** Treat an input that an answer does not mention as unknown. */
  readonly missing: boolean;
  /** Route in one process at a time. */
  readonly router: boolean;
  /** Try again what ended unknown. */
  readonly unknown: boolean;
  /** Settle after the call, not before. */
  readonly late: boolean;
  /** Refuse to record an event twice under one idempotency key. */
  readonly dedupe: boolean;
}

export const ALL_GUARDS: Guards = {
  epoch: true,
  deadline: true,
  verify: true,
  bucket: true,
  intent: true,
  lease: true,
  missing: true,
  router: true,
  unknown: true,
  late: true,
  dedupe: true,
};

/** Mutant name to the guard that it removes. */
export const MUTANTS: Readonly<Record<string, keyof Guards>> = {
  'no-epoch': 'epoch',
  'no-deadline': 'deadline',
  'no-verify': 'verify',
  'bucket-is-limit': 'bucket',
  'no-intent': 'intent',
  'no-lane-lease': 'lease',
  'missing-is-success': 'missing',
  'unfenced-router': 'router',
  'drop-on-unknown': 'unknown',
  'settle-early': 'late',
  'no-dedupe': 'dedupe',
};

/** Every guard, less those named in `SPOKE_TEST_MUTANT` (comma-separated). */
export function guardsFrom(mutants: string | undefined): Guards {
  const guards = { ...ALL_GUARDS };
  for (const name of (mutants ?? '').split(',').filter(Boolean)) {
    const guard = MUTANTS[name];
    if (guard === undefined)
      throw new Error(`SPOKE_TEST_MUTANT names ${name}; known are ${Object.keys(MUTANTS).join(', ')}`);
    guards[guard] = false;
  }
  return guards;
}
