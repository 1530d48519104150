import type { Clock } from '../clock.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { conditionsOf } from './event-filter.ts';
import { type RedriveFilter, type RedriveMode, readRedriveFilter } from './redrive-request.ts';
import { wakeChannel } from './wake.ts';

/** Events of one transaction: it stays short, and an abort is heard soon. */
const CHUNK = 1_000;
/** Longest time that a process may leave a chunk's transaction alone; then the server ends it and another process goes on. */
const MAX_STALL_MS = 5_000;
/** While another process moves the same redrive. */
const ASK_AGAIN_MS = 100;
const COUNT_MS = 10_000;

/** Literal, so that the index of ended events serves. */
const ENDED = `e.state in ('dead', 'cancelled')`;
/** Looked at again under the lock: another redrive may have put the event back meanwhile, and it may have died again. */
const endedBefore = (redrive: string) =>
  `e.processed_at <= (select r.created_at from {schema}.redrives r where r.id = ${redrive}::bigint)`;
/** The order of redrives: lane by lane in byte order, as everywhere, and by age within each. */
const PLACE = `coalesce(e.record_key, ''), e.id`;

export interface MovedChunk {
  readonly redrive: number;
  readonly moved: number;
  /** Whether the redrive has ended with it. */
  readonly ended: boolean;
}

interface JobRow extends Row {
  id: number;
  filter: unknown;
  mode: RedriveMode;
  priority: number | null;
  max_events: number | null;
  total: number | null;
  up_to_id: number | null;
  cursor_key: string;
  cursor_id: number;
}

interface PlaceRow extends Row {
  id: number;
  key: string;
  lane_id: number | null;
}

/**
 * Puts the next events of a running redrive back, at most 1,000, in one short transaction; undefined when there is nothing to do
 * or another process is at it. `id`: of this redrive only; default: of the oldest that nobody is moving.
 *
 * Any process may call it at any time. The lock on the redrive's row is the lease: it ends with the transaction, whatever ends
 * the process, and what the redrive has reached is written in the same transaction as the events.
 */
export async function moveRedriveChunk(
  db: Database,
  { id, chunk = CHUNK }: { id?: number | undefined; chunk?: number } = {},
): Promise<MovedChunk | undefined> {
  const report = await db.transaction(async (tx) => {
    await tx.query(`select set_config('idle_in_transaction_session_timeout', '${MAX_STALL_MS}', true)`);
    const [job] = await tx.query<JobRow>(
      `select id, filter, mode, priority, max_events, total, up_to_id, cursor_key, cursor_id from {schema}.redrives
       where state = 'running' and ($1::bigint is null or id = $1) order by id limit 1 for update skip locked`,
      [id ?? null],
    );
    return job && moveChunk(tx, job, chunk);
  });
  if (report && report.moved > 0) await db.notify(wakeChannel(db.schema));
  return report;
}

/** How many events a redrive is for, begun if nobody has; undefined when that cannot be learnt within 10 s. */
export async function countRedrive(db: Database, id: number, clock: Clock): Promise<number | undefined> {
  for (let waited = 0; waited < COUNT_MS; waited += ASK_AGAIN_MS) {
    const [row] = await db.query<{ total: number | null }>(
      'select total from {schema}.redrives where id = $1',
      [id],
    );
    if (!row || row.total !== null) return row?.total ?? undefined;
    if (!(await moveRedriveChunk(db, { id, chunk: 0 }))) await clock.sleep(ASK_AGAIN_MS);
  }
  return undefined;
}

/** Moves one redrive to its end, together with whoever else does; resolves early when `stopping` aborts. */
export async function finishRedrive(
  db: Database,
  id: number,
  options: { clock: Clock; stopping: AbortSignal; onChunk?: (moved: number) => void },
): Promise<void> {
  while (!options.stopping.aborted) {
    const report = await moveRedriveChunk(db, { id });
    if (report) options.onChunk?.(report.moved);
    else {
      const running = await db.query(`select 1 from {schema}.redrives where id = $1 and state = 'running'`, [
        id,
      ]);
      if (running.length === 0) return;
      await options.clock.sleep(ASK_AGAIN_MS, options.stopping);
    }
  }
}

async function moveChunk(tx: Queryable, job: JobRow, chunk: number): Promise<MovedChunk> {
  let filter: RedriveFilter;
  try {
    filter = readRedriveFilter(job.filter);
  } catch (error) {
    if (!(error instanceof SpokeError)) throw error;
    await end(tx, job.id, 'aborted', error.message);
    return { redrive: job.id, moved: 0, ended: true };
  }
  const chosen = choiceOf(filter);
  const upTo = job.total === null ? await begin(tx, job, chosen) : job.up_to_id;
  const places = upTo === null ? [] : await nextPlaces(tx, job, chosen, upTo, chunk);
  const last = places.at(-1);
  const moved = places.length === 0 ? 0 : await putBack(tx, job, places);
  if (last)
    await tx.query(
      `update {schema}.redrives set moved = moved + $2, total = greatest(total, moved + $2), cursor_key = $3, cursor_id = $4 where id = $1`,
      [job.id, moved, last.key, last.id],
    );
  const ended = places.length < chunk;
  if (ended) await end(tx, job.id, 'done', null);
  return { redrive: job.id, moved, ended };
}

/** The filter as SQL; named events also when they are cancelled. */
export function choiceOf(filter: RedriveFilter): { where: string; values: unknown[] } {
  const { where, values } = conditionsOf(
    filter.ids || filter.state ? filter : { ...filter, state: 'dead' as const },
  );
  return { where: `${ENDED} and ${where}`, values };
}

/** Counts the events and finds the newest of them: those that end while the redrive runs are not for it. */
async function begin(
  tx: Queryable,
  job: JobRow,
  { where, values }: { where: string; values: readonly unknown[] },
): Promise<number | null> {
  const [row] = await tx.query<{ up_to_id: number | null }>(
    `with chosen as (
       select e.id from {schema}.outbox_events e, {schema}.redrives r
       where r.id = $${values.length + 1} and e.processed_at <= r.created_at and ${where} order by e.id limit $${values.length + 2}::bigint
     )
     update {schema}.redrives r set total = c.events, up_to_id = c.up_to_id
     from (select count(*)::integer as events, max(id) as up_to_id from chosen) c where r.id = $${values.length + 1}
     returning r.up_to_id`,
    [...values, job.id, job.max_events],
  );
  return row?.up_to_id ?? null;
}

function nextPlaces(
  tx: Queryable,
  job: JobRow,
  { where, values }: { where: string; values: readonly unknown[] },
  upTo: number,
  chunk: number,
): Promise<PlaceRow[]> {
  const at = (offset: number) => `$${values.length + offset}`;
  return tx.query<PlaceRow>(
    `select e.id, coalesce(e.record_key, '') as key, e.lane_id from {schema}.outbox_events e
     where ${where} and e.id <= ${at(1)} and e.redrive_id is distinct from ${at(2)}::bigint
       and ${endedBefore(at(2))}
       and (coalesce(e.record_key, ''), e.id) > (${at(3)}::text, ${at(4)}::bigint)
     order by ${PLACE} limit ${at(5)}`,
    [...values, upTo, job.id, job.cursor_key, job.cursor_id, chunk],
  );
}

/**
 * Makes ended events pending again, with their tries at nought; returns how many still were ended. The former error is shown
 * until there is another outcome.
 *
 * `anew` leaves them to the router. `as-sent` gives them back to their lanes, where a settle that is repeated late must not end
 * them: a lane that nobody holds gets a new epoch.
 */
async function putBack(tx: Queryable, job: JobRow, places: readonly PlaceRow[]): Promise<number> {
  const asSent = job.mode === 'as-sent';
  if (asSent) {
    // The router locks events and then their lanes, the other way round: it has to stand still. What was dead a moment ago may be
    // in its hands, put back by another redrive.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('{schema}.router', 0))`);
    // Lanes first and in byte order of their keys, as everywhere.
    await tx.query(
      'select id from {schema}.lanes where id = any ($1::bigint[]) order by record_key for update',
      [places.flatMap((place) => place.lane_id ?? [])],
    );
  }
  const [row] = await tx.query<{ moved: number }>(
    `with locked as (
       select e.id from {schema}.outbox_events e
       where e.id = any ($1::bigint[]) and ${ENDED} and ${endedBefore('$4')} order by ${PLACE} for update
     ), moved as (
       update {schema}.outbox_events e
       set state = 'pending', processed_at = null, lane_id = case when $2 then e.lane_id end, attempt_count = 0, refusals = 0,
           -- The application's row, where there is one, shows that its event waits again.
           written_back = case when e.written_back is not null then false end,
           priority = coalesce($3::smallint, e.priority), redrive_id = $4, redrive_count = least(32767, e.redrive_count + 1)
       from locked where e.id = locked.id
       returning e.lane_id, e.priority
     ), returned as (
       update {schema}.lanes l
       set pending = l.pending + g.events,
           priority = case when l.pending = 0 then g.priority else least(l.priority, g.priority) end,
           ready_at = case when l.pending = 0 and l.leased_by is null then clock_timestamp() else l.ready_at end,
           epoch = case when l.leased_by is null then l.epoch + 1 else l.epoch end
       from (select lane_id, count(*)::integer as events, min(priority) as priority from moved where lane_id is not null group by lane_id) g
       where l.id = g.lane_id
     )
     select count(*) as moved from moved`,
    [places.map((place) => place.id), asSent, job.priority, job.id],
  );
  return row?.moved ?? 0;
}

async function end(
  tx: Queryable,
  id: number,
  state: 'done' | 'aborted',
  error: string | null,
): Promise<void> {
  await tx.query(
    'update {schema}.redrives set state = $2, error = $3, total = coalesce(total, 0), finished_at = clock_timestamp() where id = $1',
    [id, state, error],
  );
}
