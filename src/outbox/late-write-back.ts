import type { WriteBackTarget } from '../config/write-back.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { noteWrittenBack, type WriteBackPlans, writeBack } from './write-back.ts';

const BATCH = 500;
/** Newest events of a lane that are looked through for one of the same row. */
const LOOK_BACK = 50;

interface UnwrittenRow extends Row {
  id: number;
  type: string;
  payload: unknown;
  lane_id: number | null;
}

/**
 * Writes the application's rows that could not be written with the outcome of their events (a lock held for long, a column that
 * was missing), and those of events that no worker has settled: refused by the router, put back or cancelled by a person. Returns
 * whether there may be more; raises what a row could not be written for, and tries it again at the next call.
 */
export async function writeBackLate(db: Database, plans: WriteBackPlans, mapper: Mapper): Promise<boolean> {
  const { more, error } = await db.transaction(async (tx) => {
    const rows = await tx.query<UnwrittenRow>(
      `select id, type, payload, lane_id from {schema}.outbox_events where written_back = false order by id limit ${BATCH}
       for update skip locked`,
    );
    if (rows.length === 0) return { more: false };
    const targets = rows.map((row) => ({ eventId: row.id, target: mapper.writeBack(row) }));
    const newer = await newestWritten(tx, rows, mapper);
    const unwritten = await writeBack(
      tx,
      plans,
      targets.flatMap(({ eventId, target }) =>
        target === undefined || (newer.get(placeOf(target)) ?? 0) > eventId ? [] : [{ eventId, target }],
      ),
    );
    const without = targets.filter(({ target }) => target === undefined).map(({ eventId }) => eventId);
    await noteWrittenBack(
      tx,
      targets.map(({ eventId }) => eventId),
      { ...unwritten, refused: new Set([...unwritten.refused, ...without]) },
    );
    return { more: rows.length === BATCH && unwritten.later.size < BATCH, error: unwritten.error };
  });
  if (error !== undefined) throw error;
  return more;
}

/** By row of the application: the newest event whose outcome it shows, of those behind these events in their lanes. */
async function newestWritten(
  tx: Queryable,
  rows: readonly UnwrittenRow[],
  mapper: Mapper,
): Promise<ReadonlyMap<string, number>> {
  const newer = await tx.query<UnwrittenRow>(
    `select distinct on (e.id) e.id, e.type, e.payload, e.lane_id
     from unnest($1::bigint[], $2::bigint[]) x(id, lane_id) cross join lateral (
       select * from {schema}.outbox_events
       where lane_id between x.lane_id and x.lane_id and processed_at is not null and id > x.id
       order by lane_id desc, id desc limit ${LOOK_BACK}
     ) e where e.written_back order by e.id`,
    [rows.map((row) => row.id), rows.map((row) => row.lane_id)],
  );
  return new Map(
    newer.flatMap((row) => {
      const target = mapper.writeBack(row);
      return target === undefined ? [] : [[placeOf(target), row.id] as const];
    }),
  );
}

/** A row of the application, in whatever order its key's columns are named. */
function placeOf({ table, key }: WriteBackTarget): string {
  return JSON.stringify([
    table,
    Object.entries(key)
      .map(([name, value]) => [name, String(value)])
      .sort(),
  ]);
}
