import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

/** One line per code in this time, ms: a producer in a fault may refuse thousands of events a second. */
const QUIET_MS = 60_000;

interface Window {
  until: number;
  /** Refusals since the last line, not logged. */
  unlogged: number;
}

/** Logs a refusal at once, then at most one line a minute for its code, with the number of refusals not logged meanwhile. */
export type RefusalLog = (code: string, message: string, fields: Readonly<Record<string, unknown>>) => void;

export function createRefusalLog(log: Pick<Logger, 'error'>, clock: Pick<Clock, 'monotonic'>): RefusalLog {
  const windows = new Map<string, Window>();
  return (code, message, fields) => {
    const now = clock.monotonic();
    const window = windows.get(code);
    if (window !== undefined && now < window.until) {
      window.unlogged += 1;
      return;
    }
    windows.set(code, { until: now + QUIET_MS, unlogged: 0 });
    log.error({ code, ...fields, unlogged: window?.unlogged ?? 0 }, `track refused an event: ${message}`);
  };
}
