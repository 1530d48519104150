import { SpokeError } from '../errors.ts';
import { expectKnownObject } from '../mirror/known-objects.ts';
import { type LeaseOptions, withLease } from './leases.ts';
import { leaseName } from './run-pull.ts';

/** Rows of one transaction. */
const CHUNK = 10_000;

/**
 * Empties the mirror of one object type: records, former values, links, how far its reading had come. The next reading begins from
 * nothing; processes that keep the mirror up to date begin it at once. Returns how many records were deleted.
 *
 * That nothing is complete any more is written first, so that a clearing that is broken off is never taken for a whole mirror.
 * Raises MIRROR_OBJECT_UNKNOWN, and PULL_RUNNING while the object type is being read.
 */
export async function clearMirror(lease: LeaseOptions, objectType: string): Promise<number> {
  const { db } = lease;
  await expectKnownObject(db, objectType);
  const cleared = await withLease(leaseName(objectType, 'all'), lease, async () => ({
    done: false,
    result: await withLease(leaseName(objectType, 'incremental'), lease, async (held) => ({
      done: false,
      result: await clear(held),
    })),
  }));
  if (cleared !== undefined) return cleared;
  throw new SpokeError(
    'PULL_RUNNING',
    `The ${objectType} are being read now: wait for the end of that, or stop it, and clear them then.`,
    { facts: { objectType } },
  );

  async function clear(held: AbortSignal): Promise<number> {
    await db.transaction(async (tx) => {
      for (const table of ['mirror_objects', 'mirror_scans', 'pull_hints'])
        await tx.query(`delete from {schema}.${table} where object_type = $1`, [objectType]);
    });
    let records = 0;
    for (const { table, type } of TABLES)
      for (let deleted = CHUNK; deleted === CHUNK; ) {
        held.throwIfAborted();
        const [row] = await db.query<{ deleted: number }>(
          `with gone as (
             delete from {schema}.${table}
             where ${type} = $1 and ctid = any (array(select ctid from {schema}.${table} where ${type} = $1 limit ${CHUNK}))
             returning 1
           )
           select count(*)::integer as deleted from gone`,
          [objectType],
        );
        deleted = row?.deleted ?? 0;
        if (table === 'mirror_records') records += deleted;
      }
    return records;
  }
}

const TABLES = [
  { table: 'mirror_records', type: 'object_type' },
  { table: 'mirror_changes', type: 'object_type' },
  { table: 'mirror_links', type: 'from_type' },
] as const;
