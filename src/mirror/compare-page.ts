import type { Queryable } from '../db/database.ts';
import { type MirrorInput, storedProperties } from './write-records.ts';

/** A page of the list of all records, with what is needed to hold the mirror against it. */
export interface ComparedPage {
  readonly objectType: string;
  readonly records: readonly MirrorInput[];
  /** The ids that the page answers for: from one on, up to another (not included; null: to the end), or these and no others. */
  readonly range:
    | { readonly fromId: string; readonly toId: string | null }
    | { readonly ids: readonly string[] };
  /** When the page was asked for, by the database's clock. */
  readonly readAt: Date;
  /** The properties that were read. */
  readonly properties: readonly string[];
  /** Those of them that HubSpot works out by itself: they change without a change of the record. */
  readonly calculated: readonly string[];
}

/**
 * How the mirror differs from a page.
 *
 * `missing`: at HubSpot and not here. `extra`: here, and not at HubSpot any more. `stale`: with other values. `calculated`: with
 * other values of calculated properties only, which no reader is told of.
 */
export type DifferenceKind = 'missing' | 'extra' | 'stale' | 'calculated';

export interface Difference {
  readonly id: string;
  readonly kind: DifferenceKind;
  /** Names of up to 20 properties that differ. */
  readonly properties: readonly string[];
  /** HubSpot's time of the record's last change; that of the mirror for what is extra. */
  readonly updatedAt: Date;
}

const MAX_NAMED = 20;

const IN_RANGE = {
  range: 'm.id >= $3::bigint and ($4::bigint is null or m.id < $4::bigint)',
  ids: 'm.id = any ($3::bigint[]) and $4::bigint is null',
} as const;

/** Holds the mirror against a page, in one statement; writes nothing. What was read after the page was asked for is no difference. */
export async function comparePage(db: Queryable, page: ComparedPage): Promise<Difference[]> {
  const { range } = page;
  const kind = 'ids' in range ? 'ids' : 'range';
  const rows = await db.query<{ id: number; kind: DifferenceKind; properties: string[]; updated_at: Date }>(
    `with input as materialized (
       select x.id, x.properties, x.updated_at
       from jsonb_to_recordset($2::jsonb) as x(id bigint, properties jsonb, updated_at timestamptz)
     ), differing as (
       select x.id, x.updated_at, m.id is null as missing, case when m.id is null then '{}' else array(
         select k.key from (select jsonb_object_keys(x.properties) union select jsonb_object_keys(m.properties)) k(key)
         where x.properties -> k.key is distinct from m.properties -> k.key and k.key = any ($6::text[])
         order by k.key = any ($7::text[]), k.key
       ) end as names
       from input x
       left join {schema}.mirror_records m on m.object_type = $1 and m.id = any ($8::bigint[]) and m.id = x.id and (m.state = 'live' or m.read_at > $5::timestamptz)
       where m.id is null or (m.properties <> x.properties and m.state = 'live' and m.read_at <= $5::timestamptz)
     )
     select id, case when missing then 'missing' when names[1] = any ($7::text[]) then 'calculated' else 'stale' end as kind,
            names[1:${MAX_NAMED}] as properties, updated_at
     from differing where missing or cardinality(names) > 0
     union all
     select m.id, 'extra', '{}', m.updated_at from {schema}.mirror_records m
     where m.object_type = $1 and ${IN_RANGE[kind]} and m.state = 'live' and m.read_at < $5::timestamptz and not exists (select from input x where x.id = m.id)
     order by id`,
    [
      page.objectType,
      JSON.stringify(
        page.records.map(({ id, properties, updatedAt }) => ({
          id,
          properties: storedProperties(properties),
          updated_at: updatedAt,
        })),
      ),
      ...('ids' in range ? [range.ids, null] : [range.fromId, range.toId]),
      page.readAt,
      page.properties,
      page.calculated,
      page.records.map(({ id }) => id),
    ],
  );
  return rows.map(({ id, kind, properties, updated_at }) => ({
    id: String(id),
    kind,
    properties,
    updatedAt: updated_at,
  }));
}
