import type { OrderedRecords } from './ordered-records.ts';
import { isEverything, meets, passes, type SearchGroup } from './search-conditions.ts';
import { comparableOf } from './search-filters.ts';
import type { SearchIndex } from './search-index.ts';
import type { SearchSort } from './search-query.ts';
import type { StoredRecord } from './stored-record.ts';

export interface SearchPlan {
  index: SearchIndex;
  /** A record is found when it meets one of them; without groups every record is. */
  groups: readonly SearchGroup[];
  /** Applies besides the groups. */
  text: ((record: StoredRecord) => boolean) | undefined;
  sort: SearchSort | undefined;
  after: number;
  limit: number;
}

export interface SearchResult {
  /** Of all that was found, also beyond what paging reaches. */
  total: number;
  records: StoredRecord[];
}

/** Where the records to look at stand: places `from` up to `to` of an order, and whether all of them are found. */
interface Stretch {
  order: OrderedRecords;
  from: number;
  to: number;
  /** Undefined: every record of the stretch is found, so that nothing needs to be looked at but the page. */
  test: ((record: StoredRecord) => boolean) | undefined;
}

/** A stretch by modified date that holds less than one record in so many is sorted by id rather than looked for among all. */
const SMALL_PART = 16;

/**
 * Finds a page. Spans of the modified date or the id, sorted by the same, cost a few steps however many records there are; other
 * filters look at each record of the smallest stretch that can hold a match.
 */
export function runSearch(plan: SearchPlan): SearchResult {
  const { index, groups, sort } = plan;
  const [group] = groups;
  const sortName = sort?.property.name ?? 'hs_object_id';
  if (groups.length === 1 && group?.candidates) {
    const found: StoredRecord[] = [];
    for (const record of group.candidates())
      if (index.isShown(record) && meets(group, record, index) && (plan.text?.(record) ?? true))
        found.push(record);
    return pageOf(sorted(found, plan), plan);
  }
  const byModified = sortName === index.type.modifiedProperty;
  const stretch = chooseStretch(plan, byModified);
  const inOrder =
    (byModified && stretch.order === index.byModified) ||
    (sortName === 'hs_object_id' && (stretch.order === index.byId || isOneInstant(plan)));
  if (inOrder) return walkPage(stretch, plan);
  const found: StoredRecord[] = [];
  for (const [record] of stretch.order.walk(stretch.from, stretch.to))
    if (stretch.test?.(record) ?? true) found.push(record);
  return pageOf(sorted(found, plan), plan);
}

function chooseStretch(plan: SearchPlan, byModified: boolean): Stretch {
  const { index, groups, text } = plan;
  const [group] = groups;
  if (!group || groups.length > 1) {
    const test = groups.length > 1 ? anyGroup(plan) : text;
    const order = byModified ? index.byModified : index.byId;
    return { order, from: 0, to: order.size, test };
  }
  const residual = group.tests.length > 0 || text ? both(plan, group) : undefined;
  if (!isEverything(group.modified)) {
    const { low, high } = group.modified;
    const oneInstant = low === high;
    const order = index.byModified;
    const from = oneInstant ? order.rank(low, group.ids.low) : order.rank(low);
    const to = oneInstant ? order.rank(low, group.ids.high + 1) : order.rank(high + 1);
    const isLarge = to - from > index.byId.size / SMALL_PART;
    if (byModified || oneInstant || !isLarge) {
      const needsIds = !oneInstant && !isEverything(group.ids);
      return { order, from, to: Math.max(from, to), test: needsIds ? wholeGroup(plan, group) : residual };
    }
  }
  const from = index.byId.rank(group.ids.low);
  const to = Math.max(from, index.byId.rank(group.ids.high + 1));
  const test = isEverything(group.modified) ? residual : wholeGroup(plan, group);
  return { order: index.byId, from, to, test };
}

/** Records of one instant stand in order of id. */
function isOneInstant({ groups }: SearchPlan): boolean {
  const [group] = groups;
  return groups.length === 1 && group !== undefined && group.modified.low === group.modified.high;
}

function anyGroup({ index, groups, text }: SearchPlan) {
  return (record: StoredRecord) =>
    groups.some((group) => meets(group, record, index)) && (text?.(record) ?? true);
}

function wholeGroup({ index, text }: SearchPlan, group: SearchGroup) {
  return (record: StoredRecord) => meets(group, record, index) && (text?.(record) ?? true);
}

/** The group without its spans, which the stretch has taken care of. */
function both({ text }: SearchPlan, group: SearchGroup) {
  return (record: StoredRecord) => passes(group, record) && (text?.(record) ?? true);
}

function walkPage({ order, from, to, test }: Stretch, plan: SearchPlan): SearchResult {
  const { after, limit } = plan;
  const descending = plan.sort?.descending ?? false;
  const records: StoredRecord[] = [];
  if (!test) {
    const first = descending ? Math.max(from, to - after - limit) : from + after;
    const end = descending ? to - after : Math.min(to, from + after + limit);
    for (const [record] of order.walk(first, end, descending)) records.push(record);
    return { total: to - from, records };
  }
  let total = 0;
  for (const [record] of order.walk(from, to, descending)) {
    if (!test(record)) continue;
    if (total >= after && records.length < limit) records.push(record);
    total += 1;
  }
  return { total, records };
}

/** By the values that search shows; records without one come last, equal ones in order of id. */
function sorted(records: StoredRecord[], { index, sort }: SearchPlan): StoredRecord[] {
  if (!sort) return records.sort(byId);
  const parse = comparableOf(sort.property);
  const turn = sort.descending ? -1 : 1;
  const rows = records.map((record) => {
    const value = index.valueOf(record, sort.property.name);
    return { record, key: value ? parse(value) : undefined };
  });
  rows.sort((one, other) => {
    if (one.key === other.key) return byId(one.record, other.record);
    if (one.key === undefined) return 1;
    if (other.key === undefined) return -1;
    return one.key < other.key ? -turn : turn;
  });
  return rows.map(({ record }) => record);
}

function byId(one: StoredRecord, other: StoredRecord): number {
  return one.numericId - other.numericId;
}

function pageOf(found: StoredRecord[], { after, limit }: SearchPlan): SearchResult {
  return { total: found.length, records: found.slice(after, after + limit) };
}
