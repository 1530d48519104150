import type { Exchange, Reply } from './exchange.ts';
import {
  advanceRound,
  type IncrementalRound,
  type IncrementalSettings,
  startRound,
  type Watermarks,
} from './incremental.ts';
import {
  advanceScan,
  afterId,
  BY_ID,
  lastId,
  type ModifiedScan,
  scanSearch,
  startScan,
} from './modified-scan.ts';
import { type Page, parsePage } from './page.ts';
import { type Parsed, parsedAs } from './parsed.ts';
import { paths } from './paths.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import { readByIds } from './read-by-ids.ts';
import { type HubspotRecord, parseRecord } from './record.ts';
import type { Records } from './records.ts';
import { httpDate } from './retry-after.ts';
import {
  checkFilters,
  fitsSearch,
  MAX_SEARCH_RESULTS,
  modifiedProperty,
  narrowed,
  type SearchFilterGroup,
  type SearchRequest,
} from './search.ts';
import { walkPages } from './walk-pages.ts';

/** Of the list endpoint. */
const LIST_PAGE = 100;
/** HubSpot answers 414 at about 8 kB; proxies may be stricter. */
const MAX_URL_CHARACTERS = 5000;
/** Room for what the list adds to the URL later: a cursor. */
const CURSOR_CHARACTERS = 100;

/** Part of a scan. Store its place together with its records, so that a crash repeats a page rather than loses one. */
export interface ScanPage {
  /** With the properties that were asked for; may repeat a record of an earlier page. */
  readonly records: readonly HubspotRecord[];
  /** Ids that were listed and gone a moment later, when their properties were read. */
  readonly missing: readonly string[];
}

export interface ListScanOptions extends ReadOptions {
  readonly properties?: readonly string[];
  /** Object types whose links come along: the first page of each. */
  readonly associations?: readonly string[];
  /** Records per page. Default and at most 100. */
  readonly pageSize?: number;
  /** True for the recycle bin: the last 90 days. */
  readonly archived?: boolean;
  /** Cursor of an earlier page. */
  readonly after?: string;
  /** A page with fewer records than asked for although another is to follow: HUBSPOT_UNEXPECTED, or taken as it is. Default `refuse`. */
  readonly shortPages?: 'refuse' | 'follow';
}

export interface SearchScanOptions extends ReadOptions {
  readonly properties?: readonly string[];
  /** Records per search. Default and at most 200. */
  readonly pageSize?: number;
}

/** Readings of many records, page by page. Each raises what readAnswer and walkPages raise; an abort raises the signal's reason. */
export interface RecordScans {
  /** All records in order of their ids, without delay or ceiling; `after` is the place to go on from, absent on the last page. */
  listAll(
    objectType: string,
    options?: ListScanOptions,
  ): AsyncGenerator<ScanPage & { readonly after?: string }, void>;
  /**
   * All records a search finds, in order of their ids, however many; `lastId` is the place to go on from. Changes are
   * visible only after seconds. Takes one filter of each group for itself: HUBSPOT_SEARCH_INVALID when there is no room.
   */
  searchAll(
    objectType: string,
    search: {
      readonly filterGroups?: readonly SearchFilterGroup[];
      readonly query?: string;
      readonly afterId?: string;
    },
    options?: SearchScanOptions,
  ): AsyncGenerator<ScanPage & { readonly lastId: string }, void>;
  /** All records modified from `since` to `upTo` (ms since 1970, both included) that search shows by now; go on from `watermark`. */
  searchModified(
    objectType: string,
    range: { readonly since: number; readonly upTo?: number },
    options?: SearchScanOptions,
  ): AsyncGenerator<ScanPage & { readonly watermark: number }, void>;
  /** One round of incremental reading; call it again with the last page's watermarks. Misses no change, and repeats most once. */
  readChanges(
    objectType: string,
    watermarks: Watermarks,
    options?: SearchScanOptions & { readonly settings?: IncrementalSettings },
  ): AsyncGenerator<ScanPage & { readonly pass: 'live' | 'settled'; readonly watermarks: Watermarks }, void>;
}

/** Builds the scans over any `Records`, for instance one behind a rate gate. */
export function createRecordScans(records: Records): RecordScans {
  return {
    async *listAll(objectType, options = {}) {
      const { properties = [], associations, archived = false, after, pageSize = LIST_PAGE } = options;
      const query = { limit: pageSize, archived, ...(associations ? { associations } : {}) };
      const url = paths.records(objectType, { ...query, properties });
      const twoSteps = url.length > MAX_URL_CHARACTERS - CURSOR_CHARACTERS;
      const walk = walkPages(
        {
          what: `list ${archived ? 'archived ' : ''}${objectType}`,
          send: (from) =>
            records.list(
              objectType,
              {
                ...query,
                properties: twoSteps ? ['hs_object_id'] : properties,
                ...(from === undefined ? {} : { after: from }),
              },
              options,
            ),
          parse: (body) => parsePage(body, parseRecord),
          ...(after === undefined ? {} : { after }),
          ...(options.shortPages === 'follow' ? {} : { fullPage: pageSize }),
        },
        options,
      );
      for await (const page of walk) {
        const content = twoSteps
          ? await complete(records, objectType, page.results, { properties, archived }, options)
          : { records: page.results, missing: [] };
        yield { ...content, ...(page.after === undefined ? {} : { after: page.after }) };
      }
    },

    async *searchAll(objectType, { filterGroups, query, afterId: start }, options = {}) {
      // Here rather than with the second page, which is the first to have the filter.
      checkFilters(narrowed(filterGroups, afterId('0')));
      const search = createSearch(records, objectType, options);
      let last = start;
      for (let more = true; more; ) {
        const groups = narrowed(filterGroups, afterId(last));
        const before = last;
        const page = await search(
          { filterGroups: groups, sorts: BY_ID, ...(query === undefined ? {} : { query }) },
          (found) => {
            const id = lastId(found.results, before);
            return id.ok
              ? parsedAs({ lastId: id.value, records: found.results, more: found.after !== undefined })
              : id;
          },
        );
        more = page.more;
        last = page.lastId;
        if (last !== undefined && page.records.length > 0)
          yield { ...(await search.complete(page.records)), lastId: last };
      }
    },

    async *searchModified(objectType, { since, upTo }, options = {}) {
      const modified = modifiedProperty(objectType);
      const search = createSearch(records, objectType, options);
      for (let scan: ModifiedScan = startScan(since, upTo); scan.step !== 'done'; ) {
        const from: Exclude<ModifiedScan, { step: 'done' }> = scan;
        const { filters, sorts } = scanSearch(from, modified);
        const step = await search({ filterGroups: [{ filters }], sorts }, (page) =>
          advanceScan(from, page, modified),
        );
        const watermark = step.scan.from;
        if (step.records.length > 0 || watermark > scan.from)
          yield { ...(await search.complete(step.records)), watermark };
        scan = step.scan;
      }
    },

    async *readChanges(objectType, watermarks, options = {}) {
      const { settings = {}, clock } = options;
      const modified = modifiedProperty(objectType);
      const search = createSearch(records, objectType, options);
      const localNow = () => clock?.now() ?? Date.now();
      let round = startRound(watermarks, localNow(), settings);
      while (round.pass !== 'done' && round.scan.step !== 'done') {
        const { filters, sorts } = scanSearch(round.scan, modified);
        const { pass } = round;
        const before: IncrementalRound = round;
        const step = await search({ filterGroups: [{ filters }], sorts }, (page, reply) =>
          advanceRound(before, page, { modified, settings, now: earlier(localNow(), reply) }),
        );
        round = step.round;
        if (step.records.length > 0 || !sameMarks(before.watermarks, round.watermarks))
          yield { ...(await search.complete(step.records)), pass, watermarks: round.watermarks };
      }
    },
  };
}

/** Pages of one search after another, with the properties read separately when they do not fit into a search. */
function createSearch(records: Records, objectType: string, options: SearchScanOptions) {
  const { properties = [], pageSize = MAX_SEARCH_RESULTS } = options;
  const modified = modifiedProperty(objectType);
  /** Once set it stays: the filters' length changes by a few characters from page to page. */
  let twoSteps = false;
  const ask = <T>(
    search: Pick<SearchRequest, 'filterGroups' | 'sorts' | 'query'>,
    read: (page: Page<HubspotRecord>, reply: Reply) => Parsed<T>,
  ): Promise<T> => {
    const whole = { ...search, properties: [...new Set([modified, ...properties])], limit: pageSize };
    twoSteps ||= !fitsSearch(whole);
    const request = twoSteps ? { ...whole, properties: [modified] } : whole;
    return readAnswer(
      {
        what: `search ${objectType}`,
        send: (): Promise<Exchange> => records.search(objectType, request, options),
        parse: (body, reply) => {
          const page = parsePage(body, parseRecord);
          return page.ok ? read(page.value, reply) : page;
        },
      },
      options,
    );
  };
  return Object.assign(ask, {
    complete: async (found: readonly HubspotRecord[]): Promise<ScanPage> =>
      twoSteps
        ? complete(records, objectType, found, { properties: [modified, ...properties] }, options)
        : { records: found, missing: [] },
  });
}

/** The same records in the same order with all their properties, and with the links they came with. */
async function complete(
  records: Records,
  objectType: string,
  found: readonly HubspotRecord[],
  request: { readonly properties: readonly string[]; readonly archived?: boolean },
  options: ReadOptions,
): Promise<ScanPage> {
  const byId = await readByIds(records, objectType, { ...request, ids: found.map(({ id }) => id) }, options);
  return {
    records: found.flatMap(({ id, associations }) => {
      const record = byId.found.get(id);
      return record ? [associations ? { ...record, associations } : record] : [];
    }),
    missing: byId.missing,
  };
}

/** The earlier of this machine's time and HubSpot's: a clock that is ahead would take for settled what may still come. */
function earlier(localNow: number, reply: Reply): number {
  return Math.min(localNow, httpDate(reply.headers.date ?? '') ?? localNow);
}

function sameMarks(a: Watermarks, b: Watermarks): boolean {
  return a.live === b.live && a.settled === b.settled;
}
