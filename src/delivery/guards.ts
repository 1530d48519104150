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
  /** Let one claim at a time write a record that lanes share. */
  readonly shared: boolean;
  /** Note which event has set a property of a shared record, and leave it alone with older ones. */
  readonly written: boolean;
  /** Count each event once in the running values. */
  readonly counted: boolean;
  /** Wait with a link until both records are known. */
  readonly ends: boolean;
  /** Write rows of the application later that could not be written with the outcome. */
  readonly lateRows: boolean;
  /** Hold what sets a property that the portal does not take. */
  readonly drift: boolean;
  /** Wait with what a late write would undo, until none can land any more. */
  readonly doubt: boolean;
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
  shared: true,
  written: true,
  counted: true,
  ends: true,
  lateRows: true,
  drift: true,
  doubt: true,
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
  'no-shared-hold': 'shared',
  'no-written': 'written',
  'counted-twice': 'counted',
  'link-without-end': 'ends',
  'no-late-rows': 'lateRows',
  'drift-is-dead': 'drift',
  'no-doubt-hold': 'doubt',
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
