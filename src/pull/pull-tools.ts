import type { Clock } from '../clock.ts';
import type { MirrorConfig, MirrorObject } from '../config/mirror.ts';
import { suggestion } from '../config/nearest-name.ts';
import type { Database } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import type { IncrementalSettings } from '../hubspot/incremental.ts';
import { createProperties, type Properties } from '../hubspot/properties.ts';
import type { ReadOptions } from '../hubspot/read-answer.ts';
import { createRecordScans, type RecordScans } from '../hubspot/record-scans.ts';
import { createRecords, type Records } from '../hubspot/records.ts';
import { retryReads } from '../hubspot/retry-reads.ts';
import type { Transport } from '../hubspot/transport.ts';
import type { Logger } from '../log.ts';
import { createDatabaseTime, type DatabaseTime } from './database-time.ts';
import { ALL_PULL_GUARDS, type PullGuards } from './pull-guards.ts';

export interface PullToolsOptions {
  readonly db: Database;
  /** Behind the gates already. */
  readonly transport: Transport;
  readonly mirror: MirrorConfig;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of this process, unlike any other's. */
  readonly holder: string;
  readonly incremental?: IncrementalSettings;
  /** Streams of a full reading that run beside each other. Default 8: HubSpot may take 400 ms for a page, and allows some 19 in a second. */
  readonly streams?: number;
  /** Tries of a page. Default 3: fewer than open the breaker, so that one page that cannot be read stops nothing else. */
  readonly attempts?: number;
  /** Longest wait before a further try, ms. Default 30,000. */
  readonly maxWaitMs?: number;
  readonly guards?: PullGuards;
}

/** What every reader works with. */
export interface PullTools {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly mirror: MirrorConfig;
  readonly transport: Transport;
  readonly records: Records;
  readonly scans: RecordScans;
  readonly definitions: Properties;
  readonly time: DatabaseTime;
  readonly holder: string;
  readonly streams: number;
  readonly incremental: IncrementalSettings;
  readonly guards: PullGuards;
  /** For each call: tries, waits and the signal that ends them. */
  reading(signal: AbortSignal): ReadOptions;
}

const STREAMS = 8;
const ATTEMPTS = 3;

export function createPullTools(options: PullToolsOptions): PullTools {
  const { db, transport, mirror, clock, log, holder, streams = STREAMS, incremental = {} } = options;
  const { attempts = ATTEMPTS, maxWaitMs, guards = ALL_PULL_GUARDS } = options;
  const records = createRecords(transport);
  const retry = retryReads({ attempts, ...(maxWaitMs === undefined ? {} : { maxWaitMs }) });
  return {
    db,
    clock,
    log,
    mirror,
    transport,
    records,
    scans: createRecordScans(records),
    definitions: createProperties(transport),
    time: createDatabaseTime(db, clock),
    holder,
    // The embedded database has one session: more streams would only wait for each other.
    streams: db.kind === 'pglite' ? Math.min(2, streams) : streams,
    incremental,
    guards,
    reading: (signal) => ({ signal, retry, clock }),
  };
}

/** The object types to read: all of the config, or those named. Raises MIRROR_OBJECT_UNKNOWN. */
export function chosenObjects({ mirror }: PullTools, named?: readonly string[]): string[] {
  const all = Object.keys(mirror.objects);
  for (const name of named ?? [])
    if (!all.includes(name))
      throw new SpokeError(
        'MIRROR_OBJECT_UNKNOWN',
        `The config's mirror does not name ${JSON.stringify(name)}; it has ${all.join(', ')}.${suggestion(name, all)}`,
        { facts: { name } },
      );
  return named === undefined ? all : [...new Set(named)];
}

/** What the config says of an object type. */
export function mirrorObject({ mirror }: Pick<PullTools, 'mirror'>, objectType: string): MirrorObject {
  return mirror.objects[objectType] ?? {};
}
