import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { endProcess } from './end-process.ts';
import { forCondition } from './for-condition.ts';
import { openClient } from './open-client.ts';
import { usageOf } from './process-usage.ts';
import type { LoadedQueue, QueueContender } from './queue-contender.ts';

const CONFIG = fileURLToPath(new URL('./spoke.config.ts', import.meta.url));
/** Its first connection, for the start of the measured time. */
const WATCH_MS = 5;
/** How often it is asked whether work is left; the end is read from the events, so this adds nothing to it. */
const ASK_MS = 250;

/** One `spoke start` works the backlog off: routes, folds, calls the portal, settles. */
export const drainWithSpoke: QueueContender['drain'] = async (queue, meter, signal) => {
  const watcher = await openClient(queue.databaseUrl);
  await watcher.query('set enable_seqscan = off');
  meter.began();
  const worker = startWorker(queue);
  try {
    const gone = new Promise<never>((_, reject) => {
      worker.once('exit', (code) =>
        reject(new Error(`spoke start ended with ${code} while it was measured.`)),
      );
    });
    await Promise.race([gone, watch(queue, watcher, worker.pid ?? 0, meter.ended, signal)]);
  } finally {
    worker.removeAllListeners('exit');
    await endProcess(worker);
    await watcher.end();
  }
};

async function watch(
  queue: LoadedQueue,
  watcher: pg.Client,
  pid: number,
  ended: Parameters<QueueContender['drain']>[1]['ended'],
  signal: AbortSignal,
): Promise<void> {
  let began: Date | null = null;
  await forCondition(
    async () => {
      began = await firstConnection(watcher);
      return began !== null;
    },
    signal,
    WATCH_MS,
  );
  const before = await usageOf(pid);
  await forCondition(async () => !(await isWorkLeft(watcher)), signal, ASK_MS);
  const after = await usageOf(pid);
  const { rows } = await watcher.query<{ delivered: string; dead: string; seconds: number }>(
    `select count(*) filter (where state = 'delivered') as delivered, count(*) filter (where state = 'dead') as dead,
            extract(epoch from max(processed_at) - $1::timestamptz)::float8 as seconds
     from spoke.outbox_events`,
    [began],
  );
  const [end] = rows;
  if (!end || Number(end.delivered) === 0) throw new Error('Spoke delivered nothing before the cap.');
  if (Number(end.dead) > 0) throw new Error(`${end.dead} of ${queue.jobs} events became dead letters.`);
  ended(Number(end.delivered), {
    seconds: end.seconds,
    ...(before && after && { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakRssMb: after.peakRssMb }),
  });
}

function startWorker({ databaseUrl, portal, cli }: LoadedQueue) {
  if (!portal || !cli) throw new Error('Spoke needs a portal and its built command line.');
  return spawn(process.execPath, [cli, 'start'], {
    stdio: ['ignore', 2, 2],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE_URL: databaseUrl,
      SPOKE_CONFIG: CONFIG,
      SPOKE_LOG_LEVEL: 'warn',
      HUBSPOT_ENABLED: 'true',
      HUBSPOT_SEND_LIVE: 'true',
      HUBSPOT_API_URL: portal.url,
      HUBSPOT_PRIVATE_APP_TOKEN: portal.token,
      HUBSPOT_PORTAL_ID: String(portal.portalId),
      // The portal has no limit; Spoke's own gate is to be no limit either.
      HUBSPOT_RATE_LIMIT: '10000',
    },
  });
}

/** When another session than the watcher's began, by the database's clock. */
async function firstConnection(watcher: pg.Client): Promise<Date | null> {
  const { rows } = await watcher.query<{ began: Date | null }>(
    `select min(backend_start) as began from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  );
  return rows[0]?.began ?? null;
}

async function isWorkLeft(watcher: pg.Client): Promise<boolean> {
  const { rows } = await watcher.query<{ left: boolean }>(
    'select exists (select 1 from spoke.outbox_events where processed_at is null) as left',
  );
  return rows[0]?.left ?? true;
}
