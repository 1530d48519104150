import type { Clock } from '../clock.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';

/**
 * A run of a reader as people follow it.
 *
 * States: running → done (everything that was asked for is read), incomplete (the report says what is missing; the next run reads
 * it), failed (it could not go on: the report says why), or stopped (it was told to, or its process died).
 */
export interface PullRun {
  readonly id: number;
  readonly kind: string;
  readonly request: unknown;
  readonly state: 'running' | 'done' | 'incomplete' | 'failed' | 'stopped';
  readonly requestedBy: string;
  readonly begunAt: Date;
  readonly endedAt: Date | null;
  /** What it has done so far. */
  readonly report: unknown;
}

/** A run that gives no sign of life for so long is taken for stopped, s. */
const DEAD_AFTER_S = 60;
const ALIVE_EVERY_MS = 10_000;
const KEPT_DAYS = 90;

interface RunRow extends Row {
  id: number;
  kind: string;
  request: unknown;
  state: PullRun['state'];
  requested_by: string;
  begun_at: Date;
  ended_at: Date | null;
  report: unknown;
}

const COLUMNS = `id, kind, request, report, requested_by, begun_at, ended_at,
  case when state = 'running' and alive_at < clock_timestamp() - interval '${DEAD_AFTER_S} s' then 'stopped' else state end as state`;

/** Notes that a run begins. Raises PULL_RUNNING while another of its kind runs. */
export async function startRun(
  db: Database,
  run: { readonly kind: string; readonly request: object; readonly requestedBy: string },
): Promise<number> {
  const [row] = await db.transaction(async (tx) => {
    await tx.query(
      `delete from {schema}.pull_runs where begun_at < clock_timestamp() - interval '${KEPT_DAYS} days' and state <> 'running'`,
    );
    await tx.query(
      `update {schema}.pull_runs set state = 'stopped', ended_at = alive_at
       where kind = $1 and state = 'running' and alive_at < clock_timestamp() - interval '${DEAD_AFTER_S} s'`,
      [run.kind],
    );
    return tx.query<{ id: number }>(
      `insert into {schema}.pull_runs (kind, request, requested_by) values ($1, $2::jsonb, $3)
       on conflict (kind) where state = 'running' do nothing returning id`,
      [run.kind, JSON.stringify(run.request), run.requestedBy],
    );
  });
  if (row !== undefined) return row.id;
  const [running] = await db.query<{ id: number }>(
    `select id from {schema}.pull_runs where kind = $1 and state = 'running'`,
    [run.kind],
  );
  throw new SpokeError(
    'PULL_RUNNING',
    `Run ${running?.id ?? 'of another process'} of the same kind (${run.kind}) is not over: wait for it.`,
    { facts: { run: running?.id } },
  );
}

/** Ends a run with what it has done; one that was taken for stopped meanwhile gets its true end. */
export async function finishRun(
  db: Queryable,
  id: number,
  state: Exclude<PullRun['state'], 'running'>,
  report: object,
): Promise<void> {
  await db.query(
    `update {schema}.pull_runs set state = $2, report = $3::jsonb, ended_at = clock_timestamp(), alive_at = clock_timestamp()
     where id = $1`,
    [id, state, JSON.stringify(report)],
  );
}

/** Says again and again that a run is alive, with what it has done so far, until `signal` aborts. */
export async function keepAlive(
  db: Queryable,
  id: number,
  { clock, signal, report }: { readonly clock: Clock; readonly signal: AbortSignal; report(): object },
): Promise<void> {
  for (;;) {
    await clock.sleep(ALIVE_EVERY_MS, signal);
    if (signal.aborted) return;
    await db
      .query(
        `update {schema}.pull_runs set alive_at = clock_timestamp(), report = $2::jsonb where id = $1 and state = 'running'`,
        [id, JSON.stringify(report())],
      )
      // A lost database shows in the reading itself.
      .catch(() => undefined);
  }
}

/** Raises PULL_RUN_NOT_FOUND. */
export async function showRun(db: Queryable, id: number): Promise<PullRun> {
  const [row] = await db.query<RunRow>(`select ${COLUMNS} from {schema}.pull_runs where id = $1`, [id]);
  if (row === undefined)
    throw new SpokeError('PULL_RUN_NOT_FOUND', `There is no run ${id} of a pull: look at the id.`, {
      facts: { run: id },
    });
  return runOf(row);
}

/** Newest first. */
export async function listRuns(db: Queryable, limit: number): Promise<PullRun[]> {
  const rows = await db.query<RunRow>(`select ${COLUMNS} from {schema}.pull_runs order by id desc limit $1`, [
    limit,
  ]);
  return rows.map(runOf);
}

function runOf({ requested_by, begun_at, ended_at, ...row }: RunRow): PullRun {
  const { id, kind, request, state, report } = row;
  return {
    id,
    kind,
    request,
    state,
    report,
    requestedBy: requested_by,
    begunAt: begun_at,
    endedAt: ended_at,
  };
}
