import type { Database, Row } from '../db/database.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { noteWrittenBack, type WriteBackPlans, writeBack } from './write-back.ts';

const BATCH = 500;

interface UnwrittenRow extends Row {
  id: number;
  type: string;
  payload: unknown;
}

/**
 * Writes the application's rows that could not be written with the outcome of their events (a lock held for long, a column that
 * was missing), and those of events that no worker has settled: refused by the router, put back or cancelled by a person. Returns
 * whether there may be more; raises what a row could not be written for, and tries it again at the next call.
 */
export async function writeBackLate(db: Database, plans: WriteBackPlans, mapper: Mapper): Promise<boolean> {
  const { more, error } = await db.transaction(async (tx) => {
    const rows = await tx.query<UnwrittenRow>(
      `select id, type, payload from {schema}.outbox_events where written_back = false order by id limit ${BATCH}
       for update skip locked`,
    );
    if (rows.length === 0) return { more: false };
    const targets = rows.map((row) => ({ eventId: row.id, target: mapper.writeBack(row) }));
    const unwritten = await writeBack(
      tx,
      plans,
      targets.flatMap(({ eventId, target }) => (target === undefined ? [] : [{ eventId, target }])),
    );
    const without = targets.filter(({ target }) => target === undefined).map(({ eventId }) => eventId);
    await noteWrittenBack(
      tx,
      targets.map(({ eventId }) => eventId),
      { ...unwritten, refused: new Set([...unwritten.refused, ...without]) },
    );
    return { more: rows.length === BATCH, error: unwritten.error };
  });
  if (error !== undefined) throw error;
  return more;
}
