import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { renewLeases } from '../outbox/claim.ts';

export interface HeldLane {
  readonly id: number;
  readonly epoch: number;
}

/**
 * The time that a claim's lanes are ours, on this process's monotonic clock, counted from before the claim was asked for.
 *
 * States: held (from the claim on) → held for longer (each renewal) → lost (a renewal found a lane taken over, or time ran out).
 */
export interface Lease {
  /** Makes sure that a call of up to `callMs` fits in, renewing when it would not. False: the lease is lost, send nothing. */
  ensure(callMs: number): Promise<boolean>;
  /** Whether a call of up to `callMs` started now ends before the lease does. To be asked right before sending. */
  covers(callMs: number): boolean;
}

export interface LeaseOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** `clock.monotonic()` from before the claim. */
  readonly since: number;
  /** Off only in a test that proves the deadline is needed. */
  readonly guarded: boolean;
  /** Records that are held with the lanes. */
  readonly shared?: { readonly holder: string; readonly keys: readonly string[] };
}

export function createLease(lanes: readonly HeldLane[], options: LeaseOptions): Lease {
  const { db, clock, leaseMs, guarded } = options;
  let endsAt = options.since + leaseMs;
  let lost = false;

  const covers = (callMs: number) => !guarded || (!lost && clock.monotonic() + callMs <= endsAt);
  return {
    covers,
    async ensure(callMs) {
      // Renewed with half of the lease to spare, so that a claim of several calls does not renew before each.
      if (covers(Math.max(callMs, Math.min(callMs + leaseMs / 2, leaseMs * 0.9)))) return !lost;
      const before = clock.monotonic();
      if (lost || before > endsAt) {
        lost = guarded;
        return !lost;
      }
      const held = await renewLeases(db, lanes, leaseMs, options.shared);
      if (held < lanes.length) lost = guarded;
      else endsAt = before + leaseMs;
      return covers(callMs);
    },
  };
}
