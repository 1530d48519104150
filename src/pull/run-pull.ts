import { SpokeError } from '../errors.ts';
import { evaluateSegments, segmentSizes } from '../mirror/evaluate-segments.ts';
import { unknownProperties } from './chosen-properties.ts';
import { withLease } from './leases.ts';
import { ALL_MEMBERS, DEFINITIONS, indexForWords, LISTS, SEARCH, warningOf } from './mirror-duties.ts';
import { problemOf, pullFailure } from './pull-failure.ts';
import { findList, pullList } from './pull-list.ts';
import { pullObject } from './pull-object.ts';
import {
  addCounts,
  NOTHING,
  type PullCounts,
  type PullKind,
  type PullProblem,
  type PullProgress,
  type PullReport,
  type PullRequest,
  type PullWarning,
} from './pull-report.ts';
import { chosenObjects, type PullTools } from './pull-tools.ts';
import { readDefinitions } from './read-definitions.ts';
import { readAllLinks } from './read-links.ts';
import { readLists } from './read-lists.ts';
import type { UnreadPart } from './reader.ts';
import type { MissingRange } from './run-scan.ts';
import { finishRun, keepAlive, startRun } from './runs.ts';

/** How long a run waits for another process to be through with an object type, ms. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 500;

/** The lease under which one process at a time reads an object type. Changes are read beside a reading of everything. */
export const leaseName = (objectType: string, kind: PullKind) =>
  `${kind === 'incremental' ? 'changes' : 'records'} ${objectType}`;

/**
 * Fills the mirror as asked and says what was done; noted as a run that others can follow. Never silent: what could not be read
 * stands in the report, and makes it `incomplete`. When `signal` aborts, the report says `stopped`; all that was written stays, and
 * the next run goes on from there.
 *
 * Raises PULL_RUNNING, MIRROR_OBJECT_UNKNOWN, MIRROR_LIST_UNKNOWN, HUBSPOT_UNAUTHORIZED and what the database raises; the run is then
 * noted as failed. What the token may not read (HUBSPOT_FORBIDDEN) is left out and named; the other object types are read.
 */
export async function runPull(
  tools: PullTools,
  request: PullRequest,
  signal: AbortSignal,
  onProgress?: (progress: PullProgress) => void,
): Promise<PullReport> {
  checkRequest(request);
  const chosen = request.kind === 'list' ? [] : chosenObjects(tools, request.objects);
  const { db, clock } = tools;
  const { requestedBy, ...asked } = request;
  const run = await startRun(db, { kind: request.kind, request: asked, requestedBy });
  const ending = new AbortController();
  const begunAt = new Date(clock.now()).toISOString();
  const startedAt = clock.monotonic();
  const objects: Record<string, PullCounts> = {};
  const missing: MissingRange[] = [];
  const errors: PullProblem[] = [];
  const warnings: PullWarning[] = [];
  let bySegment: Readonly<Record<string, number>> = {};
  let limited = false;
  const alive = keepAlive(db, run, { clock, signal: ending.signal, report: () => reportAs('incomplete') });
  try {
    await readBesides();
    if (request.kind === 'list') await readList();
    else await readObjects(request.kind);
    await evaluate();
    const state = missing.length + errors.length > 0 ? 'incomplete' : 'done';
    if (state === 'done' && !limited) await indexWords();
    return await finish(state);
  } catch (error) {
    if (signal.aborted) return await finish('stopped');
    await finishRun(db, run, 'failed', { ...reportAs('incomplete'), error: problemOf(error) }).catch(
      // Of two errors the first one tells more.
      () => undefined,
    );
    throw error;
  } finally {
    ending.abort();
    await alive;
  }

  async function finish(state: PullReport['state']): Promise<PullReport> {
    const report = reportAs(state);
    await finishRun(db, run, state, report);
    return report;
  }

  /** Definitions, pipelines, owners, once an hour: what is said of properties and shown by views comes of them. */
  async function readBesides(): Promise<void> {
    const lease = { db, clock, holder: tools.holder, signal };
    const read = async (held: AbortSignal) => {
      const result = await readDefinitions(tools, held);
      // What could not be read is the matter of the next run, too, or that would look as if nothing lacked.
      return { done: result.length === 0, result };
    };
    const unread = await withLease(DEFINITIONS.name, lease, read, DEFINITIONS.everyMs);
    warnings.push(...(unread ?? []).map(warningOf));
    for (const unknown of await unknownProperties(db, tools))
      warnings.push({ ...unknown, code: 'MIRROR_PROPERTY_UNKNOWN' });
  }

  /** With the lists of the config, which a run for some object types leaves to others unless it is asked for them. */
  async function readObjects(kind: 'all' | 'incremental' | 'sweep'): Promise<void> {
    for (const objectType of chosen) if (!(await readObject(objectType, kind))) return;
    const { lists = request.objects === undefined } = request;
    if (tools.mirror.lists === undefined || !lists) return;
    const full = kind !== 'incremental';
    const lease = { db, clock, holder: tools.holder, signal };
    const { name, everyMs } = full ? ALL_MEMBERS : LISTS;
    const read = async (held: AbortSignal) => {
      const result = await readLists(tools, held, { full });
      return { done: result.unread.length === 0, result };
    };
    note('lists', (await withLease(name, lease, read, full ? 0 : everyMs))?.unread);
  }

  function note(objectType: string, unread: readonly UnreadPart[] = []): void {
    errors.push(...unread.map(({ error }) => ({ objectType, ...problemOf(error) })));
  }

  async function evaluate(): Promise<void> {
    const { segments } = tools.mirror;
    if (segments === undefined) return;
    for (const { name, error } of (await evaluateSegments(db, { segments })) ?? [])
      if (error !== undefined)
        warnings.push({ what: `segment ${name}`, code: 'SEGMENT_NOT_EVALUATED', message: error });
    bySegment = await segmentSizes(db);
  }

  /** Last, since it may take a minute, and only once: who runs no `spoke start` has the index, too. */
  async function indexWords(): Promise<void> {
    for (const objectType of chosen) {
      const problem = await indexForWords(tools, objectType, signal);
      if (problem !== undefined) warnings.push({ what: `${SEARCH.name} of ${objectType}`, ...problem });
    }
  }

  /** False when HubSpot cannot be asked any more, so that there is no use in the next one. */
  async function readObject(objectType: string, kind: 'all' | 'incremental' | 'sweep'): Promise<boolean> {
    const told = counter(objectType);
    try {
      const outcome = await underLease(leaseName(objectType, kind), objectType, (held) =>
        pullObject(tools, {
          objectType,
          kind,
          signal: held,
          maxRecords: request.maxRecords,
          pageSize: request.pageSize,
          ...told,
        }),
      );
      if (outcome === undefined) return true;
      missing.push(...outcome.missing);
      errors.push(...outcome.errors.map((error) => ({ objectType, ...problemOf(error) })));
      limited ||= outcome.limited;
      // No change of a record tells of its links.
      if (kind !== 'incremental') await readAllLinks(tools, objectType, signal);
      return true;
    } catch (error) {
      if (signal.aborted || pullFailure(error) === 'end') throw error;
      errors.push({ objectType, ...problemOf(error) });
      return pullFailure(error) !== 'later';
    }
  }

  async function readList(): Promise<void> {
    let objectType = 'lists';
    try {
      const found = await findList(tools, request.list ?? '', signal);
      objectType = found.objectType;
      note('lists', (await readLists(tools, signal, { only: found.list.listId, full: true })).unread);
      const { maxRecords, pageSize } = request;
      const outcome = await pullList(tools, found, { signal, maxRecords, pageSize, ...counter(objectType) });
      limited ||= outcome.limited;
    } catch (error) {
      if (signal.aborted || pullFailure(error) === 'end') throw error;
      errors.push({ objectType, ...problemOf(error) });
    }
  }

  async function underLease<T>(
    name: string,
    objectType: string,
    work: (held: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const until = clock.monotonic() + PATIENCE_MS;
    const lease = { db, clock, holder: `${tools.holder} run ${run}`, signal };
    for (;;) {
      const outcome = await withLease(name, lease, async (held) => ({
        done: true,
        result: { value: await work(held) },
      }));
      if (outcome !== undefined) return outcome.value;
      signal.throwIfAborted();
      if (clock.monotonic() > until) {
        errors.push({
          objectType,
          code: 'PULL_BUSY',
          message: `Another process is reading ${objectType}; it goes on with it, or run this again later.`,
        });
        return undefined;
      }
      await clock.sleep(LOOK_MS, signal);
    }
  }

  /** Adds up what an object type brings and tells it on. */
  function counter(objectType: string) {
    objects[objectType] = NOTHING;
    const since = clock.monotonic();
    let expected: number | undefined;
    return {
      onExpected: (records: number) => {
        expected = Math.min(records, request.maxRecords ?? records);
      },
      onCounts: (counts: Partial<PullCounts>) => {
        const sum = addCounts(objects[objectType] ?? NOTHING, counts);
        objects[objectType] = sum;
        const rate = perSecond(sum.records, clock.monotonic() - since);
        const open = expected === undefined ? undefined : Math.max(0, expected - sum.records);
        onProgress?.({
          ...sum,
          objectType,
          run,
          rate,
          ...(expected === undefined ? {} : { expected }),
          ...(open === undefined || rate === 0 ? {} : { etaMs: Math.round((open / rate) * 1_000) }),
        });
      },
    };
  }

  function reportAs(state: PullReport['state']): PullReport {
    const total = Object.values(objects).reduce(addCounts, NOTHING);
    const durationMs = Math.round(clock.monotonic() - startedAt);
    const rate = perSecond(total.records, durationMs);
    const { kind } = request;
    const problems = { missing, errors, warnings };
    return { run, kind, state, objects, total, ...problems, bySegment, limited, begunAt, durationMs, rate };
  }
}

function perSecond(records: number, ms: number): number {
  return ms > 0 ? Math.round((records * 10_000) / ms) / 10 : 0;
}

function checkRequest({ kind, list, objects, maxRecords = 1, pageSize = 1 }: PullRequest): void {
  const problem =
    (kind === 'list') !== (list !== undefined && list !== '')
      ? 'a list has to be named, by name or id, for the kind list and for no other'
      : kind === 'list' && objects !== undefined
        ? 'object types cannot be chosen for a list: it has those of its records'
        : !Number.isSafeInteger(maxRecords) || maxRecords < 1
          ? `maxRecords has to be a whole number above 0, not ${maxRecords}`
          : !Number.isInteger(pageSize) || pageSize < 1 || pageSize > 100
            ? `pageSize has to be 1 to 100, not ${pageSize}`
            : undefined;
  if (problem !== undefined)
    throw new SpokeError('PULL_REQUEST_INVALID', `The pull cannot be run: ${problem}.`);
}
