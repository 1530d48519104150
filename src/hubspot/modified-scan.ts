import type { Page } from './page.ts';
import { compareIds, misfit, type Parsed, parsedAs } from './parsed.ts';
import type { HubspotRecord } from './record.ts';
import type { SearchFilter, SearchRequest } from './search.ts';

/** A search from the epoch on has been answered with 500. */
const EARLIEST_MS = 1000;

/**
 * Where a reading of everything modified since some time stands. All times are ms since 1970, both ends included.
 *
 * States: `range` (in order of the time of change, from `from` on) → `window` (in order of the ids, all that was changed
 * from `from` to `to`), when a page brings the range no further: more records share one ms than a page holds, or all of a
 * page have been changed again since HubSpot indexed them. A window that is through goes back to the range after it, and
 * ends the scan when nothing comes after it. A range ends it with its last page. → `done`.
 *
 * Each page is a new search with a filter behind what was read: an offset would skip as many records as have left the
 * result since the last page, and HubSpot ends it at 10,000.
 */
export type ModifiedScan =
  | { readonly step: 'range'; readonly from: number; readonly upTo?: number }
  | {
      readonly step: 'window';
      readonly from: number;
      readonly to: number;
      readonly upTo?: number;
      readonly afterId?: string;
    }
  | { readonly step: 'done'; readonly from: number };

/** A page of a scan, read. */
export interface ScanStep {
  /** Those that the next page will not bring again. */
  readonly records: readonly HubspotRecord[];
  /** Its `from` is the new watermark: all changes before it that were visible have been read. */
  readonly scan: ModifiedScan;
}

/** Begins a scan of all changes from `since` to `upTo` (without it: up to now); over at once when there is no time between them. */
export function startScan(since: number, upTo?: number): ModifiedScan {
  const from = Math.max(EARLIEST_MS, since);
  if (upTo === undefined) return { step: 'range', from };
  return upTo < from ? { step: 'done', from } : { step: 'range', from, upTo };
}

/** The filters and the order of the next page. */
export function scanSearch(
  scan: Exclude<ModifiedScan, { step: 'done' }>,
  modified: string,
): Required<Pick<SearchRequest, 'sorts'>> & { readonly filters: readonly SearchFilter[] } {
  const filter = (operator: 'EQ' | 'GTE' | 'LTE', ms: number): SearchFilter => ({
    propertyName: modified,
    operator,
    value: String(ms),
  });
  const between = (from: number, to: number | undefined) =>
    from === to
      ? [filter('EQ', from)]
      : [filter('GTE', from), ...(to === undefined ? [] : [filter('LTE', to)])];
  if (scan.step === 'range')
    return {
      filters: between(scan.from, scan.upTo),
      sorts: [{ propertyName: modified, direction: 'ASCENDING' }],
    };
  return {
    filters: [...between(scan.from, scan.to), ...afterId(scan.afterId)],
    sorts: BY_ID,
  };
}

export const BY_ID = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }] as const;

/** The condition that continues a search in order of ids. */
export function afterId(id: string | undefined): SearchFilter[] {
  return id === undefined ? [] : [{ propertyName: 'hs_object_id', operator: 'GT', value: id }];
}

/** Takes a page in; total and without effects. `modified` is the property that was searched by. */
export function advanceScan(
  scan: Exclude<ModifiedScan, { step: 'done' }>,
  page: Page<HubspotRecord>,
  modified: string,
): Parsed<ScanStep> {
  return scan.step === 'range' ? advanceRange(scan, page, modified) : advanceWindow(scan, page);
}

function advanceRange(
  scan: Extract<ModifiedScan, { step: 'range' }>,
  { results, after }: Page<HubspotRecord>,
  modified: string,
): Parsed<ScanStep> {
  const { from, upTo } = scan;
  const times: number[] = [];
  for (const [place, record] of results.entries()) {
    const time = modifiedAt(record, modified);
    if (time === undefined) return misfit(`results[${place}]: it does not say when it was modified`);
    times.push(time);
  }
  // What lies outside was changed again after it had been indexed: its place in the order is not known.
  const last = times.findLast((time) => time >= from && (upTo === undefined || time <= upTo));
  if (after === undefined)
    return parsedAs({ records: results, scan: { step: 'done', from: (upTo ?? last ?? from - 1) + 1 } });
  if (last === undefined || last === from) {
    const to = last ?? upTo ?? from;
    return parsedAs({
      records: [],
      scan: { step: 'window', from, to, ...(upTo === undefined ? {} : { upTo }) },
    });
  }
  // Others may share the last ms, so it is read again as a whole.
  return parsedAs({
    records: results.filter((_, place) => times[place] !== last),
    scan: { ...scan, from: last },
  });
}

function advanceWindow(
  scan: Extract<ModifiedScan, { step: 'window' }>,
  { results, after }: Page<HubspotRecord>,
): Parsed<ScanStep> {
  const last = lastId(results, scan.afterId);
  if (!last.ok) return last;
  if (after !== undefined)
    return parsedAs({
      records: results,
      scan: { ...scan, ...(last.value === undefined ? {} : { afterId: last.value }) },
    });
  const next = startScan(scan.to + 1, scan.upTo);
  return parsedAs({ records: results, scan: next });
}

/** The last id of a page in order of ids; a page out of order would hide records behind its last one. */
export function lastId(
  records: readonly HubspotRecord[],
  before: string | undefined,
): Parsed<string | undefined> {
  let last = before;
  for (const [place, { id }] of records.entries()) {
    if (last !== undefined && compareIds(id, last) <= 0)
      return misfit(`results[${place}]: its id does not follow the one before`);
    last = id;
  }
  return parsedAs(last);
}

/** Ms since 1970: the property as ISO text or as ms, else what the record itself says. */
function modifiedAt(record: HubspotRecord, modified: string): number | undefined {
  const text = record.properties[modified] ?? record.updatedAt ?? '';
  const time = /^\d{10,15}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
