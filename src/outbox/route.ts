import type { Database, Queryable, Row } from '../db/database.ts';
import { storableText } from './storable-text.ts';

/** Where an event belongs: the key of its lane, or why it can belong to none. */
export type Routing =
  | { readonly ok: true; readonly recordKey: string }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      /** A row of the application is to show it. */
      readonly writesBack?: boolean;
    };

export interface RoutableEvent {
  readonly id: number;
  readonly type: string;
  readonly payload: unknown;
  /** Given by the producer; null when the event's definition decides. */
  readonly recordKey: string | null;
}

export interface RouteReport {
  /** Events read; equal to the limit when there may be more. */
  readonly taken: number;
  readonly routed: number;
  readonly refused: readonly { readonly id: number; readonly type: string; readonly code: string }[];
}

interface UnroutedRow extends Row {
  id: number;
  type: string;
  payload: unknown;
  given_key: string | null;
  priority: number;
}

/** Longest time that the router may leave its transaction alone. */
const MAX_STALL_MS = 5_000;

const NOTHING: RouteReport = { taken: 0, routed: 0, refused: [] };

/**
 * Puts committed events that have no lane yet into their lanes, oldest first, up to `limit` in one transaction.
 *
 * One router at a time in the whole installation, by advisory lock: two would let a later event of a record become claimable
 * before an earlier one. Resolves with nothing taken when another process is routing. An event that belongs to no lane becomes
 * dead at once, with its reason.
 */
export async function routeEvents(
  db: Database,
  routing: (event: RoutableEvent) => Routing,
  limit = 2_000,
  /** Off only in a test that proves the lock is needed. */
  exclusive = true,
): Promise<RouteReport> {
  return db.transaction(async (tx) => {
    const [lock] = await tx.query<{ held: boolean }>(
      // A router that is stalled in here would stop all routing: the server ends its transaction soon.
      `select pg_try_advisory_xact_lock(hashtextextended('{schema}.router', 0)) as held,
              set_config('idle_in_transaction_session_timeout', '${MAX_STALL_MS}', true)`,
    );
    if (!lock?.held && exclusive) return NOTHING;
    const rows = await tx.query<UnroutedRow>(
      `select id, type, payload, given_key, priority from {schema}.outbox_events
       where lane_id is null and processed_at is null order by id limit $1 ${exclusive ? 'for update' : ''}`,
      [limit],
    );
    if (rows.length === 0) return NOTHING;
    return { taken: rows.length, ...(await place(tx, rows, routing)) };
  });
}

async function place(tx: Queryable, rows: UnroutedRow[], routing: (event: RoutableEvent) => Routing) {
  const ids: number[] = [];
  const keys: string[] = [];
  const priorities: number[] = [];
  const refused: { id: number; type: string; code: string; message: string; unwritten: boolean }[] = [];
  for (const row of rows) {
    const where = routing({ id: row.id, type: row.type, payload: row.payload, recordKey: row.given_key });
    if (where.ok) {
      ids.push(row.id);
      keys.push(where.recordKey);
      priorities.push(row.priority);
    } else {
      refused.push({
        id: row.id,
        type: row.type,
        code: where.code,
        message: storableText(where.message),
        unwritten: where.writesBack ?? false,
      });
    }
  }
  if (ids.length > 0) await assign(tx, ids, keys, priorities);
  if (refused.length > 0) {
    await tx.query(
      `update {schema}.outbox_events e
       set state = 'dead', processed_at = clock_timestamp(), last_error_code = x.code, last_error = x.message,
           written_back = case when x.unwritten then false else e.written_back end
       from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[]) x(id, code, message, unwritten) where e.id = x.id`,
      [
        refused.map((event) => event.id),
        refused.map((event) => event.code),
        refused.map((event) => event.message),
        refused.map((event) => event.unwritten),
      ],
    );
  }
  return { routed: ids.length, refused };
}

/** Lanes are written in byte order of their keys, as everywhere: two writers can wait for each other but never in a circle. */
async function assign(tx: Queryable, ids: number[], keys: string[], priorities: number[]): Promise<void> {
  await tx.query(
    `with given as (
       select * from unnest($1::bigint[], $2::text[], $3::smallint[]) t(id, record_key, priority)
     ), grouped as (
       select record_key, count(*)::integer as events, min(priority) as priority from given
       group by record_key order by record_key collate "C"
     ), placed as (
       insert into {schema}.lanes as l (record_key, priority, pending)
       select record_key, priority, events from grouped
       on conflict (record_key) do update
       set pending = l.pending + excluded.pending,
           priority = case when l.pending = 0 then excluded.priority else least(l.priority, excluded.priority) end,
           ready_at = case when l.pending = 0 and l.leased_by is null then clock_timestamp() else l.ready_at end
       returning l.id, l.record_key
     )
     update {schema}.outbox_events e set lane_id = p.id, record_key = p.record_key,
       -- The running values of another lane hold its part, and not those of this one.
       counted = e.counted and e.record_key is not distinct from p.record_key
     from given g join placed p on p.record_key = g.record_key collate "C" where e.id = g.id`,
    [ids, keys, priorities],
  );
}
