import { setMaxListeners } from 'node:events';
import { SpokeError } from '../errors.ts';
import { chosenProperties } from './chosen-properties.ts';
import { hintChannel, hintedTypes } from './hints.ts';
import { withLease } from './leases.ts';
import { mirrorDuties, type PullDuty } from './mirror-duties.ts';
import { problemOf, pullFailure } from './pull-failure.ts';
import { isComplete, pullObject } from './pull-object.ts';
import type { PullReport } from './pull-report.ts';
import type { PullTools } from './pull-tools.ts';
import { type Proof, reconcile } from './reconcile.ts';
import { followHints } from './refresh-records.ts';
import { leaseName, runPull } from './run-pull.ts';

export interface PullLoopOptions {
  readonly tools: PullTools;
  /** Between two readings of changes, ms. */
  readonly intervalMs: number;
  /** Between two readings of all ids, for what has left, ms. */
  readonly sweepMs: number;
  /** Between two readings of everything, ms: calculated properties change without a change of their record. */
  readonly refreshMs: number;
  /** What else is done for the mirror, with more than a reader may know of. */
  readonly duties?: readonly PullDuty[];
  /** Between two looks whether a full reading is due, ms. Default 10,000. */
  readonly lookMs?: number;
  /** Between two proofs, ms. Default: none is made. */
  readonly reconcileMs?: number;
}

/** Between two looks for hints, when nobody announces one. */
const HINTS_MS = 1_000;
/** Between two looks whether a full reading is due. */
const LOOK_MS = 10_000;
/** After an error, doubled. */
const ERROR_WAIT_MS = 5_000;
const MAX_ERROR_WAIT_MS = 300_000;
/** Definitions of properties are read anew after so long. */
const PROPERTIES_MS = 600_000;
/** Of the interval: a process that comes a little early reads all the same. */
const EARLY_SHARE = 0.1;
const LOG_EVERY_MS = 30_000;

/**
 * Keeps the mirror up to date, beside the same loop of any number of processes: a first full reading, then changes, hints at once,
 * and readings of all ids and of everything from time to time. No error ends it; each is logged and tried again.
 *
 * States: running → stopped (`stop` resolves when the page under way is written or given up; the next process goes on from there).
 */
export function startPullLoop(options: PullLoopOptions): { stop(): Promise<void> } {
  const { tools, duties = [], lookMs = LOOK_MS } = options;
  const { db, clock, log } = tools;
  const stopping = new AbortController();
  const { signal } = stopping;
  // Each task waits on it: many of them are no leak.
  setMaxListeners(0, signal);
  const objectTypes = Object.keys(tools.mirror.objects);
  const properties = cachedProperties(tools, signal);
  let rouse = new AbortController();
  const listening = db
    .listen(hintChannel(db.schema), () => rouse.abort())
    .catch((error: unknown) => {
      log.debug({ err: problemOf(error).message }, 'hints are looked for every second only');
      return undefined;
    });

  const tasks = [
    repeat('hints', async () => {
      rouse = new AbortController();
      let failed = false;
      for (const objectType of await hintedTypes(db, objectTypes)) {
        const { errors } = await followHints(tools, objectType, await properties(objectType), signal);
        for (const error of errors) logProblem(error, { objectType }, 'hinted records could not be read');
        failed ||= errors.length > 0;
      }
      await clock.sleep(HINTS_MS, failed ? signal : AbortSignal.any([signal, rouse.signal]));
    }),
    ...objectTypes.flatMap((objectType) => [
      repeat(`readings of all ${objectType}`, async () => {
        const kind = await dueReading(tools, objectType, await properties(objectType), options);
        if (kind !== undefined) await readAll(objectType, kind);
        await clock.sleep(lookMs, signal);
      }),
      repeat(`proofs of ${objectType}`, async () => {
        const { reconcileMs } = options;
        if (
          reconcileMs !== undefined &&
          (await isProofDue(tools, objectType, await properties(objectType), reconcileMs))
        )
          logProof(await reconcile(tools, objectType, { signal, repair: true }));
        await clock.sleep(lookMs, signal);
      }),
      repeat(`changes of ${objectType}`, async () => {
        await readChanges(objectType);
        await clock.sleep(options.intervalMs, signal);
      }),
    ]),
    ...[...mirrorDuties(tools), ...duties].map(({ name, everyMs, run }) =>
      repeat(name, async () => {
        const lease = { db, clock, holder: tools.holder, signal };
        await withLease(
          name,
          lease,
          async (held) => ({ done: true, result: await run(held) }),
          everyMs * (1 - EARLY_SHARE),
        );
        await clock.sleep(everyMs, signal);
      }),
    ),
  ];
  const running = Promise.all(tasks);

  return {
    async stop() {
      stopping.abort(new Error('spoke is stopping'));
      await running;
      await (await listening)?.stop();
    },
  };

  async function readAll(objectType: string, kind: 'all' | 'sweep'): Promise<void> {
    let toldAt = clock.monotonic();
    const request = { kind, objects: [objectType], requestedBy: 'spoke start' };
    try {
      const report = await runPull(tools, request, signal, (progress) => {
        if (clock.monotonic() - toldAt < LOG_EVERY_MS) return;
        toldAt = clock.monotonic();
        log.info(progress, `${objectType} are being read`);
      });
      logReport(report, objectType);
      if (report.state === 'incomplete') throw new IncompleteReading();
    } catch (error) {
      // Another process is at it.
      if (error instanceof SpokeError && error.code === 'PULL_RUNNING') return;
      throw error;
    }
  }

  async function readChanges(objectType: string): Promise<void> {
    if (!(await isComplete(tools.db, objectType, await properties(objectType)))) return;
    const lease = { db, clock, holder: tools.holder, signal };
    const every = options.intervalMs * (1 - EARLY_SHARE);
    await withLease(
      leaseName(objectType, 'incremental'),
      lease,
      async (held) => {
        const outcome = await pullObject(tools, { objectType, kind: 'incremental', signal: held });
        for (const error of outcome.errors) logProblem(error, { objectType }, 'records could not be read');
        return { done: true, result: true };
      },
      every,
    );
  }

  /** Does `step` again and again; after an error it waits, longer each time. */
  async function repeat(what: string, step: () => Promise<void>): Promise<void> {
    for (let errors = 0; !signal.aborted; ) {
      try {
        await step();
        errors = 0;
      } catch (error) {
        if (signal.aborted) return;
        const againMs = Math.min(ERROR_WAIT_MS * 2 ** errors, MAX_ERROR_WAIT_MS);
        errors = Math.min(errors + 1, 10);
        if (!(error instanceof IncompleteReading))
          logProblem(error, { againMs }, `the mirror stands still: ${what}`);
        await clock.sleep(againMs, signal);
      }
    }
  }

  function logProblem(error: unknown, fields: object, text: string): void {
    const line = { ...fields, ...problemOf(error) };
    const failure = pullFailure(error);
    if (failure === 'end' || failure === 'denied') log.error(line, text);
    else log.warn(line, text);
  }

  function logProof(proof: Proof | undefined): void {
    if (proof === undefined) return;
    const { examples: _, unread, ...line } = proof;
    if (proof.state === 'proven') log.info(line, `the mirror of ${proof.objectType} is as the portal is`);
    else log.warn({ ...line, unread }, `the mirror of ${proof.objectType} was not as the portal is`);
  }

  function logReport(
    { state, run, total, missing, errors, durationMs }: PullReport,
    objectType: string,
  ): void {
    const line = { objectType, run, ...total, durationMs };
    if (state === 'incomplete')
      log.warn({ ...line, missing, errors }, `${objectType} are not read to the end; it is tried again`);
    else
      log.info(line, state === 'done' ? `${objectType} are read` : `the reading of ${objectType} is stopped`);
  }
}

/** Inside only: makes the loop wait before it tries again. */
class IncompleteReading extends Error {}

/** Which full reading of an object type is due. One of everything is one of all ids, too. */
async function dueReading(
  { db }: PullTools,
  objectType: string,
  properties: readonly string[],
  { sweepMs, refreshMs }: Pick<PullLoopOptions, 'sweepMs' | 'refreshMs'>,
): Promise<'all' | 'sweep' | undefined> {
  if (!(await isComplete(db, objectType, properties))) return 'all';
  const [row] = await db.query<{ refresh: boolean; sweep: boolean }>(
    `select exists (select from {schema}.mirror_scans where object_type = $1 and kind = 'backfill' and ended_at is null)
         or not exists (select from {schema}.mirror_scans where object_type = $1 and kind = 'backfill'
                        and ended_at > clock_timestamp() - $2 * interval '1 ms') as refresh,
       exists (select from {schema}.mirror_scans where object_type = $1 and kind = 'sweep' and ended_at is null)
         or not exists (select from {schema}.mirror_objects where object_type = $1
                        and swept_at > clock_timestamp() - $3 * interval '1 ms') as sweep`,
    [objectType, refreshMs, sweepMs],
  );
  return row?.refresh ? 'all' : row?.sweep ? 'sweep' : undefined;
}

/** Whether a proof was broken off, or is too old; never before everything has been read. */
async function isProofDue(
  tools: PullTools,
  objectType: string,
  properties: readonly string[],
  reconcileMs: number,
): Promise<boolean> {
  if (!(await isComplete(tools.db, objectType, properties))) return false;
  const [row] = await tools.db.query<{ due: boolean }>(
    `select coalesce(max(ended_at) < clock_timestamp() - $2 * interval '1 ms', true) or bool_or(ended_at is null) as due
     from {schema}.mirror_scans where object_type = $1 and kind = 'reconcile'`,
    [objectType, reconcileMs],
  );
  return row?.due ?? true;
}

/** The properties that are wanted, read from the portal once in a while. */
function cachedProperties(tools: PullTools, signal: AbortSignal) {
  const known = new Map<string, { readonly names: readonly string[]; readonly at: number }>();
  return async (objectType: string): Promise<readonly string[]> => {
    const cached = known.get(objectType);
    if (cached !== undefined && tools.clock.monotonic() - cached.at < PROPERTIES_MS) return cached.names;
    const names = await chosenProperties(tools, objectType, signal);
    known.set(objectType, { names, at: tools.clock.monotonic() });
    return names;
  };
}
