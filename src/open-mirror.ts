import { randomBytes } from 'node:crypto';
import { systemClock } from './clock.ts';
import type { SpokeConfig } from './config/define-config.ts';
import { readEnvironment } from './config/environment.ts';
import type { MirrorConfig } from './config/mirror.ts';
import { SpokeError } from './errors.ts';
import { createLogger, type Logger } from './log.ts';
import { type ExportQuery, exportCsv, exportNdjson } from './mirror/export-records.ts';
import { findRecords, type PageQuery, type RecordPage } from './mirror/find-records.ts';
import { findMirrorList, type ListMember, membersOfList } from './mirror/lists.ts';
import { type MirrorStats, readMirrorStats } from './mirror/mirror-stats.ts';
import { openAppDatabase } from './open-app-database.ts';
import { openPortal } from './open-portal.ts';
import { clearMirror } from './pull/clear-mirror.ts';
import type { PullProgress, PullReport, PullRequest } from './pull/pull-report.ts';
import { createPullTools, type PullTools } from './pull/pull-tools.ts';
import { runPull } from './pull/run-pull.ts';
import { type AppliedSegments, applySegments } from './records/apply-segments.ts';

export interface OpenMirrorOptions {
  /** With `mirror`. */
  readonly config: SpokeConfig;
  /** The settings, by the names of the reference. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: JSON lines on stderr, at the level of the settings. */
  readonly log?: Logger;
}

export interface SyncOptions extends Pick<PullRequest, 'maxRecords' | 'pageSize'> {
  readonly signal?: AbortSignal;
  onProgress?(progress: PullProgress): void;
}

export interface SyncObjectsOptions extends SyncOptions {
  /** Default contacts. */
  readonly objects?: readonly string[];
}

/** The mirror in a program: what `spoke pull`, `spoke contacts`, `spoke lists` and `spoke segments` do. */
export interface Mirror {
  /** Reads every contact and the lists of the config, or goes on with a reading that was broken off. The report says what is missing; see PullReport. */
  syncAllContacts(options?: SyncObjectsOptions): Promise<PullReport>;
  /** Reads what has changed since the last time; everything where there was none. */
  syncChanges(options?: SyncObjectsOptions): Promise<PullReport>;
  /** Reads who is on a list, by its name or id, and the records themselves. Raises MIRROR_LIST_UNKNOWN. */
  syncList(list: string, options?: SyncOptions): Promise<PullReport>;
  /** Who is on a list of the mirror, by its name or id, in order of their ids. Raises MIRROR_LIST_UNKNOWN. */
  getListMemberships(list: string): AsyncGenerator<ListMember, void>;
  /** Brings the segments of the config up to date, and records what their lists at HubSpot have to learn. Raises SEGMENTS_BUSY. */
  applySegments(options?: {
    readonly names?: readonly string[];
    readonly full?: boolean;
    readonly signal?: AbortSignal;
  }): Promise<AppliedSegments>;
  /** A page of live records: contacts unless `objectType` says otherwise. Raises MIRROR_QUERY_INVALID. */
  getContacts(query?: PageQuery): Promise<RecordPage>;
  /** Lines of CSV or NDJSON, in parts, of any number of records. Raises MIRROR_QUERY_INVALID. */
  exportContacts(format: 'csv' | 'ndjson', query?: ExportQuery): AsyncGenerator<string, void>;
  getStats(): Promise<MirrorStats>;
  /** Empties the mirror of an object type (default contacts) here; HubSpot keeps everything. Returns how many records. Raises PULL_RUNNING. */
  clearContacts(objectType?: string): Promise<number>;
  /** Ends what is running and closes the connections. Idempotent. */
  close(): Promise<void>;
}

/** A reading waits for its share of the budget: delivery goes first. */
const PATIENCE_MS = 300_000;

/**
 * Opens the mirror of a config. The portal is asked by the first `sync…` only: questions need no token. Raises CONFIG_INVALID,
 * MIRROR_NOT_CONFIGURED and DATABASE_*; the calls raise what the database raises, those that read HubSpot also PORTAL_* and HUBSPOT_*.
 */
export async function openMirror(options: OpenMirrorOptions): Promise<Mirror> {
  const { config, env = process.env } = options;
  const mirror = mirrorOf(config);
  const settings = readEnvironment(env);
  const log = options.log ?? createLogger({ level: settings.logLevel });
  const db = await openAppDatabase(settings, log);
  const closing = new AbortController();
  const holder = `library:${process.pid}:${randomBytes(3).toString('hex')}`;
  const running = new Set<Promise<unknown>>();
  let opening: Promise<{ readonly tools: PullTools; close(): Promise<void> }> | undefined;
  let closed: Promise<void> | undefined;

  async function openReading() {
    const portal = await openPortal({
      settings,
      log,
      db,
      signal: closing.signal,
      urgency: 'reading',
      patienceMs: PATIENCE_MS,
    });
    const { pullSettleMs: settleMs, pullOverlapMs: overlapMs } = settings;
    const tools = createPullTools({
      db,
      transport: portal.transport,
      mirror,
      clock: systemClock,
      log,
      holder,
      incremental: { settleMs, overlapMs },
    });
    return { tools, close: portal.close };
  }

  async function sync(request: Omit<PullRequest, 'requestedBy'>, given: SyncOptions): Promise<PullReport> {
    opening ??= openReading();
    const reading = await opening.catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    const { signal, onProgress, maxRecords, pageSize } = given;
    const asked = {
      ...request,
      ...(maxRecords === undefined ? {} : { maxRecords }),
      ...(pageSize === undefined ? {} : { pageSize }),
      requestedBy: 'library',
    };
    const ending = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
    return tracked(runPull(reading.tools, asked, ending, onProgress));
  }

  function tracked<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    const done = () => void running.delete(work);
    work.then(done, done);
    return work;
  }

  return {
    syncAllContacts: ({ objects = ['contacts'], ...given } = {}) =>
      sync({ kind: 'all', objects, lists: true }, given),
    syncChanges: ({ objects = ['contacts'], ...given } = {}) =>
      sync({ kind: 'incremental', objects, lists: true }, given),
    syncList: (list, given = {}) => sync({ kind: 'list', list }, given),
    async *getListMemberships(list) {
      for await (const page of membersOfList(db, await findMirrorList(db, list))) yield* page;
    },
    async applySegments(given = {}) {
      const applied = await tracked(applySegments(db, { segments: mirror.segments ?? {}, ...given }));
      if (applied !== undefined) return applied;
      throw new SpokeError(
        'SEGMENTS_BUSY',
        'Another process is evaluating the segments: try again in a moment.',
      );
    },
    getContacts: (query = {}) => findRecords(db, query),
    exportContacts: (format, query = {}) => (format === 'csv' ? exportCsv : exportNdjson)(db, query),
    getStats: () => readMirrorStats(db),
    clearContacts: (objectType = 'contacts') =>
      tracked(clearMirror({ db, clock: systemClock, holder, signal: closing.signal }, objectType)),
    close() {
      closed ??= end();
      return closed;
    },
  };

  async function end(): Promise<void> {
    closing.abort();
    await Promise.allSettled([...running]);
    const reading = await opening?.catch(() => undefined);
    await reading?.close();
    await db.close();
  }
}

function mirrorOf({ mirror }: SpokeConfig): MirrorConfig {
  if (mirror !== undefined) return mirror;
  throw new SpokeError(
    'MIRROR_NOT_CONFIGURED',
    'The config has no mirror: name its object types, as in mirror: { objects: { contacts: {} } }.',
  );
}
