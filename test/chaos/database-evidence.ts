import type { Pool } from 'pg';
import type { DatabaseEvidence } from './evidence.ts';

/** Reads what the outbox says of every event, and whether the lanes' books agree with it. To be called when nothing runs. */
export async function readDatabase(pool: Pool): Promise<DatabaseEvidence> {
  const events = await pool.query<{ id: string; state: string; error: string | null }>(
    `select id, state, nullif(concat_ws(': ', last_error_code, last_error), '') as error from spoke.outbox_events`,
  );
  const lanes = await pool.query<{
    record_key: string;
    pending: number;
    waiting: number;
    leased_by: string | null;
  }>(
    `select l.record_key, l.pending, l.leased_by,
            (select count(*)::int from spoke.outbox_events e where e.lane_id = l.id and e.processed_at is null) as waiting
     from spoke.lanes l`,
  );
  const badLanes = lanes.rows.flatMap(({ record_key: recordKey, pending, waiting, leased_by: holder }) => [
    ...(pending === waiting
      ? []
      : [{ recordKey, problem: `pending is ${pending} and ${waiting} events wait` }]),
    ...(holder === null ? [] : [{ recordKey, problem: `still leased by ${holder}` }]),
  ]);
  return {
    events: new Map(events.rows.map(({ id, state, error }) => [Number(id), { state, error }])),
    badLanes,
  };
}

export interface HeldLane {
  readonly id: string;
  readonly epoch: string;
}

/** The lanes that a worker holds at this moment. Workers name themselves by host and process id, or by the name they were given. */
export async function lanesHeldBy(
  pool: Pool,
  worker: { readonly name: string; readonly pid: number },
): Promise<HeldLane[]> {
  const { rows } = await pool.query<HeldLane>(
    `select id, epoch from spoke.lanes where leased_by is not null and (leased_by like '%' || $1 or leased_by ~ ('\\m' || $2 || '\\M'))`,
    [worker.name, String(worker.pid)],
  );
  return rows;
}
