export type GateName = 'burst' | 'search';

/** HubSpot's rolling window for calls, and the one for searches. */
export const WINDOW_MS = { burst: 10_000, search: 1_000 } as const;
/** Calls that may leave at once. */
const BURST = { burst: 3, search: 1 } as const;
/** How much later than it was due any call may arrive at HubSpot without passing the limit. */
const LATE_MS = 200;
/** Calls that may have arrived later than that slow the others down, up to this: answers that take longer say nothing of the way. */
const MOST_LATE_MS = 500;
/** Lateness is told rounded up to this, so that there are few degrees of it. */
const DEGREE_MS = 25;
/** So long after it has told of a lateness, a process tells of no smaller one and not of the same again. */
const TOLD_MS = 1_000;
/** Share of the limit left free for what leaves before it is known that others were late. */
const MARGIN = { burst: 0.005, search: 0 } as const;

/**
 * Time between calls and burst for a limit per window. In any window at most `burst + rate * (window + lateness)` calls arrive, so
 * the rate is what the limit leaves after the burst and the margin; a bucket as large as the limit would let through twice the limit.
 */
export function gateSize(gate: GateName, limit: number, sized = true): { stepMs: number; burst: number } {
  const windowMs = WINDOW_MS[gate];
  if (!sized) return { stepMs: windowMs / limit, burst: limit };
  const burst = Math.min(BURST[gate], Math.max(1, Math.floor(limit / 4)));
  return {
    stepMs: (windowMs + LATE_MS) / Math.max(1, limit - Math.ceil(limit * MARGIN[gate]) - burst),
    burst,
  };
}

/** By how much calls go slower when some may have been `lateMs` late. */
export function lateFactor(lateMs: number): number {
  return (WINDOW_MS.burst + lateMs) / (WINDOW_MS.burst + LATE_MS);
}

/** What the others have to know: all calls go slower by `factor` for so long. */
export interface Slowdown {
  readonly factor: number;
  readonly forMs: number;
}

/** What a process has seen of its own calls' lateness. */
export interface LatenessWatch {
  /** A call had arrived `lateMs` after it was due at the latest; `now` by the monotonic clock, ms. Undefined: nothing new to tell. */
  note(lateMs: number, now: number): Slowdown | undefined;
}

/**
 * A call has arrived by the time its answer is here. Whatever of the last window may have come later than the pace allows for
 * crowds the next one, which is still to come: all processes go slower until it is over.
 */
export function createLatenessWatch(): LatenessWatch {
  const toldAt = new Map<number, number>();
  return {
    note(lateMs, now) {
      if (lateMs <= LATE_MS) return undefined;
      const degreeMs = Math.min(MOST_LATE_MS, Math.ceil(lateMs / DEGREE_MS) * DEGREE_MS);
      for (const [told, at] of toldAt) if (told >= degreeMs && now - at < TOLD_MS) return undefined;
      toldAt.set(degreeMs, now);
      return { factor: lateFactor(degreeMs), forMs: WINDOW_MS.burst + degreeMs };
    },
  };
}
