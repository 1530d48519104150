import { suggestion } from '../config/nearest-name.ts';
import { objectTypeName } from '../config/object-type-name.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';

/**
 * Raises MIRROR_OBJECT_UNKNOWN for an object type of which the mirror has nothing while it has others: an empty answer would look as
 * if the portal had none. Of a mirror that was never filled any may be asked for.
 */
export async function expectKnownObject(db: Queryable, objectType: string): Promise<void> {
  const [row] = await db.query<{ known: string[]; held: boolean }>(
    `select array(select object_type from {schema}.mirror_objects
         union select object_type from {schema}.mirror_properties order by 1) as known,
       exists (select from {schema}.mirror_records where object_type = $1) as held`,
    [objectType],
  );
  const { known = [], held = false } = row ?? {};
  if (held || known.length === 0 || known.includes(objectType)) return;
  const usual = objectTypeName(objectType);
  const near = known.includes(usual) ? ` Did you mean ${usual}?` : suggestion(objectType, known);
  throw new SpokeError(
    'MIRROR_OBJECT_UNKNOWN',
    `The mirror has no ${JSON.stringify(objectType)}, only ${known.join(', ')}.${near || ' spoke pull reads what the config names under mirror.objects.'}`,
    { facts: { name: objectType } },
  );
}
