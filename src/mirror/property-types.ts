import type { Queryable } from '../db/database.ts';
import type { PropertyType } from './rules/compile-rule.ts';

/** The types of an object type's properties, by name; empty until its definitions have been read. */
export async function readTypes(
  db: Queryable,
  objectType: string,
): Promise<ReadonlyMap<string, PropertyType>> {
  const rows = await db.query<{ name: string; type: string; field_type: string | null }>(
    `select name, type, definition ->> 'fieldType' as field_type from {schema}.mirror_properties where object_type = $1`,
    [objectType],
  );
  return new Map(
    rows.map(({ name, type, field_type }) => [
      name,
      { type, ...(field_type === null ? {} : { fieldType: field_type }) },
    ]),
  );
}
