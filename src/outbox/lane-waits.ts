import type { Queryable } from '../db/database.ts';

/** A lane whose next event waits for a record, or for a property. */
export interface LaneWait {
  readonly laneId: number;
  /** A record key, or one of `driftKey`. */
  readonly recordKey: string;
}

/** Lets the lanes go on that wait for one of these keys. */
export async function wakeWaiting(tx: Queryable, keys: readonly string[]): Promise<void> {
  // One that is locked is being claimed or settled just now, and looks again by itself.
  await tx.query(
    `with due as (
       delete from {schema}.lane_waits where record_key = any ($1::text[]) returning lane_id
     ), free as (
       select l.id from {schema}.lanes l where l.id in (select lane_id from due) and l.leased_by is null and l.ready_at > clock_timestamp()
       order by l.record_key for update skip locked
     )
     update {schema}.lanes l set ready_at = clock_timestamp() from free where l.id = free.id`,
    [keys],
  );
}

/**
 * Notes what lanes wait for; `over` are lanes that wait for nothing else any more. A record that has come meanwhile wakes its lane
 * at once: whoever linked it saw no wait.
 */
export async function writeWaits(
  tx: Queryable,
  waits: readonly LaneWait[],
  over: readonly number[],
): Promise<void> {
  if (over.length > 0)
    await tx.query(`delete from {schema}.lane_waits where lane_id = any ($1::bigint[])`, [over]);
  if (waits.length === 0) return;
  await tx.query(
    `insert into {schema}.lane_waits (record_key, lane_id)
     select distinct * from unnest($1::text[], $2::bigint[]) t(record_key, lane_id) order by 1, 2 on conflict do nothing`,
    [waits.map((wait) => wait.recordKey), waits.map((wait) => wait.laneId)],
  );
  await tx.query(
    `update {schema}.lanes l set ready_at = clock_timestamp()
     from {schema}.lane_waits w join {schema}.links k on k.record_key = w.record_key
     where w.lane_id = l.id and l.id = any ($1::bigint[])`,
    [waits.map((wait) => wait.laneId)],
  );
}
