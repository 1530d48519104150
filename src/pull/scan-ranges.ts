import type { Exchange } from '../hubspot/exchange.ts';
import { type Page, parsePage } from '../hubspot/page.ts';
import { compareIds, parsedAs } from '../hubspot/parsed.ts';
import { readAnswer } from '../hubspot/read-answer.ts';
import { readByIds } from '../hubspot/read-by-ids.ts';
import { type HubspotRecord, parseRecord } from '../hubspot/record.ts';
import { httpDate } from '../hubspot/retry-after.ts';
import { pullFailure } from './pull-failure.ts';
import type { PullTools } from './pull-tools.ts';

export interface StreamRange {
  readonly fromId: string;
  /** Null: to the end. */
  readonly toId: string | null;
}

/** What is known of an object type before it is read. */
export interface Extent {
  readonly ranges: readonly StreamRange[];
  /** How many records search counts; undefined when it could not be asked. For progress only. */
  readonly total?: number;
  /** HubSpot's time before anything was read, ms since 1970, with room for clocks that differ. */
  readonly watermark: number;
}

/** Fewer are read faster than they are divided. */
const WORTH_DIVIDING = 2_000;
/** So many ranges for each stream that ids which are not spread evenly leave no stream without work for long. */
const RANGES_PER_STREAM = 4;
/** Each range ends with a page that is not full, on average by half. */
const RECORDS_PER_RANGE = 500;
/** Changes are read from so much before the beginning on, ms. */
const CLOCK_ROOM_MS = 60_000;

/** Divides an object type by its lowest and highest id, by a search: what search does not show yet is in the last range, which is open. */
export async function measureExtent(
  tools: PullTools,
  objectType: string,
  signal: AbortSignal,
): Promise<Extent> {
  const begunAt = tools.clock.now();
  const one: Extent = { ranges: [{ fromId: '0', toId: null }], watermark: begunAt - CLOCK_ROOM_MS };
  try {
    const highest = await end(tools, objectType, 'DESCENDING', signal);
    const watermark = Math.min(begunAt, highest.date ?? begunAt) - CLOCK_ROOM_MS;
    const { total } = highest;
    if (total === undefined) return { ...one, watermark };
    const high = highest.id;
    if (tools.streams === 1 || total < WORTH_DIVIDING || high === undefined)
      return { ...one, watermark, total };
    const low = (await end(tools, objectType, 'ASCENDING', signal)).id ?? '0';
    const parts = Math.min(tools.streams * RANGES_PER_STREAM, Math.floor(total / RECORDS_PER_RANGE));
    return { ranges: divide(low, high, parts), watermark, total };
  } catch (error) {
    // A portal whose search does not answer can be read all the same.
    if (pullFailure(error) === 'here') return one;
    throw error;
  }
}

/** Ranges of equal width between two ids; the first begins at 0, the last has no end. */
export function divide(low: string, high: string, parts: number): StreamRange[] {
  const from = BigInt(low);
  const width = (BigInt(high) - from) / BigInt(parts) + 1n;
  const starts = Array.from({ length: parts }, (_, index) => from + width * BigInt(index)).filter(
    (start) => start <= BigInt(high),
  );
  return starts.map((start, index) => ({
    fromId: index === 0 ? '0' : String(start),
    toId: index === starts.length - 1 ? null : String(start + width),
  }));
}

/** The end of the next 100 records from an id on, as far as search shows them; undefined where there are no more. */
export async function idBehind(
  tools: PullTools,
  objectType: string,
  fromId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const page = await searchFrom(tools, objectType, fromId, signal);
  const last = page.results.at(-1)?.id;
  return last === undefined || page.after === undefined ? undefined : String(BigInt(last) + 1n);
}

/** The first of the next records from an id on that search shows and the store has; undefined when there is none below `toId`. */
export async function firstLiveFrom(
  tools: PullTools,
  objectType: string,
  fromId: string,
  toId: string | null,
  signal: AbortSignal,
): Promise<string | undefined> {
  const page = await searchFrom(tools, objectType, fromId, signal);
  const ids = page.results.map(({ id }) => id).filter((id) => toId === null || compareIds(id, toId) < 0);
  if (ids.length === 0) return undefined;
  const request = { ids, properties: ['hs_object_id'] };
  const { found } = await readByIds(tools.records, objectType, request, tools.reading(signal));
  return [...found.keys()].sort(compareIds)[0];
}

function searchFrom(tools: PullTools, objectType: string, fromId: string, signal: AbortSignal) {
  return search(
    tools,
    objectType,
    {
      filterGroups: [{ filters: [{ propertyName: 'hs_object_id', operator: 'GTE', value: fromId }] }],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      limit: 100,
    },
    signal,
  );
}

async function end(
  tools: PullTools,
  objectType: string,
  direction: 'ASCENDING' | 'DESCENDING',
  signal: AbortSignal,
): Promise<{
  readonly id: string | undefined;
  readonly total: number | undefined;
  readonly date: number | undefined;
}> {
  const sorts = [{ propertyName: 'hs_object_id', direction }] as const;
  const page = await search(tools, objectType, { sorts, limit: 1 }, signal);
  return { id: page.results[0]?.id, total: page.total, date: page.date };
}

function search(
  tools: PullTools,
  objectType: string,
  request: Parameters<PullTools['records']['search']>[1],
  signal: AbortSignal,
): Promise<Page<HubspotRecord> & { readonly date: number | undefined }> {
  const options = tools.reading(signal);
  return readAnswer(
    {
      what: `search ${objectType} by id`,
      send: (): Promise<Exchange> =>
        tools.records.search(objectType, { ...request, properties: ['hs_object_id'] }, options),
      parse: (body, reply) => {
        const page = parsePage(body, parseRecord);
        return page.ok ? parsedAs({ ...page.value, date: httpDate(reply.headers.date ?? '') }) : page;
      },
    },
    options,
  );
}
