import type { Database, Queryable } from '../db/database.ts';
import { comparePage } from '../mirror/compare-page.ts';
import { type MirrorInput, type WriteCounts, writeRecords } from '../mirror/write-records.ts';
import { addHints } from './hints.ts';
import { mirrorObject, type PullTools } from './pull-tools.ts';
import { moveStream, type Scan, type Stream } from './scans.ts';

/** A page of a scan and the ids that it answers for. */
export interface ScannedPage {
  readonly records: readonly MirrorInput[];
  /** Ids from here (included) up to `toId` (not included; null: to the end): what is live in them stands on the page. */
  readonly fromId: string;
  readonly toId: string | null;
  /** When it was asked for, by the database's clock. */
  readonly readAt: Date;
}

export interface PageCounts extends WriteCounts {
  /** Records that are to be read by id: in the mirror and not on the page, or (sweep) on the page and not as new in the mirror. */
  readonly hinted: number;
}

/** Raised inside: another process has read this part of the scan further. */
export class StreamLost extends Error {}

/** Writes a page, what it gives cause to read anew, and where the next one begins, in one transaction. Raises StreamLost. */
export async function writePage(
  tools: PullTools,
  scan: Scan,
  stream: Stream,
  page: ScannedPage,
  to: { readonly afterId: string; readonly done: boolean },
): Promise<PageCounts> {
  const { db, guards } = tools;
  const { objectType } = scan;
  if (!guards.cursor && !(await moveStream(db, scan, stream, to))) throw new StreamLost();
  return db.transaction(async (tx) => {
    // A page that a crash of the server takes away takes its cursor along, so nothing is lost by not waiting for the disk.
    if (db.kind === 'postgres') await tx.query('set local synchronous_commit = off');
    if (guards.cursor && !(await moveStream(tx, scan, stream, to))) throw new StreamLost();
    if (scan.kind === 'reconcile') {
      const found = await noteDifferences(tx, scan, page);
      const counts = { inserted: 0, changed: 0, unchanged: page.records.length - found, hinted: 0 };
      await countPage(tx, scan, page.records.length, { ...counts, differing: found });
      return counts;
    }
    const { history } = mirrorObject(tools, objectType);
    const { newest } = guards;
    const keep = { objectType, readAt: page.readAt, newest, ...(history === undefined ? {} : { history }) };
    const written =
      scan.kind === 'backfill'
        ? await writeRecords(tx, page.records, keep)
        : { inserted: 0, changed: 0, unchanged: page.records.length };
    const hinted = [
      ...(guards.suspects ? await suspects(tx, objectType, page) : []),
      ...(scan.kind === 'sweep' ? await outdated(tx, objectType, page) : []),
    ];
    await addHints(tx, objectType, hinted);
    const counts = { ...written, hinted: hinted.length };
    await countPage(tx, scan, page.records.length, counts);
    return counts;
  });
}

/** Live in the mirror within the page's ids, read before the page was asked for, and not on it. */
async function suspects(tx: Queryable, objectType: string, page: ScannedPage): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select m.id::text as id from {schema}.mirror_records m
     where m.object_type = $1 and m.id >= $2::bigint and ($3::bigint is null or m.id < $3::bigint) and m.state = 'live'
       and m.read_at < $4::timestamptz and m.id <> all ($5::bigint[])`,
    [objectType, page.fromId, page.toId, page.readAt, page.records.map(({ id }) => id)],
  );
  return rows.map(({ id }) => id);
}

/** On the page, and not in the mirror, not live there, or with an earlier change. */
async function outdated(tx: Queryable, objectType: string, page: ScannedPage): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select x.id::text as id from jsonb_to_recordset($2::jsonb) as x(id bigint, updated_at timestamptz)
     left join {schema}.mirror_records m on m.object_type = $1 and m.id = any ($4::bigint[]) and m.id = x.id
     where m.id is null or (m.state <> 'live' and m.read_at < $3::timestamptz)
       or (m.state = 'live' and m.updated_at < x.updated_at)`,
    [
      objectType,
      JSON.stringify(page.records.map(({ id, updatedAt }) => ({ id, updated_at: updatedAt }))),
      page.readAt,
      page.records.map(({ id }) => id),
    ],
  );
  return rows.map(({ id }) => id);
}

/**
 * Hints at what a list of live records does not show: records in the recycle bin, which may have been erased since, and those that
 * were merged into one that is erased. Returns how many.
 */
export async function hintAtDeparted(db: Database, objectType: string): Promise<number> {
  const [row] = await db.query<{ hinted: number }>(
    `with hinted as (
       insert into {schema}.pull_hints as h (object_type, id)
       select m.object_type, m.id from {schema}.mirror_records m
       where m.object_type = $1 and (m.state = 'archived' or (m.state = 'merged' and exists (
         select from {schema}.mirror_records s where s.object_type = $1 and s.id = m.merged_into and s.state = 'gone')))
       order by m.id
       on conflict (object_type, id) do update
       set hints = h.hints + 1, hinted_at = excluded.hinted_at, ready_at = excluded.ready_at
       returning id
     ) select count(*)::integer as hinted from hinted`,
    [objectType],
  );
  return row?.hinted ?? 0;
}

/** Returns how many there are. */
async function noteDifferences(tx: Queryable, scan: Scan, page: ScannedPage): Promise<number> {
  const { objectType, properties } = scan;
  const { fromId, toId, records, readAt } = page;
  const found = await comparePage(tx, {
    objectType,
    records,
    readAt,
    properties,
    calculated: [],
    range: { fromId, toId },
  });
  await tx.query(
    `insert into {schema}.mirror_differences (scan_id, id, kind, properties, updated_at)
     select $1, x.id, x.kind, x.properties, x.updated_at
     from jsonb_to_recordset($2::jsonb) as x(id bigint, kind text, properties text[], updated_at timestamptz)
     on conflict (scan_id, id) do nothing`,
    [
      scan.id,
      JSON.stringify(found.map(({ updatedAt, ...difference }) => ({ ...difference, updated_at: updatedAt }))),
    ],
  );
  return found.length;
}

async function countPage(
  tx: Queryable,
  scan: Scan,
  records: number,
  counts: PageCounts & { readonly differing?: number },
): Promise<void> {
  await tx.query(
    `update {schema}.mirror_scans set counts = counts || (
       select jsonb_object_agg(key, coalesce((counts ->> key)::bigint, 0) + value::bigint) from jsonb_each_text($2::jsonb)
     ) where id = $1`,
    [scan.id, JSON.stringify({ pages: 1, records, ...counts })],
  );
}
