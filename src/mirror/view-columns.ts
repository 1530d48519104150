import { createHash } from 'node:crypto';
import type { Queryable } from '../db/database.ts';
import { kindOf, type PropertyKind } from './rules/compile-rule.ts';

/** A column of a view of records. */
export interface ViewColumn {
  readonly name: string;
  /** As Postgres' format_type spells it. */
  readonly type: string;
  /** Over the alias `m` of mirror_records, and UNPACKED; null for a property that the portal does not define any more. */
  readonly sql: string | null;
}

/** Postgres cuts longer names off. */
const NAME_BYTES = 63;
const HASH_LENGTH = 8;
/** Postgres' limit is 1,664 columns of one result. What does not fit stands in `properties` all the same. */
const MAX_COLUMNS = 1_600;
/**
 * Views with more properties than this read them from UNPACKED. Postgres unpacks a long value anew for each column that is taken out
 * of it, which makes a row of 1,000 columns take 100 ms and more.
 */
const WIDE = 100;
/** The properties of the row under the alias `d`, unpacked once: `||` gives back the one that is not empty, `offset 0` keeps it apart. */
export const UNPACKED = `cross join lateral (select m.properties || '{}'::jsonb as properties offset 0) d`;

/** HubSpot's names are lower case, digits and `_`; what else a portal may have goes into SQL as it is. */
const SAFE_NAME = /^[\w .:-]{1,200}$/;

/** Properties that have a column whether the portal shows them or not. */
const PROMOTED: Readonly<Record<string, readonly string[]>> = {
  contacts: ['email', 'firstname', 'lastname', 'company', 'phone', 'jobtitle'],
};

const LISTS = `array(select l.name from {schema}.mirror_memberships b join {schema}.mirror_lists l on l.id = b.list_id
  where b.record_id = m.id and b.left_at is null and l.object_type = m.object_type and l.deleted_at is null order by l.name)`;
const SEGMENTS = `array(select s.segment from {schema}.segment_members s join {schema}.segments g on g.name = s.segment
  where s.record_id = m.id and g.object_type = m.object_type order by s.segment)`;

/** The columns of an object type's view by name: those that all have, then one for each property; undefined while none is known. */
export async function viewColumns(
  db: Queryable,
  objectType: string,
): Promise<ReadonlyMap<string, ViewColumn> | undefined> {
  const properties = await db.query<{ name: string; type: string; field_type: string | null }>(
    `select name, type, definition ->> 'fieldType' as field_type from {schema}.mirror_properties
     where object_type = $1 order by name`,
    [objectType],
  );
  if (properties.length === 0) return undefined;
  const columns = new Map<string, ViewColumn>();
  const add = (name: string, type: string, sql: string) => columns.set(name, { name, type, sql });
  add('hubspot_id', 'bigint', 'm.id');
  const promoted = PROMOTED[objectType] ?? [];
  const from = properties.length > WIDE ? 'd' : 'm';
  for (const name of promoted) add(name, 'text', textOf(name));
  add('created_at', 'timestamp with time zone', 'm.created_at');
  add('updated_at', 'timestamp with time zone', 'm.updated_at');
  add('synced_at', 'timestamp with time zone', 'm.read_at');
  add('list_memberships', 'text[]', LISTS);
  add('segments', 'text[]', SEGMENTS);
  add('properties', 'jsonb', 'm.properties');
  for (const { name, type, field_type } of properties) {
    if (columns.size >= MAX_COLUMNS) break;
    if (promoted.includes(name) || !SAFE_NAME.test(name)) continue;
    const kind = kindOf({ type, ...(field_type === null ? {} : { fieldType: field_type }) });
    const typed = TYPED[type === 'date' ? 'date' : kind];
    add(columnName(name, columns), typed.type, typed.sql(textOf(name, from)));
  }
  return columns;
}

/** What the text of a property is read as; null, never an error, where it is something else. */
const TYPED: Readonly<Record<PropertyKind | 'date', { readonly type: string; sql(value: string): string }>> =
  {
    text: { type: 'text', sql: (value) => value },
    option: { type: 'text', sql: (value) => value },
    options: { type: 'text[]', sql: (value) => `array_remove(string_to_array(${value}, ';'), '')` },
    number: { type: 'numeric', sql: (value) => `{schema}.as_number(${value})` },
    date: { type: 'date', sql: (value) => `{schema}.as_date(${value})` },
    time: { type: 'timestamp with time zone', sql: (value) => `{schema}.as_time(${value})` },
    boolean: { type: 'boolean', sql: (value) => `{schema}.as_boolean(${value})` },
  };

function textOf(property: string, from: 'm' | 'd' = 'm'): string {
  return `(${from}.properties ->> '${property}')`;
}

/** The property's own name, unless it is too long or a column has it that all views have: then its beginning and a hash. */
function columnName(property: string, taken: ReadonlyMap<string, ViewColumn>): string {
  if (property.length <= NAME_BYTES && !taken.has(property)) return property;
  const hash = createHash('sha256').update(property).digest('hex').slice(0, HASH_LENGTH);
  return `${property.slice(0, NAME_BYTES - HASH_LENGTH - 1)}_${hash}`;
}
