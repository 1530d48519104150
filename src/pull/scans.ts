import type { Database, Queryable } from '../db/database.ts';
import type { Extent, StreamRange } from './scan-ranges.ts';

/** A reading of a whole object type that is under way. */
export interface Scan {
  readonly id: number;
  readonly objectType: string;
  readonly kind: ScanKind;
  readonly properties: readonly string[];
  readonly begunAt: Date;
  /** Records that HubSpot counted at its begin; undefined where it did not say. */
  readonly expected?: number;
  /** Records that were read when it was opened. */
  readonly read: number;
}

/**
 * backfill: with all properties. sweep: ids and times of change, for what has left, come back or is missing. reconcile: with all
 * properties, held against the mirror and not written.
 */
export type ScanKind = 'backfill' | 'sweep' | 'reconcile';

/** A part of a scan: ids from `fromId` (included) up to `toId` (not included; null: to the end). */
export interface Stream extends StreamRange {
  /** Where the next page begins. */
  readonly afterId: string;
}

/** Above the longest time between two readings that the settings allow. */
const KEPT_DAYS = 400;

type ScanRow = { id: number; properties: string[]; begun_at: Date; expected: number | null; read: number };

const COLUMNS = `id, properties, begun_at, (counts ->> 'expected')::bigint as expected, coalesce((counts ->> 'records')::bigint, 0) as read`;

/**
 * The scan of this kind that is under way, or a new one. One that reads other properties than are wanted now is given up, because
 * its rows would lack some. `plan` is asked for a new one's streams, and from when on changes have to be read beside it.
 */
export async function openScan(
  db: Database,
  wanted: Pick<Scan, 'objectType' | 'kind' | 'properties'>,
  plan: () => Promise<Extent>,
): Promise<Scan> {
  const { objectType, kind } = wanted;
  const properties = [...wanted.properties];
  const find = async (tx: Queryable): Promise<Scan | undefined> => {
    const [row] = await tx.query<ScanRow>(
      `select ${COLUMNS} from {schema}.mirror_scans
       where object_type = $1 and kind = $2 and ended_at is null`,
      [objectType, kind],
    );
    if (row === undefined) return undefined;
    const same =
      row.properties.length === properties.length &&
      properties.every((name, i) => row.properties[i] === name);
    if (same) return scanOf(row);
    await endScan(tx, row.id);
    return undefined;
  };
  const scanOf = ({ id, begun_at, expected, read }: ScanRow): Scan => ({
    id,
    objectType,
    kind,
    properties,
    begunAt: begun_at,
    ...(expected === null ? {} : { expected }),
    read,
  });
  const current = await find(db);
  if (current !== undefined) return current;
  const { ranges, watermark, total } = await plan();
  return db.transaction(async (tx) => {
    const [row] = await tx.query<ScanRow>(
      `insert into {schema}.mirror_scans (object_type, kind, properties, counts) values ($1, $2, $3::text[], $4::jsonb)
       on conflict (object_type, kind) where ended_at is null do nothing returning ${COLUMNS}`,
      [objectType, kind, properties, JSON.stringify(total === undefined ? {} : { expected: total })],
    );
    if (row === undefined) {
      const other = await find(tx);
      if (other !== undefined) return other;
      throw new Error(`the ${kind} of ${objectType} changes hands all the time`);
    }
    await tx.query(
      `insert into {schema}.mirror_streams (scan_id, from_id, to_id, after_id)
       select $1, x.from_id, x.to_id, x.from_id from jsonb_to_recordset($2::jsonb) as x(from_id bigint, to_id bigint)`,
      [row.id, JSON.stringify(ranges.map(({ fromId, toId }) => ({ from_id: fromId, to_id: toId })))],
    );
    await tx.query(
      `insert into {schema}.mirror_objects as o (object_type, live_watermark, settled_watermark) values ($1, $2, $2)
       on conflict (object_type) do update set live_watermark = coalesce(o.live_watermark, excluded.live_watermark),
         settled_watermark = coalesce(o.settled_watermark, excluded.settled_watermark)`,
      [objectType, watermark],
    );
    return scanOf(row);
  });
}

/** The streams of a scan that are not through, in order. */
export async function openStreams(db: Queryable, scan: Scan): Promise<Stream[]> {
  const rows = await db.query<{ from_id: string; to_id: string | null; after_id: string }>(
    `select from_id::text, to_id::text, after_id::text from {schema}.mirror_streams
     where scan_id = $1 and not done order by mirror_streams.from_id`,
    [scan.id],
  );
  return rows.map(({ from_id, to_id, after_id }) => ({ fromId: from_id, toId: to_id, afterId: after_id }));
}

/** Moves a stream's cursor from where it was taken up; false when another process has moved it meanwhile. */
export async function moveStream(
  tx: Queryable,
  scan: Scan,
  stream: Stream,
  { afterId, done }: { readonly afterId: string; readonly done: boolean },
): Promise<boolean> {
  const [moved] = await tx.query(
    `update {schema}.mirror_streams set after_id = $4::bigint, done = $5
     where scan_id = $1 and from_id = $2::bigint and after_id = $3::bigint and not done returning scan_id`,
    [scan.id, stream.fromId, stream.afterId, afterId, done],
  );
  return moved !== undefined;
}

/** Leaves the ids from the stream's place up to `at` open and makes a stream of the rest; undefined when it was moved meanwhile. */
export async function splitStream(
  db: Database,
  scan: Scan,
  stream: Stream,
  at: string,
): Promise<Stream | undefined> {
  return db.transaction(async (tx) => {
    const [cut] = await tx.query(
      `update {schema}.mirror_streams set to_id = $4::bigint
       where scan_id = $1 and from_id = $2::bigint and after_id = $3::bigint and not done returning scan_id`,
      [scan.id, stream.fromId, stream.afterId, at],
    );
    if (cut === undefined) return undefined;
    await tx.query(
      `insert into {schema}.mirror_streams (scan_id, from_id, to_id, after_id) values ($1, $2::bigint, $3::bigint, $2::bigint)`,
      [scan.id, at, stream.toId],
    );
    return { fromId: at, toId: stream.toId, afterId: at };
  });
}

/** Ends a scan whose streams are all through and notes what that makes true; false while one is not. */
export async function completeScan(db: Database, scan: Scan): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [open] = await tx.query(
      'select 1 from {schema}.mirror_streams where scan_id = $1 and not done limit 1',
      [scan.id],
    );
    if (open !== undefined) return false;
    await endScan(tx, scan.id);
    if (scan.kind === 'reconcile') return true;
    await tx.query(
      `update {schema}.mirror_objects
       set swept_at = greatest(swept_at, $2::timestamptz),
           caught_up_at = case when $3 then greatest(caught_up_at, $2::timestamptz) else caught_up_at end,
           complete_at = case when $3 then coalesce(complete_at, clock_timestamp()) else complete_at end,
           properties = case when $3 then $4::text[] else properties end
       where object_type = $1`,
      [scan.objectType, scan.begunAt, scan.kind === 'backfill', scan.properties],
    );
    return true;
  });
}

async function endScan(tx: Queryable, id: number): Promise<void> {
  await tx.query('delete from {schema}.mirror_streams where scan_id = $1', [id]);
  await tx.query('update {schema}.mirror_scans set ended_at = clock_timestamp() where id = $1', [id]);
  await tx.query(
    `delete from {schema}.mirror_scans where ended_at < clock_timestamp() - interval '${KEPT_DAYS} days'`,
  );
}
