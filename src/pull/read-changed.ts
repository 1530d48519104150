import { SpokeError } from '../errors.ts';
import type { Watermarks } from '../hubspot/incremental.ts';
import type { PullTools } from './pull-tools.ts';
import { NO_COUNTS, plus, type RefreshCounts, refreshRecords } from './refresh-records.ts';

export interface ChangedOptions {
  readonly properties: readonly string[];
  readonly signal: AbortSignal;
  readonly maxRecords?: number;
  /** Records per search, at most 200. */
  readonly pageSize?: number;
  readonly onPage?: (page: RefreshCounts & { readonly records: number }) => void;
}

/**
 * Reads what has changed since the last time: search tells the ids, the store the content. Each page's rows and the watermarks are
 * one transaction. A page that was read by another process meanwhile ends the round, whose rest is that process's.
 */
export async function readChanged(
  tools: PullTools,
  objectType: string,
  { properties, signal, maxRecords = Number.POSITIVE_INFINITY, pageSize, onPage }: ChangedOptions,
): Promise<{ readonly counts: RefreshCounts; readonly limited: boolean }> {
  const { guards } = tools;
  const begunAt = await tools.time.now();
  let marks = await watermarksOf(tools, objectType);
  let counts = NO_COUNTS;
  let read = 0;
  const pages = tools.scans.readChanges(objectType, marks, {
    ...tools.reading(signal),
    settings: tools.incremental,
    ...(pageSize === undefined ? {} : { pageSize }),
  });
  for await (const { records, pass, watermarks } of pages) {
    const skipped = pass === 'settled' && !guards.settled;
    const ids = skipped ? [] : records.map(({ id }) => id);
    const before = marks;
    const written = await refreshRecords(tools, objectType, { ids, properties }, signal, async (tx) => {
      const [moved] = await tx.query(
        `update {schema}.mirror_objects set live_watermark = $2, settled_watermark = $3
         where object_type = $1 and live_watermark = $4 and settled_watermark = $5 returning object_type`,
        [objectType, watermarks.live, watermarks.settled, before.live, before.settled],
      );
      if (moved === undefined) throw new RoundLost();
    }).catch((error: unknown) => {
      if (error instanceof RoundLost) return undefined;
      throw error;
    });
    if (written === undefined) return { counts, limited: false };
    marks = watermarks;
    counts = plus(counts, written);
    read += ids.length;
    onPage?.({ ...written, records: ids.length });
    if (read >= maxRecords) return { counts, limited: true };
  }
  await tools.db.query(
    'update {schema}.mirror_objects set caught_up_at = greatest(caught_up_at, $2::timestamptz) where object_type = $1',
    [objectType, begunAt],
  );
  return { counts, limited: false };
}

/** Inside only: another process has moved the watermarks. */
class RoundLost extends Error {}

async function watermarksOf({ db }: PullTools, objectType: string): Promise<Watermarks> {
  const [row] = await db.query<{ live: number | null; settled: number | null }>(
    'select live_watermark as live, settled_watermark as settled from {schema}.mirror_objects where object_type = $1',
    [objectType],
  );
  if (row?.live == null || row.settled === null)
    throw new SpokeError(
      'MIRROR_NOT_READ',
      `There is no complete reading of ${objectType} to go on from: run spoke pull all first.`,
      { facts: { objectType } },
    );
  return { live: row.live, settled: row.settled };
}
