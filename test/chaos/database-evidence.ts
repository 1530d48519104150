import type { Pool } from 'pg';
import type { DatabaseEvidence } from './evidence.ts';
import { patiently } from './patiently.ts';

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
  const { rows } = await patiently(() =>
    pool.query<HeldLane>(
      `select id, epoch from spoke.lanes where leased_by is not null and (leased_by like '%' || $1 or leased_by ~ ('\\m' || $2 || '\\M'))`,
      [worker.name, String(worker.pid)],
    ),
  );
  return rows;
}

/** Lanes that do not come to rest, with their first events, intents and last attempts: for finding out why. */
export async function describeUnrest(pool: Pool): Promise<unknown> {
  const { rows } = await pool.query(
    `select l.*,
       (select jsonb_agg(e order by e.id) from (select id, state, attempt_count, last_error_code, last_error, created_at
          from spoke.outbox_events where lane_id = l.id and processed_at is null order by id limit 3) e) as events,
       (select jsonb_agg(f) from spoke.effects f join spoke.outbox_events e on e.id = f.event_id
          where e.lane_id = l.id and e.processed_at is null) as effects
     from spoke.lanes l where pending > 0 or leased_by is not null or verify_at is not null order by id limit 20`,
  );
  const gates = await pool.query('select *, clock_timestamp() as now from spoke.gates, spoke.breaker');
  const attempts = await pool.query('select * from spoke.attempts order by id desc limit 30');
  const unrouted = await pool.query(
    'select count(*)::int as events from spoke.outbox_events where lane_id is null and processed_at is null',
  );
  return { lanes: rows, gates: gates.rows, attempts: attempts.rows, unrouted: unrouted.rows[0] };
}
