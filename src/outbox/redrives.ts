import type { Database, Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { type RedriveMode, type RedriveRequest, redriveStatement, redriveValues } from './redrive-request.ts';

/**
 * A redrive as operators follow it.
 *
 * States: running (asked for; its events are put back chunk by chunk) → done (all of them are), or → aborted (`abortRedrive`, or
 * a filter that cannot be read: what was not put back stays as it was). What comes of the events afterwards is counted apart.
 */
export interface Redrive {
  readonly id: number;
  readonly state: 'running' | 'done' | 'aborted';
  readonly mode: RedriveMode;
  /** As it is stored: times are text. */
  readonly filter: unknown;
  /** Null: each event keeps its own. */
  readonly priority: number | null;
  readonly limit: number | null;
  readonly requestedBy: string;
  readonly rule: string | null;
  readonly error: string | null;
  /** Null until it has been begun. */
  readonly total: number | null;
  readonly moved: number;
  /** What the moved events are now. */
  readonly events: {
    readonly waiting: number;
    readonly delivered: number;
    readonly deadAgain: number;
    readonly cancelled: number;
    /** Put back once more by another redrive, or deleted. */
    readonly elsewhere: number;
  };
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

interface RedriveRow extends Row {
  id: number;
  filter: unknown;
  mode: RedriveMode;
  priority: number | null;
  max_events: number | null;
  requested_by: string;
  rule: string | null;
  state: Redrive['state'];
  error: string | null;
  total: number | null;
  moved: number;
  waiting: number;
  delivered: number;
  dead: number;
  cancelled: number;
  created_at: Date;
  finished_at: Date | null;
}

const SELECT = `select r.id, r.filter, r.mode, r.priority, r.max_events, r.requested_by, r.rule, r.state, r.error, r.total, r.moved,
    r.created_at, r.finished_at, c.waiting, c.delivered, c.dead, c.cancelled
  from {schema}.redrives r cross join lateral (
    select count(*) filter (where state = 'pending') as waiting, count(*) filter (where state = 'delivered') as delivered,
           count(*) filter (where state = 'dead') as dead, count(*) filter (where state = 'cancelled') as cancelled
    from {schema}.outbox_events where redrive_id = r.id
  ) c`;

/**
 * Asks for a redrive; the workers carry it out (see `moveRedriveChunk`). A repeated idempotency key gives the redrive that has it.
 *
 * @throws SpokeError REDRIVE_INVALID; IDEMPOTENCY_KEY_REUSED when the key belongs to another request.
 */
export async function startRedrive(db: Queryable, request: RedriveRequest): Promise<number> {
  const [row] = await db.query<{ id: string }>(redriveStatement('{schema}'), redriveValues(request));
  if (row) return Number(row.id);
  const { idempotency } = request;
  const [known] = await db.query<{ id: number; request_hash: string }>(
    'select id, request_hash from {schema}.redrives where idempotency_key = $1',
    [idempotency?.key],
  );
  if (known && known.request_hash === idempotency?.hash) return known.id;
  throw new SpokeError(
    'IDEMPOTENCY_KEY_REUSED',
    `The idempotency key belongs to redrive ${known?.id ?? 'of another caller'}, which was asked for with other content: use a new key.`,
  );
}

/** @throws SpokeError REDRIVE_NOT_FOUND. */
export async function showRedrive(db: Queryable, id: number): Promise<Redrive> {
  const [row] = await db.query<RedriveRow>(`${SELECT} where r.id = $1`, [id]);
  if (!row) throw notFound(id);
  return redriveOf(row);
}

/** Newest first. */
export async function listRedrives(db: Queryable, limit: number): Promise<Redrive[]> {
  const rows = await db.query<RedriveRow>(`${SELECT} order by r.id desc limit $1`, [limit]);
  return rows.map(redriveOf);
}

/**
 * Ends a running redrive after the chunk under way; events that were not put back yet stay as they are. One that has ended is
 * left as it ended.
 *
 * @throws SpokeError REDRIVE_NOT_FOUND.
 */
export async function abortRedrive(db: Database, id: number): Promise<Redrive> {
  await db.query(
    `update {schema}.redrives set state = 'aborted', finished_at = clock_timestamp() where id = $1 and state = 'running'`,
    [id],
  );
  return showRedrive(db, id);
}

function notFound(id: number): SpokeError {
  return new SpokeError('REDRIVE_NOT_FOUND', `There is no redrive ${id}.`);
}

function redriveOf(row: RedriveRow): Redrive {
  const { waiting, delivered, dead: deadAgain, cancelled } = row;
  return {
    id: row.id,
    state: row.state,
    mode: row.mode,
    filter: row.filter,
    priority: row.priority,
    limit: row.max_events,
    requestedBy: row.requested_by,
    rule: row.rule,
    error: row.error,
    total: row.total,
    moved: row.moved,
    events: {
      waiting,
      delivered,
      deadAgain,
      cancelled,
      elsewhere: Math.max(0, row.moved - waiting - delivered - deadAgain - cancelled),
    },
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
