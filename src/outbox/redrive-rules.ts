import type { RedriveRule } from '../config/redrive-rules.ts';
import type { Database, Queryable } from '../db/database.ts';
import { choiceOf } from './move-redrive.ts';
import type { RedriveFilter } from './redrive-request.ts';
import { startRedrive } from './redrives.ts';

const EVERY_HOURS = 1;
const MAX_TIMES = 3;

/**
 * Asks for the redrives that are due by the rules: one at a time per rule, and none where nothing fits. Resolves with nothing
 * when another process is looking at the rules just now (advisory lock).
 */
export async function startDueRedrives(
  db: Database,
  rules: readonly RedriveRule[],
): Promise<{ readonly rule: string; readonly redrive: number }[]> {
  return db.transaction(async (tx) => {
    const [lock] = await tx.query<{ held: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('{schema}.redrive-rules', 0)) as held`,
    );
    if (!lock?.held) return [];
    const started: { rule: string; redrive: number }[] = [];
    for (const rule of rules) {
      const filter = await dueFilter(tx, rule);
      if (filter === undefined) continue;
      const redrive = await startRedrive(tx, { filter, rule: rule.name, requestedBy: 'rule' });
      started.push({ rule: rule.name, redrive });
    }
    return started;
  });
}

async function dueFilter(tx: Queryable, rule: RedriveRule): Promise<RedriveFilter | undefined> {
  const [due] = await tx.query<{ ended_until: Date; early: boolean }>(
    `select clock_timestamp() - $2::float8 * interval '1 hour' as ended_until, exists (
       select 1 from {schema}.redrives
       where rule = $1 and (state = 'running' or created_at > clock_timestamp() - $3::float8 * interval '1 hour')) as early`,
    [rule.name, rule.afterHours, rule.everyHours ?? EVERY_HOURS],
  );
  if (!due || due.early) return undefined;
  const filter: RedriveFilter = {
    state: 'dead',
    codes: rule.codes,
    ...(rule.types ? { types: rule.types } : {}),
    endedUntil: due.ended_until,
    redrivenBelow: rule.maxTimes ?? MAX_TIMES,
  };
  const { where, values } = choiceOf(filter);
  const found = await tx.query(`select 1 from {schema}.outbox_events e where ${where} limit 1`, values);
  return found.length > 0 ? filter : undefined;
}
