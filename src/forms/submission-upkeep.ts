import type { Clock } from '../clock.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { startJobLoop } from '../outbox/job-loop.ts';

export interface UpkeepOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Submissions are deleted after so many days; default never. Consents stay, as the proof that they are. */
  readonly keepDays?: number | undefined;
}

const LOOK_MS = 60_000;
/**
 * Rows of one statement, so that none runs for long. The time stands in a query of its own: asked for each row, it would have every
 * row of the index looked at where none is old.
 */
const CHUNK = 5_000;

interface CountRow extends Row {
  count: number;
}

/** Purges submissions by age, and limits and solutions that no longer say anything, beside the same loops of other processes. */
export function startSubmissionUpkeep({ db, clock, log, keepDays }: UpkeepOptions): {
  stop(): Promise<void>;
} {
  async function step(): Promise<number> {
    const purged = keepDays === undefined ? 0 : await purgeSubmissions(db, keepDays);
    if (purged > 0) log.info({ purged, keepDays }, 'old submissions are deleted');
    const forgotten = await forgetGuards(db);
    return purged === CHUNK || forgotten === CHUNK ? 0 : LOOK_MS;
  }
  return startJobLoop({ clock, log, what: 'upkeep of submissions', step });
}

/**
 * Deletes at most 5,000 with their files, the oldest first; returns how many. Those in quarantine wait for a person no longer than
 * the others, and what they would have agreed to proves nothing: it goes too.
 */
export async function purgeSubmissions(db: Queryable, keepDays: number): Promise<number> {
  const [row] = await db.query<CountRow>(
    `with old as (
       select id from {schema}.submissions where received_at < (select clock_timestamp()) - $1::float8 * interval '1 day'
       order by received_at limit ${CHUNK} for update skip locked),
     gone as (delete from {schema}.submissions s using old where s.id = old.id returning s.id, s.state),
     consents as (
       delete from {schema}.consents where submission_id = any (array(select id from gone where state = 'quarantined'))),
     files as (delete from {schema}.uploads where submission_id = any (array(select id from gone)))
     select count(*) as count from gone`,
    [keepDays],
  );
  return row?.count ?? 0;
}

/** Limits that are earned back, at most 5,000, and solutions that would not count any more; returns how many limits. */
export async function forgetGuards(db: Queryable): Promise<number> {
  // Locked ones are in use: to wait for them could make a visitor's post and this wait for each other.
  const [row] = await db.query<CountRow>(
    `with gone as (
       delete from {schema}.form_limits where key in (
         select key from {schema}.form_limits where tat < clock_timestamp() limit ${CHUNK} for update skip locked) returning 1)
     select count(*) as count from gone`,
  );
  // Whether one has run out is for the process that is shown it, whose clock may be behind.
  await db.query(
    `delete from {schema}.form_solutions where expires_at < clock_timestamp() - interval '1 hour'`,
  );
  return row?.count ?? 0;
}
