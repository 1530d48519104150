import { EventEmitter } from 'node:events';
import { Logger, run, runMigrations, type WorkerEvents } from 'graphile-worker';
import { forCondition } from '../for-condition.ts';
import { openClient } from '../open-client.ts';
import type { LoadedQueue, Meter } from '../queue-contender.ts';

const TASK = 'noop';
const INSERT_BATCH = 10_000;

/** Its default logger writes two lines for every job; that would measure the terminal. */
const quiet = new Logger(() => () => {});

/** Puts the jobs into graphile-worker's table, without a named queue. */
export async function fillGraphileWorker({ databaseUrl, jobs, contacts }: LoadedQueue): Promise<void> {
  await runMigrations({ connectionString: databaseUrl, logger: quiet });
  const client = await openClient(databaseUrl);
  for (let from = 0; from < jobs; from += INSERT_BATCH) {
    await client.query(
      `select graphile_worker.add_jobs(array(
         select json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', $1::text,
           'payload', json_build_object('email', format('contact-%s@example.com', n % $4), 'n', n)))
         from generate_series($2::bigint, $3::bigint) n))`,
      [TASK, from + 1, Math.min(jobs, from + INSERT_BATCH), contacts],
    );
  }
  await client.end();
}

/** Works the table off with no-ops. */
export async function drainGraphileWorker(
  { databaseUrl, jobs }: LoadedQueue,
  settings: GraphileConfig.WorkerOptions,
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  let completed = 0;
  const events: WorkerEvents = new EventEmitter();
  events.on('job:complete', () => {
    completed++;
  });
  const watcher = await openClient(databaseUrl);
  const isEmpty = async () => {
    const { rows } = await watcher.query<{ left: boolean }>(
      'select exists (select 1 from graphile_worker.jobs) as left',
    );
    return rows[0]?.left === false;
  };
  meter.began();
  const runner = await run({
    preset: { worker: { connectionString: databaseUrl, ...settings } },
    logger: quiet,
    events,
    noHandleSignals: true,
    taskList: { [TASK]: async () => {} },
  });
  // Completion may be written in batches after the event: the table says when it is over.
  await forCondition(async () => completed >= jobs && (await isEmpty()), signal);
  meter.ended(completed);
  await runner.stop();
  await watcher.end();
}
