import { compareIds } from '../hubspot/parsed.ts';
import { ensureStatistics } from '../mirror/ensure-statistics.ts';
import { problemOf, pullFailure } from './pull-failure.ts';
import type { PullTools } from './pull-tools.ts';
import { scanPages } from './scan-pages.ts';
import { idBehind } from './scan-ranges.ts';
import { openStreams, type Scan, type Stream, splitStream } from './scans.ts';
import { type PageCounts, type ScannedPage, StreamLost, writePage } from './write-page.ts';

/** Ids that could not be read; they stay open, and the next run begins with them. */
export interface MissingRange {
  readonly objectType: string;
  readonly fromId: string;
  /** Null: to the end. */
  readonly toId: string | null;
  readonly code: string;
  readonly message: string;
}

export interface ScanOptions {
  readonly signal: AbortSignal;
  /** Records per page, at most 100. */
  readonly pageSize?: number;
  /** Stops after so many records; what is left stays open. */
  readonly maxRecords?: number;
  readonly onPage?: (page: PageCounts & { readonly records: number }) => void;
}

export interface ScanOutcome {
  readonly missing: readonly MissingRange[];
  /** Stopped by `maxRecords`, with more to read. */
  readonly limited: boolean;
}

/** Places in one scan that are gone around before it is taken for broken as a whole. */
const MAX_GAPS = 20;

/**
 * Reads all open streams of a scan, several at once. Several ask for a page once the one before is written: a process that dies has
 * then at most one page of each under way. A single one asks while it writes. A page that HubSpot does not give is gone around and
 * stays open. Raises what ends it as a whole: a refused token, a missing scope, a lost database.
 */
export async function runScan(tools: PullTools, scan: Scan, options: ScanOptions): Promise<ScanOutcome> {
  const queue = await openStreams(tools.db, scan);
  const missing: MissingRange[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let left = options.maxRecords ?? Number.POSITIVE_INFINITY;
  /** Set when HubSpot cannot be asked at all any more. */
  let given: unknown;
  let prepared = scan.kind !== 'backfill';
  const workers = options.maxRecords === undefined ? Math.min(tools.streams, queue.length) : 1;
  const ahead = workers === 1;
  await Promise.allSettled(Array.from({ length: workers }, () => worker()));
  if (failed.signal.aborted) throw failed.signal.reason;
  options.signal.throwIfAborted();
  return { missing, limited: left <= 0 && queue.length > 0 };

  async function worker(): Promise<void> {
    try {
      while (left > 0) {
        const stream = queue.shift();
        if (stream === undefined) return;
        signal.throwIfAborted();
        if (given !== undefined) note(stream, given);
        else await readStream(stream);
      }
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  async function readStream(from: Stream): Promise<void> {
    let stream = from;
    try {
      for await (const page of scanPages(tools, scan, from, { ...options, signal, ahead })) {
        const cut = cutPage(page, left, stream);
        const counts = await writePage(tools, scan, stream, cut.page, cut.to);
        if (!prepared) {
          prepared = true;
          await ensureStatistics(tools.db, scan.objectType);
        }
        left -= cut.page.records.length;
        options.onPage?.({ ...counts, records: cut.page.records.length });
        stream = { ...stream, afterId: cut.to.afterId };
        if (cut.to.done) return;
        if (left <= 0) return void queue.unshift(stream);
      }
    } catch (error) {
      if (error instanceof StreamLost) return;
      if (signal.aborted) throw error;
      const failure = pullFailure(error);
      if (failure === 'end' || failure === 'denied') throw error;
      if (failure === 'later') given ??= error;
      const rest = failure === 'here' && missing.length < MAX_GAPS ? await around(stream) : undefined;
      note(rest === undefined ? stream : { ...stream, toId: rest.fromId }, error);
      if (rest !== undefined) queue.unshift(rest);
    }
  }

  /** The stream behind the place that cannot be read; undefined when it is not known where that ends. */
  async function around(stream: Stream): Promise<Stream | undefined> {
    try {
      const at = await idBehind(tools, scan.objectType, stream.afterId, signal);
      if (at === undefined || (stream.toId !== null && compareIds(at, stream.toId) >= 0)) return undefined;
      return await splitStream(tools.db, scan, stream, at);
    } catch (error) {
      if (signal.aborted || pullFailure(error) === 'end') throw error;
      return undefined;
    }
  }

  function note({ afterId, toId }: Stream, error: unknown): void {
    missing.push({ objectType: scan.objectType, fromId: afterId, toId, ...problemOf(error) });
  }
}

/** The page as far as it may be written, and where the stream stands after it. */
function cutPage(
  page: ScannedPage,
  left: number,
  stream: Stream,
): { readonly page: ScannedPage; readonly to: { readonly afterId: string; readonly done: boolean } } {
  const whole = page.records.length <= left;
  const last = page.records[left - 1];
  if (whole || last === undefined) {
    const done = page.toId === stream.toId;
    return { page, to: { afterId: page.toId ?? stream.afterId, done } };
  }
  const toId = String(BigInt(last.id) + 1n);
  return {
    page: { ...page, records: page.records.slice(0, left), toId },
    to: { afterId: toId, done: false },
  };
}
