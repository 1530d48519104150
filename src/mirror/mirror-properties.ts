import { suggestion } from '../config/nearest-name.ts';
import type { Queryable } from '../db/database.ts';
import type { PropertyType } from './rules/compile-rule.ts';

/** What is known of an object type's properties. */
export interface MirrorProperties {
  readonly objectType: string;
  /** As the portal defines them, by name; empty until its definitions have been read. */
  readonly types: ReadonlyMap<string, PropertyType>;
  /** Those that the last whole reading has brought of every record; undefined before there was one. */
  readonly kept: readonly string[] | undefined;
}

export async function readProperties(db: Queryable, objectType: string): Promise<MirrorProperties> {
  const rows = await db.query<{ name: string; type: string; field_type: string | null }>(
    `select name, type, definition ->> 'fieldType' as field_type from {schema}.mirror_properties where object_type = $1`,
    [objectType],
  );
  const [whole] = await db.query<{ properties: string[] }>(
    'select properties from {schema}.mirror_objects where object_type = $1 and complete_at is not null',
    [objectType],
  );
  const types = rows.map(
    ({ name, type, field_type }) =>
      [name, { type, ...(field_type === null ? {} : { fieldType: field_type }) }] as const,
  );
  return { objectType, types: new Map(types), kept: whole?.properties };
}

/** Why no record can be asked for a property: without this every one would look as if it had no value. Undefined when it can be. */
export function unknownProperty(
  name: string,
  { objectType, types, kept }: MirrorProperties,
): string | undefined {
  if (types.size > 0 && !types.has(name))
    return `The portal has no property ${name}.${suggestion(name, types.keys())}`;
  if (kept === undefined || kept.includes(name)) return undefined;
  return `The mirror does not have ${name} of all ${objectType}: is it under mirror.objects.${objectType}.properties? The next reading of everything brings it.`;
}
