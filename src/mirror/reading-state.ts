import type { Queryable } from '../db/database.ts';

/**
 * How much of an object type the mirror has.
 *
 * States: none (it was never read) → part (its first full reading has begun) → whole (that was through).
 */
export type ReadingState = 'none' | 'part' | 'whole';

/** How far the first full reading of an object type is; cheap, whatever there is of it. */
export async function readingState(db: Queryable, objectType: string): Promise<ReadingState> {
  const [row] = await db.query<{ whole: boolean }>(
    'select complete_at is not null as whole from {schema}.mirror_objects where object_type = $1',
    [objectType],
  );
  return row === undefined ? 'none' : row.whole ? 'whole' : 'part';
}
