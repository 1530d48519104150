import type { Queryable } from '../db/database.ts';

/** A record as HubSpot's store showed it: read by its id or from the list of all, never from a search, whose index lags. */
export interface MirrorInput {
  readonly id: string;
  /** Empty ones are left out of the mirror. */
  readonly properties: Readonly<Record<string, string | null>>;
  /** ISO 8601. */
  readonly createdAt?: string;
  /** ISO 8601. */
  readonly updatedAt: string;
}

export interface WriteOptions {
  readonly objectType: string;
  /** When the request was sent, by the database's clock. */
  readonly readAt: Date;
  /** Properties whose former values are kept: all, these, or (default) none. */
  readonly history?: true | readonly string[];
  /** Let no older state overwrite a newer one: default, and off only for tests that prove that it is needed. */
  readonly newest?: boolean;
}

export interface WriteCounts {
  readonly inserted: number;
  readonly changed: number;
  /** As they were, or older than what the mirror holds. */
  readonly unchanged: number;
}

/**
 * Writes what was read into the mirror, all of it in one statement. An older state never overwrites a newer one: a row takes a
 * later change, or a later reading of the same one (calculated properties change without a time); one that has left comes back
 * only by a reading that was sent after it was found to have left. An id may come once only.
 *
 * Rows that stay as they are are not written.
 */
export async function writeRecords(
  tx: Queryable,
  records: readonly MirrorInput[],
  { objectType, readAt, history, newest = true }: WriteOptions,
): Promise<WriteCounts> {
  if (records.length === 0) return { inserted: 0, changed: 0, unchanged: 0 };
  const rows = JSON.stringify(
    records.map(({ id, properties, createdAt, updatedAt }) => ({
      id,
      properties: storedProperties(properties),
      created_at: createdAt,
      updated_at: updatedAt,
    })),
  );
  const values = [objectType, rows, readAt, records.map(({ id }) => id)];
  const keep = history !== undefined && (history === true || history.length > 0);
  const [counts] = await tx.query<{ inserted: number; changed: number }>(
    keep
      ? `with ${LOCKED}, ${writtenAs(newest)}, ${KEPT} ${COUNTS}`
      : `with ${HELD}, ${writtenAs(newest)} ${COUNTS}`,
    keep ? [...values, history === true ? null : history] : values,
  );
  const { inserted = 0, changed = 0 } = counts ?? {};
  return { inserted, changed, unchanged: records.length - inserted - changed };
}

const INPUT = `input as materialized (
  select x.id, x.properties, x.created_at, x.updated_at
  from jsonb_to_recordset($2::jsonb) as x(id bigint, properties jsonb, created_at timestamptz, updated_at timestamptz)
  order by x.id
)`;

/** By an array of ids: joined with the rows of the page, Postgres may walk the index of all records instead. */
const HELD = `${INPUT}, former as materialized (
  select m.id, m.properties from {schema}.mirror_records m where m.object_type = $1 and m.id = any ($4::bigint[]) order by m.id
)`;

/** So that what is kept as former is what is overwritten. */
const LOCKED = HELD.replace(/\)$/, ' for update)');

const NEWEST = `case when m.state = 'live'
      then (excluded.updated_at, excluded.read_at) >= (m.updated_at, m.read_at)
        and (excluded.updated_at <> m.updated_at or excluded.properties <> m.properties)
      else excluded.read_at > m.read_at end`;

/** Counts the former rows so that they are read first: once overwritten they could not be locked any more. */
const writtenAs = (newest: boolean) => `written as (
  insert into {schema}.mirror_records as m (object_type, id, properties, created_at, updated_at, read_at)
  select $1, id, properties, created_at, updated_at, $3::timestamptz from input
  where (select count(*) from former) >= 0 order by id
  on conflict (object_type, id) do update
  set properties = excluded.properties, created_at = excluded.created_at, updated_at = excluded.updated_at, state = 'live',
      left_at = null, merged_into = null, read_at = excluded.read_at, changed_at = clock_timestamp()
  where ${newest ? NEWEST : 'true'}
  returning m.id, m.properties, m.updated_at
)`;

const KEPT = `kept as (
  insert into {schema}.mirror_changes (object_type, record_id, updated_at, changes)
  select $1, w.id, w.updated_at, d.changes
  from written w join former f on f.id = w.id cross join lateral (
    select jsonb_object_agg(key, jsonb_build_array(f.properties -> key, w.properties -> key)) as changes
    from (select jsonb_object_keys(f.properties) union select jsonb_object_keys(w.properties)) k(key)
    where f.properties -> key is distinct from w.properties -> key and ($5::text[] is null or key = any ($5::text[]))
  ) d
  where d.changes is not null
)`;

const COUNTS = `select count(*) filter (where f.id is null)::integer as inserted, count(f.id)::integer as changed
  from written w left join former f on f.id = w.id`;

/** As they stand in the mirror: without empty values, and without what Postgres' jsonb refuses: NUL and half a surrogate pair. */
export function storedProperties(properties: MirrorInput['properties']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties))
    if (value !== null && value !== '') kept[name] = value.replaceAll('\0', '').toWellFormed();
  return kept;
}
