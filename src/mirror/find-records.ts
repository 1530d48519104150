import type { Database, Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { unknownProperty } from './mirror-properties.ts';
import { type CompiledQuery, checkChosen, compileQuery, type RecordQuery } from './record-query.ts';
import { type MirrorRecord, type RecordRow, recordColumns, recordOf } from './record-row.ts';
import { kindOf } from './rules/compile-rule.ts';
import { hasSearchIndex } from './search-index.ts';

export const MAX_PAGE = 1_000;
/** Deeper pages are read with the cursor: an offset reads and throws away what it passes. */
export const MAX_OFFSET = 100_000;
/** Up to here a total is counted; beyond it is estimated. */
const MAX_COUNTED = 100_000;
/** Nor is it counted for longer, ms. */
const COUNT_MS = 400;

export interface SortOrder {
  /** `id`, `createdAt`, `updatedAt`, or the internal name of a property, sorted by its type; records without a value come last. */
  readonly by: string;
  readonly direction?: 'ascending' | 'descending';
}

export interface PageQuery extends RecordQuery {
  /** Default by id, ascending. */
  readonly sort?: SortOrder;
  /** Records on the page: 1 to 1,000, default 100. */
  readonly limit?: number;
  /** From an earlier page: goes on behind its last record, whatever has been added or has left since. */
  readonly cursor?: string;
  /** Instead of a cursor: 0 to 100,000. */
  readonly offset?: number;
  /** Only these properties. Default all that are kept. */
  readonly properties?: readonly string[];
  /** Whether the records are counted too. */
  readonly total?: boolean;
}

export interface RecordPage {
  readonly records: readonly MirrorRecord[];
  /** Absent on the last page. */
  readonly next?: string;
  /** How many there are. Counted up to 100,000; `isEstimate` says that the planner's guess is given instead. */
  readonly total?: number;
  readonly isEstimate?: boolean;
}

/** One page of live records. Raises MIRROR_QUERY_INVALID and MIRROR_OBJECT_UNKNOWN. */
export async function findRecords(db: Database, query: PageQuery): Promise<RecordPage> {
  const { sort = { by: 'id' }, limit = 100, offset = 0, cursor, properties, total = false } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw invalid(`limit must be a whole number from 1 to ${MAX_PAGE}, was ${limit}.`);
  if (!Number.isInteger(offset) || offset < 0 || offset > MAX_OFFSET)
    throw invalid(
      `offset must be a whole number from 0 to ${MAX_OFFSET}, was ${offset}; go on with the cursor instead.`,
    );
  if (cursor !== undefined && offset > 0) throw invalid('Give a cursor or an offset, not both.');
  const compiled = await compileQuery(db, query);
  checkChosen(properties, compiled);
  const counted = total ? await countRecords(db, compiled) : {};
  const { bind, values } = compiled;
  const key = sortKey(sort, compiled);
  const descending = sort.direction === 'descending';
  const chosen =
    properties === undefined
      ? undefined
      : `coalesce((select jsonb_object_agg(name, m.properties -> name) from unnest(${bind(properties)}::text[]) name where m.properties ? name), '{}')`;
  const direction = descending ? 'desc' : 'asc';
  const rows = await pageRows(db, compiled, {
    columns: `${recordColumns(chosen)}, ${key === undefined ? 'null' : `(${key})::text`} as sort_key`,
    behind: cursor === undefined ? '' : ` and ${behind(readCursor(cursor, sort), key, descending, bind)}`,
    order: `${key === undefined ? '' : `${key} ${direction}${NEVER_NULL.includes(key) ? '' : ' nulls last'}, `}m.id ${direction}`,
    isIndexed: key === undefined || NEVER_NULL.includes(key),
    rest: `limit ${bind(limit + 1)}::integer offset ${bind(offset)}::integer`,
    count: limit + 1,
    values,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    records: page.map(recordOf),
    ...(rows.length > limit && last ? { next: cursorOf(sort, last) } : {}),
    ...counted,
  };
}

/** One live record by its id; undefined when the mirror does not hold it. */
export async function findRecord(
  db: Queryable,
  objectType: string,
  id: string,
): Promise<MirrorRecord | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined;
  const [row] = await db.query<RecordRow>(
    `select ${recordColumns()}
     from {schema}.mirror_records m where m.object_type = $1 and m.id = $2 and m.state = 'live'`,
    [objectType, id],
  );
  return row && recordOf(row);
}

/** How many live records a query finds: counted, as long as that is quick. */
export async function countRecords(
  db: Database,
  { condition, values }: Pick<CompiledQuery, 'condition' | 'values'>,
): Promise<{ readonly total: number; readonly isEstimate: boolean }> {
  const parameters = [...values];
  try {
    const counted = await db.transaction(async (tx) => {
      await tx.query(`set local statement_timeout = ${COUNT_MS}`);
      const [row] = await tx.query<{ total: number }>(
        `select count(*)::integer as total from (select 1 from {schema}.mirror_records m where ${condition} limit ${MAX_COUNTED + 1}) found`,
        parameters,
      );
      return row?.total ?? 0;
    });
    if (counted <= MAX_COUNTED) return { total: counted, isEstimate: false };
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
  const [plan] = await db.query<{ 'QUERY PLAN': unknown }>(
    `explain (format json) select 1 from {schema}.mirror_records m where ${condition}`,
    parameters,
  );
  const [root] = (plan?.['QUERY PLAN'] ?? []) as readonly {
    readonly Plan?: { readonly 'Plan Rows'?: number };
  }[];
  return { total: root?.Plan?.['Plan Rows'] ?? 0, isEstimate: true };
}

interface PageParts {
  readonly columns: string;
  /** Further condition, of a cursor. */
  readonly behind: string;
  readonly order: string;
  /** Whether an index gives the records in this order. */
  readonly isIndexed: boolean;
  readonly rest: string;
  /** Rows that are wanted. */
  readonly count: number;
  readonly values: readonly unknown[];
}

/** Records that are looked through before it is decided how the rest is found. */
const FIRST_LOOK = 2_000;
/** As many of them have to fit for a page to be filled sooner by going on than by the index for words; without the index, one. */
const GO_ON_FROM = 9;

/**
 * The rows of a page. How many records have a word anywhere in a value is known to nobody before, and each way of finding them takes
 * seconds where the other takes milliseconds: so the first records of the order are looked through, and tell which way to take.
 */
async function pageRows(
  db: Queryable,
  { condition, base, patterns, objectType }: CompiledQuery,
  { columns, behind, order, isIndexed, rest, count, values }: PageParts,
): Promise<SortedRow[]> {
  const select = (from: string, where: string, parameters: readonly unknown[] = values) =>
    db.query<SortedRow>(
      `select ${columns} from ${from} where ${where}${behind} order by ${order} ${rest}`,
      parameters,
    );
  const all = '{schema}.mirror_records m';
  if (patterns === undefined) return select(all, condition);
  let fitting = 0;
  if (isIndexed) {
    const first = `(select m.* from ${all} where ${base}${behind} order by ${order} limit ${FIRST_LOOK}) m`;
    const rows = await select(first, condition);
    if (rows.length >= count) return rows;
    fitting = rows.length;
  }
  const hasIndex = patterns.length > 0 && (await hasSearchIndex(db, objectType));
  if (isIndexed && fitting >= (hasIndex ? GO_ON_FROM : 1)) return select(all, condition);
  const words = hasIndex
    ? patterns.map(
        (_, position) => ` and {schema}.search_text(m.properties) like $${values.length + position + 1}`,
      )
    : [];
  // Found first and put in order then: `offset 0` keeps the order from deciding how they are found.
  const found = `(select m.* from ${all} where ${condition}${behind}${words.join('')} offset 0) m`;
  return select(found, 'true', [...values, ...(hasIndex ? patterns : [])]);
}

/** Without a place for what has no value, an index serves both directions. */
const NEVER_NULL = ['m.updated_at'];

interface SortedRow extends RecordRow {
  readonly sort_key: string | null;
}

/** The expression that is sorted by; undefined for the id alone. */
function sortKey({ by }: SortOrder, { properties, bind }: CompiledQuery): string | undefined {
  if (by === 'id') return undefined;
  if (by === 'updatedAt') return 'm.updated_at';
  if (by === 'createdAt') return 'm.created_at';
  if (!/^[a-z0-9_]{1,100}$/.test(by))
    throw invalid(`sort: Give id, createdAt, updatedAt or a property, not ${JSON.stringify(by)}.`);
  const unknown = unknownProperty(by, properties);
  if (unknown !== undefined) throw invalid(`sort: ${unknown}`);
  const type = properties.types.get(by);
  const text = `(m.properties ->> ${bind(by)})`;
  const kind = type && kindOf(type);
  if (kind === 'number') return `{schema}.as_number(${text})`;
  return kind === 'time' ? `{schema}.as_time(${text})` : `lower(${text}) collate "C"`;
}

interface Place {
  readonly id: string;
  readonly key: string | null;
}

/** The condition for what comes behind a place in the order. */
function behind(
  { id, key }: Place,
  expression: string | undefined,
  descending: boolean,
  bind: CompiledQuery['bind'],
): string {
  const beyond = descending ? '<' : '>';
  if (expression !== undefined && key !== null && NEVER_NULL.includes(expression))
    return `(${expression}, m.id) ${beyond} (${bind(key)}::timestamptz, ${bind(id)}::bigint)`;
  const byId = `m.id ${beyond} ${bind(id)}::bigint`;
  if (expression === undefined) return byId;
  if (key === null) return `(${expression} is null and ${byId})`;
  const cast = expression.includes('as_number')
    ? 'numeric'
    : /as_time|_at$/.test(expression)
      ? 'timestamptz'
      : 'text';
  const value = `${bind(key)}::${cast}`;
  return `(${expression} ${beyond} ${value} or (${expression} = ${value} and ${byId}) or ${expression} is null)`;
}

function cursorOf({ by, direction = 'ascending' }: SortOrder, row: SortedRow): string {
  return Buffer.from(JSON.stringify([by, direction, row.sort_key, String(row.id)])).toString('base64url');
}

function readCursor(cursor: string, { by, direction = 'ascending' }: SortOrder): Place {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    given = undefined;
  }
  const [itsBy, itsDirection, key, id] = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const isKey = key === null || typeof key === 'string';
  if (typeof id !== 'string' || !/^\d{1,18}$/.test(id) || !isKey)
    throw invalid('The cursor is none that a page has given.');
  if (itsBy !== by || itsDirection !== direction)
    throw invalid(
      'The cursor belongs to another order: give the same sort as for the page that it comes from.',
    );
  return { id, key };
}

function isTimeout(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (Reflect.get(cause, 'code') === '57014') return true;
  return false;
}

function invalid(message: string): SpokeError {
  return new SpokeError('MIRROR_QUERY_INVALID', message);
}
