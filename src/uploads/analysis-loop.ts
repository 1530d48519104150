import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { FileKind } from '../config/file-kinds.ts';
import type { FormDefinitions } from '../config/forms.ts';
import type { UploadScan } from '../config/uploads.ts';
import type { Database, Row } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { startJobLoop } from '../outbox/job-loop.ts';
import { wakeChannel } from '../outbox/wake.ts';
import { type ProfileResult, type RefusalCode, refusedFile } from './profile/profile.ts';
import { profileInThread, type ThreadLimits } from './profile/profile-in-thread.ts';
import { reportProfile } from './report-profile.ts';
import type { UploadStore } from './store.ts';
import { leaveForRemoval } from './upload-rows.ts';

export interface AnalysisOptions {
  readonly db: Database;
  readonly store: UploadStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly forms: FormDefinitions;
  readonly linkOf: (id: string) => Promise<string>;
  readonly scan?: UploadScan | undefined;
  readonly limits?: ThreadLimits;
  /** How long a file is another process's after the one that took it was last heard of, ms. Default 30,000. */
  readonly leaseMs?: number;
  /** Before a file is looked through again where that failed, ms, three times as long before the last try. Default 20,000. */
  readonly retryMs?: number;
  /** Called once a file was looked through; `outcome`: `ready`, or why it was refused. */
  readonly onLooked?: ((outcome: 'ready' | RefusalCode, durationMs: number) => void) | undefined;
}

const LOOK_MS = 500;
const LEASE_MS = 30_000;
/** A file that ended so many processes, or failed so often, is refused. */
const MOST_EPOCHS = 3;
/** A scanner that is started anew is away for as long. */
const RETRY_MS = 20_000;
const SCAN_MS = 60_000;
/** Looked for less often than files: nobody waits for it. */
const REPORT_MS = 2_000;
/** Events of submissions that were released meanwhile, recorded in one step. */
const CHUNK = 100;

interface TakenRow extends Row {
  id: string;
  name: string;
  kind: FileKind;
  size: number;
  epoch: number;
}

/**
 * Looks through stored files one after the other, beside the same loops of other processes. A file is leased while it is looked
 * through: when the process dies, another takes it over once the lease is over, and what the first might still say does not count.
 */
export function startAnalysisLoop(options: AnalysisOptions): { stop(): Promise<void> } {
  const { clock, log } = options;
  const stopping = new AbortController();
  let reportAt = clock.monotonic();
  const loop = startJobLoop({
    clock,
    log,
    what: 'looks through uploads',
    async step() {
      if (await analyseNext(options, stopping.signal)) return 0;
      if (clock.monotonic() < reportAt) return LOOK_MS;
      if ((await reportReleased(options)) === CHUNK) return 0;
      reportAt = clock.monotonic() + REPORT_MS;
      return LOOK_MS;
    },
  });
  return {
    stop() {
      stopping.abort(new Error('The process stops.'));
      return loop.stop();
    },
  };
}

/** Looks through one file; false when none waits. */
export async function analyseNext(options: AnalysisOptions, stopping: AbortSignal): Promise<boolean> {
  const { db, clock, log, leaseMs = LEASE_MS, retryMs = RETRY_MS } = options;
  const [taken] = await db.query<TakenRow>(
    `update {schema}.uploads set state = 'analysing', epoch = epoch + 1, lease_until = clock_timestamp() + $1::float8 * interval '1 ms'
     where id = (
       select id from {schema}.uploads where state = 'stored' or (state = 'analysing' and lease_until < clock_timestamp())
       order by stored_at limit 1 for update skip locked)
     returning id, name, kind, size, epoch`,
    [leaseMs],
  );
  if (!taken) return false;
  const startedAt = clock.monotonic();
  const lost = new AbortController();
  const done = new AbortController();
  const renewing = renew(db, taken, leaseMs, done.signal).catch((error: unknown) => lost.abort(error));
  let result: ProfileResult;
  try {
    result = await look(options, taken, AbortSignal.any([stopping, lost.signal]));
  } catch (error) {
    if (stopping.aborted || lost.signal.aborted) {
      if (stopping.aborted) await release(db, taken);
      return false;
    }
    log.warn({ upload: taken.id, err: messageOf(error) }, 'an upload could not be looked through');
    if (taken.epoch < MOST_EPOCHS) return await putOff(db, taken, retryMs * 3 ** (taken.epoch - 1));
    result = refusedFile('FAILED');
  } finally {
    done.abort();
    await renewing;
  }
  await finish(options, taken, result, clock.monotonic() - startedAt);
  return true;
}

async function look(
  { store, scan, limits }: AnalysisOptions,
  { id, name, kind, size, epoch }: TakenRow,
  signal: AbortSignal,
): Promise<ProfileResult> {
  // It has ended the processes before: not a third time.
  if (epoch > MOST_EPOCHS) return refusedFile('FAILED');
  const work = async (path: string) => {
    if (scan !== undefined) {
      const verdict = await withDeadline(Promise.resolve(scan({ path, name, size, kind })), signal);
      // Anything but a clear yes is a no.
      if (verdict !== true) return refusedFile('SCAN');
    }
    return profileInThread(path, kind, limits, signal);
  };
  return store.withFile(id, work, signal);
}

async function withDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const late = delay(SCAN_MS, undefined, { signal: AbortSignal.any([signal, done.signal]) }).then(() => {
    throw new Error(`The scan gave no answer in ${SCAN_MS} ms.`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}

async function renew(
  db: Database,
  { id, epoch }: TakenRow,
  leaseMs: number,
  done: AbortSignal,
): Promise<void> {
  for (;;) {
    await delay(leaseMs / 3, undefined, { signal: done }).catch(() => undefined);
    if (done.aborted) return;
    const [row] = await db.query(
      `update {schema}.uploads set lease_until = clock_timestamp() + $3::float8 * interval '1 ms'
       where id = $1::text::uuid and epoch = $2 and state = 'analysing' returning 1 as held`,
      [id, epoch, leaseMs],
    );
    if (!row) throw new Error('Another process has taken the upload over.');
  }
}

/** Lets the next process have it at once. */
async function release(db: Database, { id, epoch }: TakenRow): Promise<true> {
  await db.query(
    `update {schema}.uploads set state = 'stored', lease_until = null where id = $1::text::uuid and epoch = $2 and state = 'analysing'`,
    [id, epoch],
  );
  return true;
}

/** Lets a process have it after so many ms; returns true. */
async function putOff(db: Database, { id, epoch }: TakenRow, waitMs: number): Promise<true> {
  await db.query(
    `update {schema}.uploads set lease_until = clock_timestamp() + $3::float8 * interval '1 ms'
     where id = $1::text::uuid and epoch = $2 and state = 'analysing'`,
    [id, epoch, waitMs],
  );
  return true;
}

async function finish(
  options: AnalysisOptions,
  { id, epoch }: TakenRow,
  result: ProfileResult,
  durationMs: number,
): Promise<void> {
  const { db, log, forms } = options;
  const link = await options.linkOf(id);
  const { held, recorded } = await db.transaction(async (tx) => {
    const [row] = await tx.query(
      `update {schema}.uploads set state = $3, reason = $4, profile = $5::text::jsonb, lease_until = null
       where id = $1::text::uuid and epoch = $2 and state = 'analysing' returning 1 as held`,
      result.ok
        ? [id, epoch, 'ready', null, JSON.stringify(result.profile)]
        : [id, epoch, 'refused', result.message, null],
    );
    if (!row) return { held: false, recorded: false };
    // What is refused is kept for nobody.
    if (!result.ok) await leaveForRemoval(tx, id);
    return { held: true, recorded: await reportProfile(tx, id, { forms, link }) };
  });
  // Another process has it, or it was deleted: what is said of it here no longer counts.
  if (!held) return;
  const outcome = result.ok ? 'ready' : result.code;
  log.info({ upload: id, outcome }, 'an upload was looked through');
  options.onLooked?.(outcome, durationMs);
  if (recorded) await db.notify(wakeChannel(db.schema));
}

/** Submissions that a person let through after their files were ready. */
async function reportReleased({ db, log, forms, linkOf }: AnalysisOptions): Promise<number> {
  const rows = await db.query<{ id: string }>(
    `select u.id from {schema}.uploads u join {schema}.submissions s on s.id = u.submission_id and s.state in ('accepted', 'released')
     where u.state = 'ready' and u.submission_id is not null and u.event_id is null and s.email is not null limit ${CHUNK}`,
  );
  let reported = 0;
  for (const { id } of rows) {
    const link = await linkOf(id);
    try {
      await db.transaction((tx) => reportProfile(tx, id, { forms, link }));
      reported += 1;
    } catch (error) {
      // One that the outbox does not take keeps neither the others from it nor files from being looked through.
      log.warn(
        { upload: id, err: messageOf(error) },
        'what a file holds could not be recorded; it is tried again',
      );
    }
  }
  if (reported > 0) await db.notify(wakeChannel(db.schema));
  return reported;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
