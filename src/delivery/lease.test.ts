import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { createLease } from './lease.ts';

const LEASE = 30_000;
const CALL = 10_000;

/** A lease asked for at 0, over a clock that the test drives and a database that still knows `held` of its two lanes. */
function setup(over: { held?: number; guarded?: boolean; renewTakes?: number } = {}) {
  let now = 0;
  let renewals = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
  const query = async () => {
    renewals += 1;
    now += over.renewTakes ?? 0;
    return Array.from({ length: over.held ?? 2 }, (_, id) => ({ id }));
  };
  const lease = createLease(
    [
      { id: 1, epoch: 1 },
      { id: 2, epoch: 1 },
    ],
    { db: { query } as unknown as Database, clock, leaseMs: LEASE, since: 0, guarded: over.guarded ?? true },
  );
  return {
    lease,
    at: (ms: number) => {
      now = ms;
    },
    renewals: () => renewals,
  };
}

describe('createLease', () => {
  it('covers a call that ends with the lease, counted from before the claim, and none that ends later', () => {
    const { lease, at } = setup();
    at(LEASE - CALL);
    expect(lease.covers(CALL)).toBe(true);
    at(LEASE - CALL + 1);
    expect(lease.covers(CALL)).toBe(false);
  });

  it('does not renew while half of it is left over after the call', async () => {
    const { lease, at, renewals } = setup();
    at(5_000);
    expect(await lease.ensure(CALL)).toBe(true);
    expect(renewals()).toBe(0);
  });

  it('renews in time, counted from before the renewal', async () => {
    const { lease, at, renewals } = setup({ renewTakes: 3_000 });
    at(6_000);
    expect(await lease.ensure(CALL)).toBe(true);
    expect(renewals()).toBe(1);
    at(6_000 + LEASE - CALL);
    expect(lease.covers(CALL)).toBe(true);
    at(6_000 + LEASE - CALL + 1);
    expect(lease.covers(CALL)).toBe(false);
  });

  it('is lost for good when one of its lanes has another holder', async () => {
    const { lease, at, renewals } = setup({ held: 1 });
    at(6_000);
    expect(await lease.ensure(CALL)).toBe(false);
    expect(lease.covers(1)).toBe(false);
    expect(await lease.ensure(CALL)).toBe(false);
    expect(renewals()).toBe(1);
  });

  it('is lost once it has run out, without asking whether somebody has noticed', async () => {
    const { lease, at, renewals } = setup();
    at(LEASE + 1);
    expect(await lease.ensure(CALL)).toBe(false);
    expect(renewals()).toBe(0);
  });

  it('covers nothing when the renewal itself took longer than there was time', async () => {
    const { lease, at } = setup({ renewTakes: LEASE });
    at(6_000);
    expect(await lease.ensure(CALL)).toBe(false);
  });

  it('covers no call that is longer than the lease', async () => {
    const { lease } = setup();
    expect(await lease.ensure(LEASE + 1)).toBe(false);
  });

  it('covers everything only with the guard off', async () => {
    const { lease, at } = setup({ guarded: false, held: 0 });
    at(10 * LEASE);
    expect(await lease.ensure(CALL)).toBe(true);
    expect(lease.covers(CALL)).toBe(true);
  });
});
