import type { Database, Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { compileQuery } from '../mirror/record-query.ts';
import { type BulkAction, type BulkRequest, checkBulkValues, readBulkRequest } from './bulk-request.ts';

/**
 * A bulk change as operators follow it.
 *
 * States: running (asked for; an event is recorded for its records chunk by chunk) → done (for all of them), or → aborted
 * (`abortBulkChange`, or a query that can no longer be answered: what was recorded is delivered, the rest stays as it was). What
 * comes of the events is counted apart.
 */
export interface BulkChange {
  readonly id: number;
  readonly state: 'running' | 'done' | 'aborted';
  /** As they are stored. */
  readonly query: unknown;
  readonly action: unknown;
  readonly limit: number | null;
  readonly requestedBy: string;
  readonly error: string | null;
  /** Records that it is for; null until it has been begun. */
  readonly total: number | null;
  readonly recorded: number;
  /** What the recorded events are now. */
  readonly events: {
    readonly waiting: number;
    readonly delivered: number;
    readonly dead: number;
    readonly cancelled: number;
    /** Deleted since. */
    readonly elsewhere: number;
  };
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

interface BulkRow extends Row {
  id: number;
  query: unknown;
  change: unknown;
  max_records: number | null;
  requested_by: string;
  state: BulkChange['state'];
  error: string | null;
  total: number | null;
  recorded: number;
  waiting: number;
  delivered: number;
  dead: number;
  cancelled: number;
  created_at: Date;
  finished_at: Date | null;
}

/** Begins the idempotency keys of a bulk change's events; the id of the record follows. */
export const bulkKey = (id: string) => `'spoke.bulk:' || ${id} || ':'`;

const SELECT = `select b.id, b.query, b.change, b.max_records, b.requested_by, b.state, b.error, b.total, b.recorded, b.created_at,
    b.finished_at, c.waiting, c.delivered, c.dead, c.cancelled
  from {schema}.bulk_changes b cross join lateral (
    select count(*) filter (where state = 'pending') as waiting, count(*) filter (where state = 'delivered') as delivered,
           count(*) filter (where state = 'dead') as dead, count(*) filter (where state = 'cancelled') as cancelled
    from {schema}.outbox_events
    -- A semicolon is what follows a colon in byte order.
    where idempotency_key >= ${bulkKey('b.id')} collate "C" and idempotency_key < ('spoke.bulk:' || b.id || ';') collate "C"
  ) c`;

/**
 * Asks for a bulk change; the workers carry it out (see `recordBulkChunk`). A repeated idempotency key gives the one that has it.
 * Raises BULK_INVALID; MIRROR_QUERY_INVALID; IDEMPOTENCY_KEY_REUSED when the key belongs to another request.
 */
export async function startBulkChange(db: Queryable, request: BulkRequest): Promise<number> {
  const read = readBulkRequest(request);
  await compileQuery(db, read.query);
  await checkBulkValues(db, read);
  const { query, action, limit = null, requestedBy, idempotency } = request;
  const [row] = await db.query<{ id: number }>(
    `insert into {schema}.bulk_changes (query, change, max_records, requested_by, idempotency_key, request_hash)
     values ($1::jsonb, $2::jsonb, $3, $4, $5, $6) on conflict (idempotency_key) do nothing returning id`,
    [
      JSON.stringify(query),
      JSON.stringify(action satisfies BulkAction),
      limit,
      requestedBy,
      idempotency?.key ?? null,
      idempotency?.hash ?? null,
    ],
  );
  if (row) return row.id;
  const [known] = await db.query<{ id: number; request_hash: string }>(
    'select id, request_hash from {schema}.bulk_changes where idempotency_key = $1',
    [idempotency?.key],
  );
  if (known && known.request_hash === idempotency?.hash) return known.id;
  throw new SpokeError(
    'IDEMPOTENCY_KEY_REUSED',
    `The idempotency key belongs to bulk change ${known?.id ?? 'of another caller'}, which was asked for with other content: use a new key.`,
  );
}

/** Raises BULK_NOT_FOUND. */
export async function showBulkChange(db: Queryable, id: number): Promise<BulkChange> {
  const [row] = await db.query<BulkRow>(`${SELECT} where b.id = $1`, [id]);
  if (!row) throw new SpokeError('BULK_NOT_FOUND', `There is no bulk change ${id}.`);
  return bulkOf(row);
}

/** Newest first. */
export async function listBulkChanges(db: Queryable, limit: number): Promise<BulkChange[]> {
  const rows = await db.query<BulkRow>(`${SELECT} order by b.id desc limit $1`, [limit]);
  return rows.map(bulkOf);
}

/**
 * Ends a running bulk change after the chunk under way; what was recorded is still delivered. One that has ended is left as it
 * ended. Raises BULK_NOT_FOUND.
 */
export async function abortBulkChange(db: Database, id: number): Promise<BulkChange> {
  await db.query(
    `update {schema}.bulk_changes set state = 'aborted', finished_at = clock_timestamp() where id = $1 and state = 'running'`,
    [id],
  );
  return showBulkChange(db, id);
}

function bulkOf(row: BulkRow): BulkChange {
  const { waiting, delivered, dead, cancelled, recorded } = row;
  return {
    id: row.id,
    state: row.state,
    query: row.query,
    action: row.change,
    limit: row.max_records,
    requestedBy: row.requested_by,
    error: row.error,
    total: row.total,
    recorded,
    events: {
      waiting,
      delivered,
      dead,
      cancelled,
      elsewhere: Math.max(0, recorded - waiting - delivered - dead - cancelled),
    },
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
