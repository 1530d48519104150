import { advanceScan, type ModifiedScan, startScan } from './modified-scan.ts';
import type { Page } from './page.ts';
import { type Parsed, parsedAs } from './parsed.ts';
import type { HubspotRecord } from './record.ts';

const DEFAULT_SETTLE_MS = 15 * 60_000;
const DEFAULT_SETTLE_STEP_MS = 60_000;
const DEFAULT_OVERLAP_MS = 10_000;

/** How far the changes of one object type have been read; to be stored together with each page. Ms since 1970. */
export interface Watermarks {
  /** What was visible before it has been read; late comers may be missing. */
  readonly live: number;
  /** All changes before it have been read. */
  readonly settled: number;
}

export interface IncrementalSettings {
  /** Age at which a change is taken to be in HubSpot's index, ms; above its longest lag. Default 900,000. */
  readonly settleMs?: number;
  /** How much must have aged before it is read a second time, ms. Default 60,000. */
  readonly settleStepMs?: number;
  /** How much of the youngest past a live pass reads again, for changes that became visible late. Default 10,000. */
  readonly overlapMs?: number;
}

/**
 * Where one round of reading changes stands; HubSpot's index lags, and not in order, hence two passes over the same search.
 *
 * States: `live` (from the live watermark up to now, so that changes arrive soon) → `settled` (from the settled watermark
 * up to what is old enough to be in the index for certain, so that none is missed), left out while too little has aged →
 * `done`.
 */
export interface IncrementalRound {
  readonly pass: 'live' | 'settled' | 'done';
  /** Of the pass; done when the round is. */
  readonly scan: ModifiedScan;
  readonly watermarks: Watermarks;
}

/** Begins a round. `now` is HubSpot's time, ms since 1970. */
export function startRound(
  watermarks: Watermarks,
  now: number,
  { overlapMs = DEFAULT_OVERLAP_MS }: IncrementalSettings = {},
): IncrementalRound {
  const live = Math.max(watermarks.live, watermarks.settled);
  const since = Math.max(watermarks.settled, Math.min(live, now - overlapMs));
  return { pass: 'live', scan: startScan(since), watermarks: { ...watermarks, live } };
}

/** Takes a page of the round's scan in; total and without effects. */
export function advanceRound(
  round: IncrementalRound,
  page: Page<HubspotRecord>,
  {
    modified,
    now,
    settings = {},
  }: {
    /** The property that was searched by. */
    readonly modified: string;
    /** HubSpot's time at this page, ms since 1970. */
    readonly now: number;
    readonly settings?: IncrementalSettings;
  },
): Parsed<{ readonly records: readonly HubspotRecord[]; readonly round: IncrementalRound }> {
  if (round.pass === 'done' || round.scan.step === 'done') return parsedAs({ records: [], round });
  const step = advanceScan(round.scan, page, modified);
  if (!step.ok) return step;
  const { records, scan } = step.value;
  const { live, settled } = round.watermarks;
  const watermarks =
    round.pass === 'live'
      ? { live: Math.max(live, scan.from), settled }
      : { live: Math.max(live, scan.from), settled: scan.from };
  if (scan.step !== 'done') return parsedAs({ records, round: { ...round, scan, watermarks } });
  if (round.pass === 'settled') return parsedAs({ records, round: { pass: 'done', scan, watermarks } });
  return parsedAs({ records, round: settle(watermarks, now, settings) });
}

/** The second pass, or the end of the round when too little has aged since the last one. */
function settle(watermarks: Watermarks, now: number, settings: IncrementalSettings): IncrementalRound {
  const { settleMs = DEFAULT_SETTLE_MS, settleStepMs = DEFAULT_SETTLE_STEP_MS } = settings;
  const upTo = now - settleMs;
  if (upTo - watermarks.settled < settleStepMs)
    return { pass: 'done', scan: { step: 'done', from: watermarks.live }, watermarks };
  return { pass: 'settled', scan: startScan(watermarks.settled, upTo), watermarks };
}
