import type { MirrorConfig } from '../config/mirror.ts';
import { DEFAULT_SEGMENT_TYPE, inOrder, type SegmentDefinition } from '../config/segments.ts';
import type { Database, Queryable } from '../db/database.ts';
import { type MirrorProperties, readProperties } from './mirror-properties.ts';
import { compileRule, dependenciesOf, sure } from './rules/compile-rule.ts';
import { problemsOfNames } from './rules/problems-of-names.ts';
import { problemsOfTypes } from './rules/problems-of-types.ts';

/** What an evaluation did with one segment. */
export interface SegmentReport {
  readonly name: string;
  /** full: every record was looked at. changed: those that had changed. skipped: nothing was due. */
  readonly looked: 'full' | 'changed' | 'skipped';
  readonly joined: number;
  readonly left: number;
  readonly size: number;
  /** Why it could not be evaluated: it stays as it was. */
  readonly error?: string;
}

export interface EvaluateOptions {
  readonly segments: NonNullable<MirrorConfig['segments']>;
  /** Every record of every segment, whatever is due. */
  readonly full?: boolean;
  /** Only these. Default all. */
  readonly names?: readonly string[];
}

/** A transaction that writes the mirror may commit so long after the time it put into its rows, ms. */
const OVERLAP_MS = 120_000;
/** Rules that count days are true for other records as time goes by: how often every record is looked at for them, ms. */
const TIME_RULES_EVERY_MS = 10 * 60_000;
/** How long it is kept who joined a segment and who left it. */
const KEPT_DAYS = 400;
const FORGOTTEN_AT_ONCE = 10_000;

interface SegmentRow {
  readonly [column: string]: unknown;
  readonly size: number;
  readonly same: boolean;
  readonly full_age: number | null;
  readonly evaluated_at: string | null;
}

/**
 * Brings the members of all segments up to date with the mirror, each in one statement, and records who joined and who left.
 *
 * Looked at are the records that have changed since the last time; all of them when the rule is new or another one, when it speaks of
 * lists, segments or events, and every ten minutes when it counts days. Segments that the config does not name any more are removed, and changes after 400 days.
 * One process at a time: undefined while another evaluates.
 */
export async function evaluateSegments(
  db: Database,
  { segments, full = false, names }: EvaluateOptions,
): Promise<SegmentReport[] | undefined> {
  const properties = new Map<string, MirrorProperties>();
  const reports: SegmentReport[] = [];
  const known = Object.keys(segments);
  for (const name of inOrder(segments)) {
    const segment = segments[name];
    if (segment === undefined || (names && !names.includes(name))) continue;
    const { objectType = DEFAULT_SEGMENT_TYPE } = segment;
    const defined = properties.get(objectType) ?? (await readProperties(db, objectType));
    properties.set(objectType, defined);
    // A transaction each: one that takes long, or fails, holds up no other.
    const report = await db.transaction(async (tx) => {
      if (!(await isHeld(tx))) return undefined;
      await dropOthers(tx, known);
      return evaluate(tx, name, { ...segment, objectType }, defined, full);
    });
    if (report === undefined) return undefined;
    reports.push(report);
  }
  if (reports.some(({ looked }) => looked === 'full')) await forgetChanges(db);
  if (known.length === 0) await db.transaction((tx) => dropOthers(tx, known));
  return reports;
}

/** The size of each segment as it was last evaluated, by name; without those that never were, of which nobody knows it. */
export async function segmentSizes(db: Queryable): Promise<Readonly<Record<string, number>>> {
  const rows = await db.query<{ name: string; size: number }>(
    'select name, size from {schema}.segments where evaluated_at is not null order by name',
  );
  return Object.fromEntries(rows.map(({ name, size }) => [name, size]));
}

/** Of the oldest changes, those that are kept long enough. */
async function forgetChanges(db: Queryable): Promise<void> {
  await db.query(
    `delete from {schema}.segment_changes where id = any (array(
       select id from (select id, at from {schema}.segment_changes order by id limit ${FORGOTTEN_AT_ONCE}) oldest
       where at < statement_timestamp() - interval '${KEPT_DAYS} days'))`,
  );
}

async function dropOthers(tx: Queryable, known: readonly string[]): Promise<void> {
  const dropped = await tx.query<{ name: string }>(
    'delete from {schema}.segments where name <> all ($1::text[]) returning name',
    [known],
  );
  if (dropped.length > 0)
    await tx.query('delete from {schema}.segment_members where segment = any ($1::text[])', [
      dropped.map(({ name }) => name),
    ]);
}

async function isHeld(tx: Queryable): Promise<boolean> {
  const [row] = await tx.query<{ held: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('{schema}.segments', 0)) as held`,
  );
  return row?.held ?? false;
}

async function evaluate(
  tx: Queryable,
  name: string,
  { rule, objectType }: Required<Pick<SegmentDefinition, 'rule' | 'objectType'>>,
  properties: MirrorProperties,
  full: boolean,
): Promise<SegmentReport> {
  const [row] = await tx.query<SegmentRow>(
    `insert into {schema}.segments as s (name, object_type, rule) values ($1, $2, $3::jsonb)
     on conflict (name) do update set object_type = excluded.object_type, rule = excluded.rule
     returning s.size, (extract(epoch from statement_timestamp() - s.full_at) * 1000)::float8 as full_age, s.evaluated_at::text,
       (select b.rule = $3::jsonb and b.object_type = $2 from {schema}.segments b where b.name = $1) as same`,
    [name, objectType, JSON.stringify(rule)],
  );
  const size = row?.size ?? 0;
  const [problem] = [
    ...problemsOfTypes('rule', rule, properties),
    ...(await problemsOfNames(tx, objectType, [{ place: 'rule', rule }])),
  ];
  if (problem !== undefined) {
    const error = `${problem.name}: ${problem.message}`;
    await tx.query('update {schema}.segments set error = $2 where name = $1', [name, error]);
    return { name, looked: 'skipped', joined: 0, left: 0, size, error };
  }
  const { time, others } = dependenciesOf(rule);
  const age = row?.full_age ?? Number.POSITIVE_INFINITY;
  const looked =
    full || others || row?.same !== true || (time ? age >= TIME_RULES_EVERY_MS : !Number.isFinite(age))
      ? 'full'
      : 'changed';
  const values: unknown[] = [name, objectType];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const condition = compileRule(rule, { objectType, types: properties.types, bind });
  const evaluatedAt = row?.evaluated_at ?? null;
  // What a segment of this name has left behind that was deleted by hand.
  if (evaluatedAt === null) await tx.query('delete from {schema}.segment_members where segment = $1', [name]);
  // As a value, from which Postgres sees how few that are.
  const inView =
    looked === 'full'
      ? ''
      : `and m.changed_at >= ${bind(evaluatedAt)}::timestamptz - interval '${OVERLAP_MS} ms'`;
  // Who is in a new segment did not join it: since when stands with each member.
  const noted =
    evaluatedAt === null
      ? ''
      : `, noted as (
       insert into {schema}.segment_changes (segment, record_id, joined)
       select $1, record_id, true from joined union all select $1, record_id, false from left_now
     )`;
  const [counts] = await tx.query<{ joined: number; left: number; size: number }>(
    `with seen as materialized (
       select m.id, m.state = 'live' and ${sure(condition)} as fits from {schema}.mirror_records m where m.object_type = $2 ${inView}
     ), joined as (
       insert into {schema}.segment_members (segment, record_id) select $1, id from seen where fits
       on conflict (segment, record_id) do nothing returning record_id
     ), left_now as (
       delete from {schema}.segment_members s where s.segment = $1 and ${
         looked === 'full'
           ? 'not exists (select from seen x where x.id = s.record_id and x.fits)'
           : 's.record_id in (select id from seen where not fits)'
       } returning s.record_id
     )${noted}
     update {schema}.segments s
     set size = s.size + (select count(*) from joined)::integer - (select count(*) from left_now)::integer, error = null,
         evaluated_at = statement_timestamp(), full_at = ${looked === 'full' ? 'statement_timestamp()' : 's.full_at'}
     where s.name = $1
     returning s.size, (select count(*)::integer from joined) as joined, (select count(*)::integer from left_now) as left`,
    values,
  );
  return { name, looked, joined: counts?.joined ?? 0, left: counts?.left ?? 0, size: counts?.size ?? size };
}
