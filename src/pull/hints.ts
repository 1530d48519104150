import type { Queryable } from '../db/database.ts';

/** A record that is to be read anew, and how often that was said of it when it was taken. */
export interface Hint {
  readonly id: string;
  readonly hints: number;
  /** The last time, as the database writes it: a hint may be followed by another process and given anew under the same count. */
  readonly at: string;
}

/** Longest that one taking may work at its hints before another process takes them as well, s. */
const HOLD_S = 120;
const MAX_WAIT_S = 3_600;

/** Where hints are announced; the listeners of other schemas must not hear of it. */
export const hintChannel = (schema: string) => `${schema}_pull_hints`;

/** Says that these records are to be read anew, at once. */
export async function addHints(tx: Queryable, objectType: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `insert into {schema}.pull_hints as h (object_type, id)
     select $1, id from (select distinct unnest($2::bigint[]) as id) x order by id
     on conflict (object_type, id) do update
     set hints = h.hints + 1, hinted_at = excluded.hinted_at, ready_at = excluded.ready_at`,
    [objectType, ids],
  );
}

/** Which of these object types have hints that are due. */
export async function hintedTypes(db: Queryable, objectTypes: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ object_type: string }>(
    `select t.object_type from unnest($1::text[]) as t(object_type) where exists (
       select from {schema}.pull_hints h where h.object_type = t.object_type and h.ready_at <= clock_timestamp())`,
    [objectTypes],
  );
  return rows.map(({ object_type }) => object_type);
}

/** Takes due hints, the ones that have failed least first; they stay until `dropHints`, and come again without it. */
export async function takeHints(tx: Queryable, objectType: string, limit: number): Promise<Hint[]> {
  const rows = await tx.query<{ id: string; hints: number; at: string }>(
    `update {schema}.pull_hints h set ready_at = clock_timestamp() + interval '${HOLD_S} s'
     from (select id from {schema}.pull_hints where object_type = $1 and ready_at <= clock_timestamp()
           order by failures, ready_at limit $2 for update skip locked) due
     where h.object_type = $1 and h.id = due.id
     returning h.id::text as id, h.hints, h.hinted_at::text as at`,
    [objectType, limit],
  );
  return rows;
}

/** Takes hints away that have been followed, unless the record was hinted at again after they were taken. */
export async function dropHints(tx: Queryable, objectType: string, hints: readonly Hint[]): Promise<void> {
  if (hints.length === 0) return;
  await tx.query(
    `delete from {schema}.pull_hints h using (
       select p.id from {schema}.pull_hints p join jsonb_to_recordset($2::jsonb) as x(id bigint, hints integer, at timestamptz) using (id)
       where p.object_type = $1 and p.id = any ($3::bigint[]) and p.hints = x.hints and p.hinted_at = x.at order by p.id for update of p
     ) followed where h.object_type = $1 and h.id = any ($3::bigint[]) and h.id = followed.id`,
    [objectType, JSON.stringify(hints), hints.map(({ id }) => id)],
  );
}

/** Puts hints off whose records could not be read, longer each time. */
export async function postponeHints(
  tx: Queryable,
  objectType: string,
  hints: readonly Hint[],
): Promise<void> {
  await tx.query(
    `update {schema}.pull_hints set failures = least(failures + 1, 30),
            ready_at = clock_timestamp() + least(power(2, failures), ${MAX_WAIT_S}) * interval '1 s'
     where object_type = $1 and id = any ($2::bigint[])`,
    [objectType, hints.map(({ id }) => id)],
  );
}
