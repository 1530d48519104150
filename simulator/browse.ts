import type { ObjectStore, StoredRecord } from './object-store.ts';
import type { Portal } from './portal.ts';
import { recordTitle } from './record-title.ts';

/** Records looked at in one call: a person's search must not hold up the API's callers (about 20 ms). */
const MAX_SCAN = 20_000;
const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
/** Longer values are cut in lists. */
const MAX_VALUE = 200;

export interface BrowseQuery {
  /** Part of any value or of the id, without case. Default: every record. */
  search?: string | undefined;
  /** Only records with a lower id; hand in `next` to go on. */
  before?: number | undefined;
  /** Default 50, at most 200. */
  limit?: number | undefined;
}

/** A record as lists show it. */
export interface RecordSummary {
  id: string;
  title: string;
  /** Cut to 200 characters each. */
  properties: Record<string, string>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
}

export interface BrowsePage {
  /** Newest first. A search may give fewer than `limit`, even none, and still have a `next`. */
  results: RecordSummary[];
  /** On the first page of a search: the record whose id or unique value is just what was searched for. */
  exact: RecordSummary | null;
  next: number | null;
  /** Records that were looked at for this page. */
  scanned: number;
}

/** Records of a type for people: newest first, searched in all values, a bounded piece of work at a time. */
export function browseRecords(portal: Portal, typeName: string, query: BrowseQuery = {}): BrowsePage {
  const { store } = portal.objects(typeName);
  const search = query.search?.trim().toLowerCase() ?? '';
  const limit = Math.min(query.limit ?? DEFAULT_PAGE, MAX_PAGE);
  const exact = search === '' || query.before !== undefined ? undefined : findExact(store, search);
  const results: RecordSummary[] = [];
  let scanned = 0;
  let last: number | undefined;
  let isMore = false;
  for (const record of store.allDown(query.before ?? Number.POSITIVE_INFINITY)) {
    if (results.length === limit || scanned === MAX_SCAN) {
      isMore = true;
      break;
    }
    scanned += 1;
    last = record.numericId;
    if (search === '' || mentions(record, search)) results.push(summarise(record));
  }
  return {
    results,
    exact: exact ? summarise(exact) : null,
    next: isMore && last !== undefined ? last : null,
    scanned,
  };
}

function summarise(record: StoredRecord): RecordSummary {
  const properties: Record<string, string> = {};
  for (const [name, value] of record.properties) {
    if (value !== '') properties[name] = value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value;
  }
  return {
    id: record.id,
    title: recordTitle(record),
    properties,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archivedAt !== undefined,
  };
}

function findExact(store: ObjectStore, search: string): StoredRecord | undefined {
  const byId = store.get(search);
  if (byId) return byId;
  for (const name of store.uniqueNames) {
    const record = store.findUnique(name, search);
    if (record) return record;
  }
  return undefined;
}

function mentions(record: StoredRecord, search: string): boolean {
  for (const [, value] of record.properties) if (value.toLowerCase().includes(search)) return true;
  return false;
}
