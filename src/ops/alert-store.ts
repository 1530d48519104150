import type { Queryable, Row } from '../db/database.ts';
import type { Alert, Notice } from './alert-step.ts';

/** An alert in the table. */
export interface StoredAlert extends Alert {
  readonly id: number;
}

/** A notice that this process is to give; others leave it alone for a while. */
export type DueNotice = StoredAlert & { readonly notice: Notice };

interface AlertRow extends Row {
  id: number;
  rule: string;
  subject: string;
  state: Alert['state'];
  summary: string;
  since: Date;
  opened_at: Date | null;
  clear_since: Date | null;
  resolved_at: Date | null;
  notice: Notice | null;
  notified_at: Date | null;
}

const COLUMNS =
  'id, rule, subject, state, summary, since, opened_at, clear_since, resolved_at, notice, notified_at';
const KEEP_DAYS = 30;

/** Those that are not resolved. */
export async function currentAlerts(tx: Queryable): Promise<StoredAlert[]> {
  const rows = await tx.query<AlertRow>(
    `select ${COLUMNS} from {schema}.alerts where state <> 'resolved' order by id`,
  );
  return rows.map(alertOf);
}

/** Open ones first, then the latest resolved ones, up to `limit` of those. */
export async function listAlerts(db: Queryable, limit: number): Promise<StoredAlert[]> {
  const rows = await db.query<AlertRow>(
    `(select ${COLUMNS} from {schema}.alerts where state = 'open' order by opened_at desc, id desc)
     union all
     (select ${COLUMNS} from {schema}.alerts where state = 'resolved' order by resolved_at desc, id desc limit ${Math.trunc(limit)})`,
  );
  return rows.map(alertOf);
}

/** Writes an alert as it stands after a look; a new one has no id yet. */
export async function saveAlert(tx: Queryable, alert: Alert, id: number | undefined): Promise<void> {
  const values = [
    alert.rule,
    alert.subject,
    alert.state,
    alert.summary,
    dateOf(alert.since),
    dateOf(alert.openedAt),
    dateOf(alert.clearSince),
    dateOf(alert.resolvedAt),
    alert.notice,
    dateOf(alert.notifiedAt),
  ];
  if (id === undefined)
    await tx.query(
      `insert into {schema}.alerts (rule, subject, state, summary, since, opened_at, clear_since, resolved_at, notice, notified_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      values,
    );
  else
    await tx.query(
      `update {schema}.alerts
       set rule = $1, subject = $2, state = $3, summary = $4, since = $5, opened_at = $6, clear_since = $7, resolved_at = $8,
           -- What was to be told before and is not told yet gives way at once.
           notice_after = case when notice is distinct from $9::text then '-infinity' else notice_after end,
           notice = $9, notified_at = $10
       where id = $11`,
      [...values, id],
    );
}

export async function forgetAlert(tx: Queryable, id: number): Promise<void> {
  await tx.query(`delete from {schema}.alerts where id = $1`, [id]);
}

/** Removes what was resolved and told long ago. */
export async function dropOldAlerts(tx: Queryable): Promise<void> {
  await tx.query(
    `delete from {schema}.alerts
     where state = 'resolved' and notice is null and resolved_at < clock_timestamp() - interval '${KEEP_DAYS} days'`,
  );
}

/** Takes the notices that are due, for `holdMs`: whoever takes them and dies leaves them to the next one. */
export async function takeNotices(tx: Queryable, holdMs: number): Promise<DueNotice[]> {
  const rows = await tx.query<AlertRow & { notice: Notice }>(
    `update {schema}.alerts set notice_after = clock_timestamp() + $1::float8 * interval '1 ms'
     where notice is not null and notice_after <= clock_timestamp() returning ${COLUMNS}`,
    [holdMs],
  );
  return rows.map((row) => ({ ...alertOf(row), notice: row.notice })).sort((a, b) => a.id - b.id);
}

/** It has been told, unless there is something newer to tell by now. */
export async function markTold(db: Queryable, { id, notice }: DueNotice): Promise<void> {
  await db.query(
    `update {schema}.alerts set notified_at = clock_timestamp(), notice = case when notice = $2 then null else notice end where id = $1`,
    [id, notice],
  );
}

function alertOf(row: AlertRow): StoredAlert {
  return {
    id: row.id,
    rule: row.rule,
    subject: row.subject,
    state: row.state,
    summary: row.summary,
    since: row.since.getTime(),
    openedAt: row.opened_at?.getTime() ?? null,
    clearSince: row.clear_since?.getTime() ?? null,
    resolvedAt: row.resolved_at?.getTime() ?? null,
    notice: row.notice,
    notifiedAt: row.notified_at?.getTime() ?? null,
  };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
