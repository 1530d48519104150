import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { comparePage, type Difference, type DifferenceKind } from '../mirror/compare-page.ts';
import { addHints } from './hints.ts';
import { withLease } from './leases.ts';
import type { PullTools } from './pull-tools.ts';
import { readCurrent } from './read-current.ts';
import { followHints } from './refresh-records.ts';
import { leaseName } from './run-pull.ts';
import { type MissingRange, runScan } from './run-scan.ts';
import { measureExtent } from './scan-ranges.ts';
import { completeScan, openScan, type Scan } from './scans.ts';

/**
 * What came of holding the mirror of one object type against the portal.
 *
 * A record that HubSpot says has changed in the last minutes is `young`: readers have that long to bring it. Everything else that
 * differs, and still does when it is looked at a second time, is `missing` (not here), `extra` (not there any more) or `stale`
 * (with other values). `calculated` differs only in what HubSpot works out by itself without moving the record's time of change;
 * full readings bring that.
 */
export interface Proof {
  readonly objectType: string;
  /** proven: nothing is missing, extra or stale. incomplete: a part of the portal could not be read. */
  readonly state: 'proven' | 'different' | 'incomplete';
  /** Records that the portal has, and those of them that were held against the mirror. */
  readonly compared: number;
  readonly missing: number;
  readonly extra: number;
  readonly stale: number;
  readonly calculated: number;
  readonly young: number;
  /** Of those that differed: read anew, by request. */
  readonly repaired: number;
  /** Up to 100 that differ. */
  readonly examples: readonly Difference[];
  /** What could not be read. */
  readonly unread: readonly MissingRange[];
  /** ISO 8601; the mirror is proven as of its begin. */
  readonly begunAt: string;
  readonly endedAt: string;
}

export interface ReconcileOptions {
  readonly signal: AbortSignal;
  /** Reads what differs anew. */
  readonly repair?: boolean;
  /** How long after its change a record may differ, ms. Default 900,000: above the longest lag of HubSpot's index. */
  readonly youngMs?: number;
  readonly onProgress?: (records: number, expected: number | undefined) => void;
}

const YOUNG_MS = 15 * 60_000;
const MAX_EXAMPLES = 100;
const BATCH = 100;

/**
 * Holds the mirror of an object type against the portal, record by record and value by value, and notes what that says. One that
 * was broken off goes on where it stood. Undefined when another process reads the object type just now. Raises MIRROR_NOT_READ
 * and what ends a run.
 */
export async function reconcile(
  tools: PullTools,
  objectType: string,
  options: ReconcileOptions,
): Promise<Proof | undefined> {
  const { db, clock, holder } = tools;
  return withLease(
    leaseName(objectType, 'all'),
    { db, clock, holder, signal: options.signal },
    async (signal) => ({
      done: true,
      result: await prove(tools, objectType, { ...options, signal }),
    }),
  );
}

/** The last proof of each object type that has one. */
export async function lastProofs(db: Queryable): Promise<Proof[]> {
  const rows = await db.query<{ proof: Proof }>(
    'select proof from {schema}.mirror_objects where proof is not null order by object_type',
  );
  return rows.map(({ proof }) => proof);
}

async function prove(tools: PullTools, objectType: string, options: ReconcileOptions): Promise<Proof> {
  const { signal, repair = false, youngMs = YOUNG_MS, onProgress } = options;
  const properties = await heldProperties(tools, objectType);
  const definitions = await tools.definitions.expectList(objectType, tools.reading(signal));
  const calculated = definitions.filter((one) => one.calculated).map(({ name }) => name);
  let expected: number | undefined;
  const scan = await openScan(tools.db, { objectType, kind: 'reconcile', properties }, async () => {
    const extent = await measureExtent(tools, objectType, signal);
    expected = extent.total;
    return extent;
  });
  let read = 0;
  const outcome = await runScan(tools, scan, {
    signal,
    onPage: ({ records }) => {
      read += records;
      onProgress?.(read, expected);
    },
  });
  const found = await confirm(tools, scan, calculated, signal);
  const now = await tools.time.now();
  const isYoung = ({ kind, updatedAt }: Difference) =>
    kind !== 'extra' && updatedAt.getTime() > now.getTime() - youngMs;
  const old = found.filter((one) => !isYoung(one));
  const count = (kind: DifferenceKind) => old.filter((one) => one.kind === kind).length;
  if (repair && found.length > 0) {
    await addHints(
      tools.db,
      objectType,
      found.map(({ id }) => id),
    );
    await followHints(tools, objectType, properties, signal);
  }
  const [missing, extra, stale] = [count('missing'), count('extra'), count('stale')];
  const complete = outcome.missing.length === 0;
  const proof: Proof = {
    objectType,
    state: missing + extra + stale > 0 ? 'different' : complete ? 'proven' : 'incomplete',
    compared: await countRead(tools.db, scan),
    missing,
    extra,
    stale,
    calculated: count('calculated'),
    young: found.length - old.length,
    repaired: repair ? found.length : 0,
    examples: old.slice(0, MAX_EXAMPLES),
    unread: outcome.missing,
    begunAt: scan.begunAt.toISOString(),
    endedAt: now.toISOString(),
  };
  if (complete) await completeScan(tools.db, scan);
  await tools.db.query(
    `update {schema}.mirror_objects set proof = $2::jsonb, proven_at = case when $3 then $4::timestamptz else proven_at end
     where object_type = $1`,
    [objectType, JSON.stringify(proof), proof.state === 'proven', scan.begunAt],
  );
  if (complete) await tools.db.query('delete from {schema}.mirror_differences where scan_id = $1', [scan.id]);
  return proof;
}

/** What the rows of an object type hold; raises MIRROR_NOT_READ before its first full reading is through. */
async function heldProperties({ db }: PullTools, objectType: string): Promise<readonly string[]> {
  const [row] = await db.query<{ properties: string[] }>(
    'select properties from {schema}.mirror_objects where object_type = $1 and complete_at is not null',
    [objectType],
  );
  if (row === undefined)
    throw new SpokeError(
      'MIRROR_NOT_READ',
      `${objectType} have not been read to the end yet, so there is nothing to prove: run spoke pull all first.`,
      { facts: { objectType } },
    );
  return row.properties;
}

/** Looks at what differed a second time, record by record: most of it has been brought since, by a reader that was just under way. */
async function confirm(
  tools: PullTools,
  scan: Scan,
  calculated: readonly string[],
  signal: AbortSignal,
): Promise<Difference[]> {
  const { objectType, properties } = scan;
  const rows = await tools.db.query<{ id: string }>(
    'select id::text as id from {schema}.mirror_differences where scan_id = $1 order by mirror_differences.id',
    [scan.id],
  );
  const found: Difference[] = [];
  for (let start = 0; start < rows.length; start += BATCH) {
    const ids = rows.slice(start, start + BATCH).map(({ id }) => id);
    const { records, readAt } = await readCurrent(tools, objectType, { ids, properties }, signal);
    found.push(
      ...(await comparePage(tools.db, {
        objectType,
        records,
        readAt,
        properties,
        calculated,
        range: { ids },
      })),
    );
  }
  return found;
}

async function countRead(db: Queryable, scan: Scan): Promise<number> {
  const [row] = await db.query<{ records: number }>(
    `select coalesce((counts ->> 'records')::integer, 0) as records from {schema}.mirror_scans where id = $1`,
    [scan.id],
  );
  return row?.records ?? 0;
}
