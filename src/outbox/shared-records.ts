import type { Database, Queryable, Row } from '../db/database.ts';

/** What a claim learns of the records that it shares with others. */
export interface SharedRecords {
  /** Keys that this claim may write. */
  readonly held: ReadonlySet<string>;
  /** By key and property: the newest event that has set it. */
  readonly written: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Lanes of their own that some of the records have, by key. */
  readonly lanes: ReadonlyMap<string, { readonly id: number; readonly deliveredTo: number }>;
}

interface TakenRow extends Row {
  record_key: string;
  written: Record<string, number>;
}

interface OtherRow extends Row {
  record_key: string;
  lane_id: number | null;
  delivered_to: number | null;
  is_busy: boolean;
  written: Record<string, number> | null;
}

export interface TakeSharedOptions {
  /** Unique for each claim. */
  readonly holder: string;
  /** Records that the claim's events write without being of them. */
  readonly shared: readonly string[];
  /** The claim's lanes, with their own records: no other claim may hold these. */
  readonly own: readonly { readonly id: number; readonly recordKey: string }[];
  readonly leaseMs: number;
}

/**
 * Takes the records that a claim shares with others, for as long as a lease, each if nobody holds it; nothing waits.
 *
 * A record may also have a lane of its own. Whoever wants it first makes known that it does (the lease, the hold), and then looks
 * whether somebody else has: of two that come at the same time at least one sees the other.
 */
export async function takeShared(db: Database, options: TakeSharedOptions): Promise<SharedRecords> {
  const { holder, shared, own, leaseMs } = options;
  const ownKeys = own.map((lane) => lane.recordKey);
  const taken =
    shared.length === 0
      ? []
      : await db.query<TakenRow>(
          `insert into {schema}.shared_records as s (record_key, held_by, held_until)
           select key, $2, clock_timestamp() + $3::float8 * interval '1 ms' from unnest($1::text[]) k(key) order by key collate "C"
           on conflict (record_key) do update set held_by = excluded.held_by, held_until = excluded.held_until
           where s.held_until <= clock_timestamp() or s.held_by = excluded.held_by
           returning s.record_key, s.written`,
          [shared, holder, leaseMs],
        );
  const others = await db.query<OtherRow>(
    `select l.record_key, l.id as lane_id, l.delivered_to, null::jsonb as written,
            l.leased_by is not null and l.ready_at > clock_timestamp() and not (l.id = any ($3::bigint[])) as is_busy
     from {schema}.lanes l where l.record_key = any ($1::text[])
     union all
     select s.record_key, null, null, s.written, s.held_until > clock_timestamp() and s.held_by <> $4
     from {schema}.shared_records s where s.record_key = any ($2::text[])`,
    [shared, [...shared, ...ownKeys], own.map((lane) => lane.id), holder],
  );
  const busy = new Set(others.flatMap((row) => (row.is_busy ? [row.record_key] : [])));
  return {
    held: new Set([...taken.map((row) => row.record_key), ...ownKeys].filter((key) => !busy.has(key))),
    written: new Map(
      [...taken, ...others].flatMap((row) =>
        row.written && Object.keys(row.written).length > 0 ? [[row.record_key, row.written] as const] : [],
      ),
    ),
    lanes: new Map(
      others.flatMap((row) =>
        row.lane_id === null
          ? []
          : [[row.record_key, { id: row.lane_id, deliveredTo: row.delivered_to ?? 0 }] as const],
      ),
    ),
  };
}

/** What a claim leaves behind of records that it shared with others. */
export interface SharedVerdict {
  readonly holder: string;
  /** Given back. */
  readonly keys: readonly string[];
  /** By record key and property: the event that has set it. */
  readonly written: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/**
 * Gives a claim's shared records back and notes what it has written. What somebody else has taken over meanwhile stays taken, and
 * the values are noted all the same: they are at HubSpot. Of a record that the claim held by its lane there may be no row yet.
 */
export async function giveBackShared(tx: Queryable, { holder, keys, written }: SharedVerdict): Promise<void> {
  await tx.query(
    `insert into {schema}.shared_records as s (record_key, written)
     select key, coalesce($3::jsonb -> key, '{}') from unnest($2::text[]) k(key) order by key collate "C"
     on conflict (record_key) do update
     set held_by = case when s.held_by is distinct from $1 then s.held_by end,
         held_until = case when s.held_by is distinct from $1 then s.held_until else '-infinity' end,
         written = case when excluded.written = '{}' then s.written else (
           select jsonb_object_agg(name, newest) from (
             select e.key as name, max(e.value::bigint) as newest
             from (select * from jsonb_each_text(s.written) union all select * from jsonb_each_text(excluded.written)) e group by e.key
           ) merged) end`,
    [holder, [...new Set([...keys, ...written.keys()])], JSON.stringify(Object.fromEntries(written))],
  );
}
