import type { Queryable } from '../db/database.ts';

/** That a record is not live any more. */
export type Departure = { readonly id: string } & (
  | {
      readonly state: 'archived';
      /** ISO 8601; when HubSpot says it was. */
      readonly leftAt?: string;
    }
  | { readonly state: 'merged'; readonly into: string }
  | { readonly state: 'gone' }
);

/**
 * Notes in the mirror which records have left, and how; returns how many rows that changed. Rows read after `readAt` (when it was
 * asked, by the database's clock) stay as they are, and ids that the mirror does not hold are passed over.
 *
 * Of a record that is gone nothing but its id is kept, because it may have been erased on a person's demand: its values, its
 * former values and its links go with it.
 */
export async function writeDepartures(
  tx: Queryable,
  departures: readonly Departure[],
  { objectType, readAt }: { readonly objectType: string; readonly readAt: Date },
): Promise<number> {
  if (departures.length === 0) return 0;
  const rows = departures.map((departure) => ({
    id: departure.id,
    state: departure.state,
    left_at: departure.state === 'archived' ? departure.leftAt : undefined,
    merged_into: departure.state === 'merged' ? departure.into : undefined,
  }));
  const changed = await tx.query<{ id: number; state: string }>(
    `with input as (
       select x.* from jsonb_to_recordset($2::jsonb) as x(id bigint, state text, left_at timestamptz, merged_into bigint)
     ), held as (
       select m.id from {schema}.mirror_records m join input x on x.id = m.id
       where m.object_type = $1 and m.id = any ($4::bigint[]) and m.read_at < $3::timestamptz and (m.state, m.merged_into) is distinct from (x.state, x.merged_into)
       order by m.id for update of m
     )
     update {schema}.mirror_records m
     set state = x.state, left_at = coalesce(x.left_at, m.left_at, clock_timestamp()), merged_into = x.merged_into,
         read_at = $3::timestamptz, changed_at = clock_timestamp(),
         properties = case when x.state = 'gone' then '{}' else m.properties end
     from input x join held h on h.id = x.id
     where m.object_type = $1 and m.id = any ($4::bigint[]) and m.id = x.id
     returning m.id, m.state`,
    [objectType, JSON.stringify(rows), readAt, departures.map(({ id }) => id)],
  );
  const gone = changed.filter(({ state }) => state === 'gone').map(({ id }) => id);
  if (gone.length > 0) {
    await tx.query(
      'delete from {schema}.mirror_changes where object_type = $1 and record_id = any ($2::bigint[])',
      [objectType, gone],
    );
    await tx.query(
      'delete from {schema}.mirror_links where from_type = $1 and from_id = any ($2::bigint[])',
      [objectType, gone],
    );
    await tx.query('delete from {schema}.mirror_links where to_type = $1 and to_id = any ($2::bigint[])', [
      objectType,
      gone,
    ]);
  }
  return changed.length;
}
