import type { Hits } from './nemesis.ts';
import type { Finding } from './oracle.ts';
import type { ProbeFigures } from './probe.ts';

/** What went wrong in the harness, and a run that did not come to rest. */
export function harnessFindings(hits: Hits, settled: boolean): Finding[] {
  return [
    ...hits.errors.map((message) => ({ kind: 'harness' as const, message })),
    ...(settled ? [] : [{ kind: 'undelivered' as const, message: 'it did not come to rest in time' }]),
  ];
}

/** How long things took, as a report shows it. */
export function probeFigures(
  seen: ProbeFigures,
  drainSeconds: number,
): Record<string, number | string | null> {
  const recoveries = [...seen.recoveriesMs].sort((a, b) => a - b);
  const at = (share: number): number | null => {
    const ms = recoveries[Math.min(recoveries.length - 1, Math.floor(recoveries.length * share))];
    return ms === undefined ? null : Math.round(ms / 100) / 10;
  };
  return {
    deathsHoldingLanes: recoveries.length,
    medianRecoverySeconds: at(0.5),
    worstRecoverySeconds: at(1),
    longestQueueSeconds: Math.round(seen.longestQueueMs / 100) / 10,
    longestLockWaitSeconds: Math.round(seen.longestLockWaitMs / 100) / 10,
    longestLockWait: seen.longestLockWait,
    mostWaiting: seen.mostWaiting,
    drainSeconds: Math.round(drainSeconds),
  };
}
