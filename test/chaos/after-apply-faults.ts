import type { FaultPlan } from './portal-process.ts';

/** Writes of contacts and notes. */
const WRITES: FaultPlan['match'] = { method: 'POST', path: '/batch/(upsert|create)' };

/** Six faults whose chances add up to the share; the portal plays the first that its chance lets through. */
export function afterApplyFaults(share: number, match = WRITES): FaultPlan[] {
  const kinds: Pick<FaultPlan, 'do' | 'status'>[] = [
    { do: 'reset' },
    { do: 'hang' },
    { do: 'html' },
    { do: 'truncate' },
    { do: 'status', status: 502 },
    { do: 'drop-item' },
  ];
  const probability = 1 - (1 - share) ** (1 / kinds.length);
  return kinds.map((kind) => ({
    id: `applied, then ${kind.do}`,
    match,
    at: 'after-apply',
    probability,
    ...kind,
  }));
}
