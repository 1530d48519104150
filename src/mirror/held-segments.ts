import { DEFAULT_SEGMENT_TYPE, type SegmentDefinition, usesOf } from '../config/segments.ts';
import type { Queryable } from '../db/database.ts';

/** Of every record, whatever properties are kept. */
const OWN_TIMES: readonly string[] = ['createdAt', 'updatedAt'];

/**
 * The segments on which nobody outside may rely yet, with the reason: while records, a property or a list that the rule speaks of were
 * never read to the end, a record may be in it, or not in it, for nothing but that.
 */
export async function heldSegments(
  db: Queryable,
  segments: Readonly<Record<string, SegmentDefinition>>,
): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>();
  for (const [name, { objectType = DEFAULT_SEGMENT_TYPE }] of Object.entries(segments)) {
    const { properties, lists } = usesOf(segments, name);
    const [row] = await db.query<{ complete: boolean; property: string | null; list: string | null }>(
      `select o.complete_at is not null as complete,
         (select p.name from unnest($2::text[]) p (name) where p.name <> all (coalesce(o.properties, '{}')) limit 1) as property,
         (select w.name from unnest($3::text[]) w (name) where not exists (
            select from {schema}.mirror_lists l where l.object_type = $1 and l.deleted_at is null and l.members_read_at is not null
              and (l.name = w.name or l.id::text = w.name)) limit 1) as list
       from (select) one left join {schema}.mirror_objects o on o.object_type = $1`,
      [objectType, properties.filter((property) => !OWN_TIMES.includes(property)), lists],
    );
    const { complete = false, property = null, list = null } = row ?? {};
    if (!complete) held.set(name, `The ${objectType} were not read to the end yet.`);
    else if (property !== null)
      held.set(name, `The property ${property} was not read of all ${objectType} yet.`);
    else if (list !== null)
      held.set(name, `The members of the list ${list} were not read yet: is it under mirror.lists?`);
  }
  return held;
}
