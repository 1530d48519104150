import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when `holds` does or the signal aborts, asking every `intervalMs` (20). */
export async function forCondition(
  holds: () => Promise<boolean> | boolean,
  signal: AbortSignal,
  intervalMs = 20,
): Promise<void> {
  while (!signal.aborted && !(await holds())) await delay(intervalMs, undefined, { signal }).catch(() => {});
}
