import {
  tableParts,
  WRITE_BACK_COLUMNS,
  type WriteBackColumn,
  type WriteBackTable,
  type WriteBackTarget,
} from '../config/write-back.ts';
import { sqlState } from '../db/connection-fault.ts';
import type { Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';

/** A table of the application with what a statement needs to write to it. */
export interface WriteBackPlan {
  /** Quoted. */
  readonly table: string;
  /** Columns to be written, quoted, with their types. */
  readonly columns: ReadonlyMap<WriteBackColumn, { readonly name: string; readonly type: string }>;
  /** Types of all columns, by name: those of the key come with each event. */
  readonly types: ReadonlyMap<string, string>;
  readonly statuses: Readonly<Record<'pending' | 'synced' | 'failed', string>>;
}

/** By the name that the config gives the table. */
export type WriteBackPlans = ReadonlyMap<string, WriteBackPlan>;

export interface WriteBackRow {
  readonly eventId: number;
  /** With the key of the record whose HubSpot id the row shows; by default that of the event. */
  readonly target: WriteBackTarget & { readonly recordKey?: string };
}

const STATUSES = { pending: 'PENDING', synced: 'SYNCED', failed: 'FAILED' } as const;
/** Characters of an error that the application's row shows. */
const MAX_ERROR = 500;
/** An application that keeps its whole table locked must not keep deliveries from being settled, ms. */
const LOCK_TIMEOUT_MS = 2_000;
/** Classes of SQLSTATE that are about one row: data, constraints, and what a trigger raises. */
const OF_ONE_ROW: readonly string[] = ['22', '23', 'P0'];

/**
 * Looks at the tables of a config.
 *
 * @throws SpokeError WRITE_BACK_INVALID with every table and column that is not there.
 */
export async function planWriteBack(
  db: Queryable,
  tables: Readonly<Record<string, WriteBackTable>>,
): Promise<WriteBackPlans> {
  const plans = new Map<string, WriteBackPlan>();
  const problems: string[] = [];
  for (const [name, table] of Object.entries(tables)) {
    const types = await columnTypes(db, table.table);
    if (types.size === 0) {
      problems.push(`there is no table ${table.table}`);
      continue;
    }
    const columns = writeBackColumns(table);
    for (const column of columns.values())
      if (!types.has(column)) problems.push(`${table.table} has no column ${column}`);
    plans.set(name, {
      table: quotedTable(table.table),
      columns: new Map(
        [...columns].map(([meaning, column]) => [
          meaning,
          { name: quoted(column), type: types.get(column) ?? 'text' },
        ]),
      ),
      types,
      statuses: { ...STATUSES, ...table.statuses },
    });
  }
  if (problems.length > 0) {
    throw new SpokeError(
      'WRITE_BACK_INVALID',
      `What the config says under writeBack does not fit the database: ${problems.join('; ')}. Print the columns with: spoke write-back sql TABLE`,
      { facts: { problems } },
    );
  }
  return plans;
}

/** The columns that a table is to have, by meaning. */
export function writeBackColumns(table: WriteBackTable): ReadonlyMap<WriteBackColumn, string> {
  const meanings = Object.keys(WRITE_BACK_COLUMNS) as WriteBackColumn[];
  return new Map(
    meanings.flatMap((meaning) => {
      const name = table.columns?.[meaning] ?? WRITE_BACK_COLUMNS[meaning];
      return name === false ? [] : [[meaning, name] as const];
    }),
  );
}

/** The event ids of the rows that could not be written; all others were. */
export interface Unwritten {
  /** To be tried again: a row is locked, a column is gone. */
  readonly later: ReadonlySet<number>;
  /** Never to be written: the key is none of the table's type, a constraint or a trigger of the application refuses the values. */
  readonly refused: ReadonlySet<number>;
  /** The first one. */
  readonly error?: unknown;
}

/**
 * Writes to the application's rows what has become of their events, as the outbox shows it now; of several events of a row the
 * newest counts. A failure is undone by itself, the caller's transaction goes on.
 *
 * A row that the application has locked is left for later and not waited for: the wait would hold up whoever wants the caller's
 * lanes, and where two wait for each other, Postgres would end a transaction of the application.
 */
export async function writeBack(
  tx: Queryable,
  plans: WriteBackPlans,
  rows: readonly WriteBackRow[],
): Promise<Unwritten> {
  const unwritten = { later: new Set<number>(), refused: new Set<number>(), error: undefined };
  await tx.query(`select set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true)`);
  for (const [name, plan] of plans) {
    const own = rows.filter(({ target }) => target.table === name).sort((a, b) => a.eventId - b.eventId);
    for (const group of byColumns(own)) await writeGroup(tx, plan, group, unwritten);
  }
  await tx.query(`select set_config('lock_timeout', '0', true)`);
  return unwritten;
}

/** Notes with the events whether their rows have been written; without a mark are those that have none, or never will be. */
export async function noteWrittenBack(
  tx: Queryable,
  eventIds: readonly number[],
  { later, refused }: Unwritten,
): Promise<void> {
  await tx.query(
    `update {schema}.outbox_events e set written_back = x.written
     from unnest($1::bigint[], $2::boolean[]) x(id, written)
     where e.id = x.id and e.written_back is distinct from x.written`,
    [eventIds, eventIds.map((id) => (refused.has(id) ? null : !later.has(id)))],
  );
}

/** In one statement; halved as long as it fails for one of its rows, so that the others are written. Oldest event first. */
async function writeGroup(
  tx: Queryable,
  plan: WriteBackPlan,
  rows: readonly WriteBackRow[],
  unwritten: { readonly later: Set<number>; readonly refused: Set<number>; error: unknown },
): Promise<void> {
  await tx.query('savepoint write_back');
  try {
    for (const locked of await writeRows(tx, plan, rows)) unwritten.later.add(locked);
    await tx.query('release savepoint write_back');
  } catch (error) {
    await tx.query('rollback to savepoint write_back');
    unwritten.error ??= error;
    const isOfOneRow = OF_ONE_ROW.includes(sqlState(error)?.slice(0, 2) ?? '');
    const [first] = rows;
    if (!isOfOneRow) for (const { eventId } of rows) unwritten.later.add(eventId);
    else if (rows.length === 1 && first) unwritten.refused.add(first.eventId);
    else {
      const half = Math.ceil(rows.length / 2);
      await writeGroup(tx, plan, rows.slice(0, half), unwritten);
      await writeGroup(tx, plan, rows.slice(half), unwritten);
    }
  }
}

/** Returns the events whose rows are locked. */
async function writeRows(
  tx: Queryable,
  plan: WriteBackPlan,
  rows: readonly WriteBackRow[],
): Promise<number[]> {
  const keys = Object.keys(rows[0]?.target.key ?? {});
  const { columns } = plan;
  const set = (meaning: WriteBackColumn, value: (type: string, column: string) => string) => {
    const column = columns.get(meaning);
    return column ? [`${column.name} = ${value(column.type, `t.${column.name}`)}`] : [];
  };
  const assignments = [
    ...set('hubspotId', (type, column) => `coalesce(x.hubspot_id::${type}, ${column})`),
    ...set(
      'status',
      (type) =>
        `(case x.state when 'delivered' then $2 when 'dead' then $4 when 'cancelled' then $4 else $3 end)::${type}`,
    ),
    ...set(
      'syncedAt',
      (type, column) => `case when x.state = 'delivered' then x.processed_at::${type} else ${column} end`,
    ),
    ...set('error', (type) => `(case when x.state = 'delivered' then null else x.error end)::${type}`),
    ...set('attempts', (type) => `x.attempt_count::${type}`),
    ...set(
      'lastAttemptAt',
      (type, column) => `case when x.attempt_count > 0 then clock_timestamp()::${type} else ${column} end`,
    ),
  ];
  if (assignments.length === 0) return [];
  const keyColumns = keys.map((_, index) => `k${index}`);
  const isRow = keys
    .map((key, index) => `t.${quoted(key)} = x.k${index}::${plan.types.get(key) ?? 'text'}`)
    .join(' and ');
  const locked = await tx.query<{ event_id: number }>(
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) g(event_id bigint, record_key text${keyColumns.map((key) => `, ${key} text`).join('')})
     ), newest as (
       select distinct on (${keyColumns.join(', ')}) * from given order by ${keyColumns.join(', ')}, event_id desc
     ), x as (
       select n.*, e.state, e.attempt_count, e.processed_at, k.hubspot_id,
              left(coalesce(e.last_error_code || ': ', '') || e.last_error, ${MAX_ERROR}) as error
       from newest n join {schema}.outbox_events e on e.id = n.event_id
       left join {schema}.links k on k.record_key = coalesce(n.record_key, e.record_key)
     ), free as (
       select x.event_id from ${plan.table} t join x on ${isRow} for update of t skip locked
     ), written as (
       update ${plan.table} t set ${assignments.join(', ')}
       from x where ${isRow} and x.event_id in (select event_id from free) returning x.event_id
     )
     select x.event_id from x where exists (select 1 from ${plan.table} t where ${isRow})
       and x.event_id not in (select event_id from written)`,
    [
      JSON.stringify(
        rows.map(({ eventId, target }) => ({
          event_id: eventId,
          record_key: target.recordKey,
          ...Object.fromEntries(keys.map((key, index) => [`k${index}`, String(target.key[key])])),
        })),
      ),
      plan.statuses.synced,
      plan.statuses.pending,
      plan.statuses.failed,
    ],
  );
  return locked.map((row) => row.event_id);
}

/** A statement has one set of key columns. */
function byColumns(rows: readonly WriteBackRow[]): WriteBackRow[][] {
  const groups = new Map<string, WriteBackRow[]>();
  for (const row of rows) {
    const columns = Object.keys(row.target.key).sort().join('\n');
    groups.set(columns, [...(groups.get(columns) ?? []), row]);
  }
  return [...groups.values()];
}

async function columnTypes(db: Queryable, table: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db.query<Row & { name: string; type: string }>(
    `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [quotedTable(table)],
  );
  return new Map(rows.map((row) => [row.name, row.type]));
}

/** Of `app.leads`, `"app"."leads"`. */
export function quotedTable(table: string): string {
  const parts = tableParts(table);
  if (!parts) return quoted(table);
  return parts.schema === undefined ? quoted(parts.name) : `${quoted(parts.schema)}.${quoted(parts.name)}`;
}

/** A name as it stands in a statement. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
