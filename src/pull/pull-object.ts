import type { Queryable } from '../db/database.ts';
import { chosenProperties } from './chosen-properties.ts';
import type { PullCounts, PullKind } from './pull-report.ts';
import type { PullTools } from './pull-tools.ts';
import { readChanged } from './read-changed.ts';
import { followHints } from './refresh-records.ts';
import { type MissingRange, runScan } from './run-scan.ts';
import { measureExtent } from './scan-ranges.ts';
import { completeScan, openScan, type ScanKind } from './scans.ts';
import { hintAtDeparted } from './write-page.ts';

export interface ObjectPull {
  readonly objectType: string;
  readonly kind: Exclude<PullKind, 'list'>;
  readonly signal: AbortSignal;
  readonly maxRecords?: number | undefined;
  readonly pageSize?: number | undefined;
  /** How many records HubSpot counts, once it is known. */
  readonly onExpected?: (records: number) => void;
  readonly onCounts?: (counts: Partial<PullCounts>) => void;
}

export interface ObjectOutcome {
  readonly missing: readonly MissingRange[];
  readonly limited: boolean;
  /** What kept records from being read by id; they are tried again. */
  readonly errors: readonly unknown[];
}

/** Brings one object type up to date, as the kind says; the caller holds its lease. Raises what ends a run. */
export async function pullObject(tools: PullTools, pull: ObjectPull): Promise<ObjectOutcome> {
  const { objectType, kind, signal, maxRecords, pageSize, onCounts } = pull;
  const properties = await chosenProperties(tools, objectType, signal);
  const limits = {
    ...(maxRecords === undefined ? {} : { maxRecords }),
    ...(pageSize === undefined ? {} : { pageSize }),
  };
  let missing: readonly MissingRange[] = [];
  let limited = false;
  const goesOn = kind === 'incremental' && (await isComplete(tools.db, objectType, properties));
  if (goesOn) {
    const changed = await readChanged(tools, objectType, {
      ...limits,
      properties,
      signal,
      onPage: (page) => onCounts?.({ pages: 1, ...page }),
    });
    limited = changed.limited;
  } else {
    const outcome = await scan(kind === 'sweep' ? 'sweep' : 'backfill');
    missing = outcome.missing;
    limited = outcome.limited;
  }
  const followed = await followHints(tools, objectType, properties, signal);
  onCounts?.({ ...followed.counts, records: followed.read });
  return { missing, limited, errors: followed.errors };

  async function scan(scanKind: ScanKind) {
    const wanted = { objectType, kind: scanKind, properties };
    const scanned = await openScan(tools.db, wanted, () => measureExtent(tools, objectType, signal));
    if (scanned.expected !== undefined) pull.onExpected?.(Math.max(0, scanned.expected - scanned.read));
    const outcome = await runScan(tools, scanned, {
      ...limits,
      signal,
      onPage: (page) => onCounts?.({ pages: 1, ...page }),
    });
    if (!outcome.limited && outcome.missing.length === 0 && (await completeScan(tools.db, scanned)))
      // What a list of live records does not show is asked for by id.
      await hintAtDeparted(tools.db, objectType);
    return outcome;
  }
}

/** Whether a full reading with at least these properties has been through, so that changes alone are enough. */
export async function isComplete(
  db: Queryable,
  objectType: string,
  properties: readonly string[],
): Promise<boolean> {
  const [row] = await db.query(
    `select 1 from {schema}.mirror_objects
     where object_type = $1 and complete_at is not null and properties @> $2::text[]`,
    [objectType, properties],
  );
  return row !== undefined;
}
