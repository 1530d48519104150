import { createHash } from 'node:crypto';
import { sqlState } from '../db/connection-fault.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { UNPACKED, type ViewColumn, viewColumns } from './view-columns.ts';

/** A view that somebody reads for long is written the next time. */
const LOCK_TIMEOUT = '2s';
const DEPENDENT_OBJECTS = '2BP01';
/** No lock in time, no rights, a deadlock: the view is only older than it could be. */
const NOT_NOW = new Set(['55P03', '42501', '40P01']);
const MAX_NAMED = 20;

/** The view of an object type's live records: `hubspot_contacts`; `hubspot_2_123456` of a custom object. At most 63 bytes, which Postgres takes. */
export function viewName(objectType: string): string {
  return `hubspot_${objectType.replaceAll('-', '_')}`.slice(0, 63);
}

/**
 * Writes the typed view of an object type's live records anew where the definitions in the mirror ask for it; true when it did.
 *
 * Columns are only added, at the end. One whose property has another type now makes the view a new one, with the same grants; while
 * other views depend on it, it keeps the former type, and the log says so. Without the right to write views, or while somebody holds
 * the view, it stays as it is until the next time, with a line in the log.
 */
export async function refreshView(db: Database, objectType: string, log: Logger): Promise<boolean> {
  const view = viewName(objectType);
  try {
    return await db.transaction((tx) => writeView(tx, objectType, view, log));
  } catch (error) {
    const state = sqlState(error) ?? '';
    if (!NOT_NOW.has(state)) throw error;
    log.warn({ view, sqlState: state }, 'the view of the mirror could not be written now');
    return false;
  }
}

async function writeView(tx: Queryable, objectType: string, view: string, log: Logger): Promise<boolean> {
  await tx.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('spoke:view:{schema}:' || $1, 0))`, [view]);
  const wanted = await viewColumns(tx, objectType);
  // Definitions that were never read are no reason to take columns for gone.
  if (wanted === undefined) return false;
  const existing = await columnsOf(tx, view);
  const columns = inOrder(existing, wanted);
  const [found] = await tx.query<{ comment: string | null }>(
    `select obj_description(to_regclass('{schema}.${view}'), 'pg_class') as comment`,
  );
  if (found?.comment?.includes(markOf(objectType, columns))) return false;
  const changed = columns.filter(({ name, type }) => (existing.get(name) ?? type) !== type);
  const grants = changed.length > 0 ? await grantsOf(tx, view) : [];
  const keepTypes = changed.length > 0 && !(await isDropped(tx, view));
  if (keepTypes)
    log.warn(
      { view, columns: changed.map(({ name }) => name).slice(0, MAX_NAMED) },
      'properties have another type now; the view keeps the former one while other views depend on it: drop those to have it written anew',
    );
  const kept = keepTypes
    ? columns.map((column) => ofType(column, existing.get(column.name) ?? column.type))
    : columns;
  await tx.query(`create or replace view {schema}.${view} as ${viewSql(objectType, kept)}`);
  await tx.query(
    `comment on view {schema}.${view} is 'Live ${objectType} of HubSpot. Written by Spoke, mark ${markOf(objectType, kept)}'`,
  );
  for (const grant of grants) await tx.query(grant);
  return true;
}

function viewSql(objectType: string, columns: readonly ViewColumn[]): string {
  const list = columns.map(({ name, type, sql }) => `${sql ?? `null::${type}`} as "${name}"`);
  const unpacked = columns.some(({ sql }) => sql?.includes('d.properties')) ? ` ${UNPACKED}` : '';
  return `select ${list.join(',\n')} from {schema}.mirror_records m${unpacked} where m.object_type = '${objectType}' and m.state = 'live'`;
}

function markOf(objectType: string, columns: readonly ViewColumn[]): string {
  return createHash('sha256').update(viewSql(objectType, columns)).digest('hex');
}

/** Types of the columns that the view has, in their order. */
async function columnsOf(tx: Queryable, view: string): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ name: string; type: string }>(
    `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = to_regclass('{schema}.${view}') and attnum > 0 and not attisdropped order by attnum`,
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

/** What the view has comes first; what the portal does not define any more stays, without values. */
function inOrder(
  existing: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, ViewColumn>,
): readonly ViewColumn[] {
  const kept = [...existing].map(([name, type]) => wanted.get(name) ?? { name, type, sql: null });
  return [...kept, ...[...wanted.values()].filter(({ name }) => !existing.has(name))];
}

/** A column of another type has no values that would fit, except that everything can be read as text. */
function ofType(column: ViewColumn, type: string): ViewColumn {
  if (column.type === type) return column;
  return { ...column, type, sql: type === 'text' && column.sql !== null ? `(${column.sql})::text` : null };
}

/** Statements that give others what they may do with the view, which a new one would not let them. */
async function grantsOf(tx: Queryable, view: string): Promise<string[]> {
  const rows = await tx.query<{ statement: string }>(
    `select format('grant %s on %s to %s%s', a.privilege_type, c.oid::regclass,
       case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
       case when a.is_grantable then ' with grant option' else '' end) as statement
     from pg_class c cross join lateral aclexplode(c.relacl) a
     where c.oid = to_regclass('{schema}.${view}') and a.grantee <> c.relowner`,
  );
  return rows.map(({ statement }) => statement);
}

/** False when something depends on it. */
async function isDropped(tx: Queryable, view: string): Promise<boolean> {
  await tx.query('savepoint before_drop');
  try {
    await tx.query(`drop view {schema}.${view} restrict`);
  } catch (error) {
    if (sqlState(error) !== DEPENDENT_OBJECTS) throw error;
    await tx.query('rollback to savepoint before_drop');
    return false;
  }
  return true;
}
