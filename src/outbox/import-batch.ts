import type { Queryable, Row } from '../db/database.ts';
import type { PreparedEvent } from './track-event.ts';
import { faultReceipt } from './track-fault.ts';
import { type RefusedReceipt, readReceipt, type TrackReceipt } from './track-receipt.ts';
import { trackStatement, trackValues } from './track-statement.ts';

/**
 * Records many events with one statement. Line numbers order the rows, and thereby the events of one record. `repeated` and
 * `recorded` are certain; `unsure` (another content, or a key that another session has just taken) is for the single statement.
 */
const RECORD_BATCH = `with given as materialized (
    select * from jsonb_to_recordset($1::text::jsonb)
      as g(n integer, type text, payload jsonb, key text, record text, priority smallint, at timestamptz)
  ), inserted as (
    insert into {schema}.outbox_events (type, payload, idempotency_key, given_key, priority, occurred_at)
    select type, payload, key, record, priority, coalesce(at, clock_timestamp()) from given order by n
    on conflict (idempotency_key) where idempotency_key is not null do nothing
    returning idempotency_key
  ), firsts as (
    select distinct on (key) key, n, type, payload from given where key is not null order by key, n
  )
  select g.n, case
      when g.key is null or (i.idempotency_key is not null and f.n = g.n) then 'recorded'
      when i.idempotency_key is not null and (f.type, f.payload) = (g.type, g.payload) then 'repeated'
      when i.idempotency_key is null and (e.type, e.payload) = (g.type, g.payload) then 'repeated'
      else 'unsure' end as status
  from given g
  left join firsts f on f.key = g.key
  left join inserted i on i.idempotency_key = g.key collate "C"
  left join {schema}.outbox_events e on e.idempotency_key = g.key collate "C"`;

const RECORD_ONE = trackStatement('{schema}');

interface BatchRow extends Row {
  n: number;
  status: 'recorded' | 'repeated' | 'unsure';
}

export type BatchReceipt = { readonly status: 'recorded' | 'repeated' } | RefusedReceipt;

/**
 * Records prepared events in their order, each on its own where the common statement cannot: an event that Postgres refuses
 * never sinks the others. Rejects when the database, not an event, is at fault; then some of the batch may be recorded.
 */
export async function recordBatch(
  db: Queryable,
  events: readonly PreparedEvent[],
  maxPayloadBytes: number,
): Promise<BatchReceipt[]> {
  const statuses = await recordTogether(db, events);
  const receipts: BatchReceipt[] = [];
  for (const [n, event] of events.entries()) {
    const status = statuses.get(n) ?? 'unsure';
    receipts.push(status === 'unsure' ? await recordOne(db, event, maxPayloadBytes) : { status });
  }
  return receipts;
}

async function recordTogether(
  db: Queryable,
  events: readonly PreparedEvent[],
): Promise<Map<number, BatchRow['status']>> {
  try {
    const rows = await db.query<BatchRow>(RECORD_BATCH, [`[${events.map(toJson).join(',')}]`]);
    return new Map(rows.map((row) => [row.n, row.status]));
  } catch (error) {
    // Without Postgres' own word that the statement failed it may have been committed: doing it again could record twice.
    if (!wasRolledBack(error)) throw error;
    return new Map();
  }
}

async function recordOne(
  db: Queryable,
  event: PreparedEvent,
  maxPayloadBytes: number,
): Promise<TrackReceipt> {
  const [row] = await db.query(RECORD_ONE, trackValues(event, maxPayloadBytes));
  return readReceipt(row?.receipt);
}

/** Class 08 is the connection; of class 57 only the cancelled statement leaves the session alive. */
function wasRolledBack(error: unknown): boolean {
  const { sqlstate } = faultReceipt(error);
  if (sqlstate === undefined || sqlstate.startsWith('08')) return false;
  return sqlstate === '57014' || !sqlstate.startsWith('57');
}

function toJson(event: PreparedEvent, n: number): string {
  const { type, payload, idempotencyKey: key, recordKey: record, priority, occurredAt: at } = event;
  const rest = JSON.stringify({ n, type, key, record, priority, at });
  return `${rest.slice(0, -1)},"payload":${payload}}`;
}
