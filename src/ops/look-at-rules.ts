import { z } from 'zod';
import type { Database, Queryable } from '../db/database.ts';
import { type AlertFinding, type AlertThresholds, judgeRules } from './alert-rules.ts';
import { type Alert, type AlertPace, type StepFinding, stepAlert } from './alert-step.ts';
import {
  currentAlerts,
  type DueNotice,
  dropOldAlerts,
  forgetAlert,
  saveAlert,
  takeNotices,
} from './alert-store.ts';
import { readAlertNumbers } from './read-alert-numbers.ts';

export interface AlertSettings {
  readonly thresholds: AlertThresholds;
  readonly pace: AlertPace;
}

export interface LookReport {
  /** Alerts about which there is something new to say. */
  readonly news: readonly Alert[];
  /** Notices that this process is to give. */
  readonly due: readonly DueNotice[];
}

/** A notice that could not be given is due again after this, ms; longer than giving it may take. */
const NOTICE_HOLD_MS = 60_000;

/** What is unreadable is forgotten: the counts of a window are no reason to look at no rule any more. */
const deadCountsSchema = z.array(z.tuple([z.number(), z.number()])).catch([]);

/**
 * Looks at every rule once and writes what became of the alerts. Undefined when another process is looking, or looked less than
 * `gapMs` ago: whichever process comes first looks for all.
 */
export async function lookAtRules(
  db: Database,
  { thresholds, pace }: AlertSettings,
  gapMs: number,
): Promise<LookReport | undefined> {
  return db.transaction(async (tx) => {
    const [lock] = await tx.query<{ held: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('{schema}.alerts', 0)) as held`,
    );
    if (!lock?.held) return undefined;
    const [watch] = await tx.query<{ due: boolean; dead: unknown }>(
      `select looked_at <= clock_timestamp() - $1::float8 * interval '1 ms' as due, dead from {schema}.alert_watch`,
      [gapMs],
    );
    if (!watch?.due) return undefined;
    const earlier = deadCountsSchema.parse(watch.dead);
    const { reading, now, deadCounts } = await readAlertNumbers(tx, thresholds.windowMs, earlier);
    const news = await step(tx, judgeRules(reading, thresholds), { now, pace });
    await dropOldAlerts(tx);
    await tx.query(`update {schema}.alert_watch set looked_at = clock_timestamp(), dead = $1::jsonb`, [
      JSON.stringify(deadCounts),
    ]);
    return { news, due: await takeNotices(tx, NOTICE_HOLD_MS) };
  });
}

async function step(
  tx: Queryable,
  findings: readonly AlertFinding[],
  at: { readonly now: number; readonly pace: AlertPace },
): Promise<Alert[]> {
  const current = await currentAlerts(tx);
  const found = new Set(findings.map(keyOf));
  const news: Alert[] = [];
  const write = async (before: (Alert & { id: number }) | undefined, after: Alert | undefined) => {
    if (after === undefined) {
      if (before) await forgetAlert(tx, before.id);
      return;
    }
    if (after !== before) await saveAlert(tx, after, before?.id);
    if (after.notice !== null && after.notice !== (before?.notice ?? null)) news.push(after);
  };
  for (const finding of findings) {
    const before = current.find((alert) => keyOf(alert) === keyOf(finding));
    await write(before, stepAlert(before, finding, at));
  }
  for (const before of current) {
    // What it was about is not there any more.
    if (found.has(keyOf(before))) continue;
    await write(before, stepAlert(before, { ...before, ...GONE }, at));
  }
  return news;
}

const GONE: Pick<StepFinding, 'judgement' | 'forMs'> = { judgement: { kind: 'none' }, forMs: 0 };

const keyOf = ({ rule, subject }: { readonly rule: string; readonly subject: string }) =>
  `${rule}\n${subject}`;
