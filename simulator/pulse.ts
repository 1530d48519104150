import type { JournalEntry } from './journal.ts';

/** Requests of one second by how they ended. */
export interface PulseSecond {
  ok: number;
  /** 4xx other than 429. */
  refused: number;
  /** 429, whoever sent it. */
  limited: number;
  failed: number;
  /** Unanswered so far, or cut. */
  cut: number;
}

const MS_PER_SECOND = 1_000;

/** The last so many seconds up to `now` (ms), oldest first. `newestFirst` is read no further back than that. */
export function pulse(newestFirst: Iterable<JournalEntry>, now: number, seconds: number): PulseSecond[] {
  const counts = Array.from({ length: seconds }, () => ({
    ok: 0,
    refused: 0,
    limited: 0,
    failed: 0,
    cut: 0,
  }));
  for (const { at, status } of newestFirst) {
    const age = Math.floor((now - at) / MS_PER_SECOND);
    if (age >= seconds) break;
    // After the clock was moved back, earlier requests lie in the future.
    const second = counts[seconds - 1 - age];
    if (second) second[endOf(status)] += 1;
  }
  return counts;
}

function endOf(status: number): keyof PulseSecond {
  if (status === 0) return 'cut';
  if (status === 429) return 'limited';
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}
