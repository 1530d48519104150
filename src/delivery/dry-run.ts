import type { Clock } from '../clock.ts';
import type { Database, Row } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { type Effect, isUpsert } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { checkProperties, type PropertyDefinition } from '../mapping/property-check.ts';

export interface DryRunOptions {
  readonly db: Database;
  readonly mapper: Mapper;
  readonly log: Logger;
  readonly clock: Clock;
  readonly pollMs: number;
  readonly definitions: DryRunDefinitions;
  readonly stopping: AbortSignal;
}

/** The portal's definitions of an object type; undefined where they cannot be read, which is logged once. */
export type DryRunDefinitions = (objectType: string) => Promise<readonly PropertyDefinition[] | undefined>;

/** What one waiting event would do. */
export interface DryRunReport {
  readonly event: number;
  readonly type: string;
  /** Would become a dead letter, or hold values that the portal refuses. */
  readonly problems: readonly string[];
  readonly effects: readonly Effect[];
}

/** Ids below the newest one seen that are looked at again: their transactions may have committed late. */
const LOOK_BACK = 1_000;
const BATCH = 200;

interface WaitingRow extends Row {
  id: number;
  type: string;
  payload: unknown;
  record_key: string | null;
  occurred_at: Date;
}

/**
 * Says for each waiting event, once per process, what would be sent and what the portal would refuse; sends and changes nothing.
 * The events stay in the outbox: a later live start delivers them. Resolves when stopped.
 *
 * At level `info` a line names the properties; at `debug` it carries their values too, which are people's data.
 */
export async function runDry(options: DryRunOptions): Promise<void> {
  const { db, log, clock, stopping } = options;
  const seen = new Set<number>();
  let newest = 0;
  while (!stopping.aborted) {
    const rows = await db
      .query<WaitingRow>(
        `select id, type, payload, record_key, occurred_at from {schema}.outbox_events
         where processed_at is null and id > $1 and not (id = any ($2::bigint[])) order by id limit ${BATCH}`,
        [newest - LOOK_BACK, [...seen]],
      )
      .catch((error: unknown) => {
        log.warn(
          { err: error instanceof Error ? error.message : String(error) },
          '[DRY-RUN] the outbox could not be read',
        );
        return [];
      });
    for (const row of rows) {
      logReport(log, await dryRun(row, options.mapper, options.definitions));
      seen.add(row.id);
      newest = Math.max(newest, row.id);
    }
    for (const id of seen) if (id <= newest - LOOK_BACK) seen.delete(id);
    if (rows.length < BATCH) await clock.sleep(Math.min(options.pollMs, 1_000), stopping);
  }
}

/** What one event would do, judged by the portal's definitions. */
export async function dryRun(
  event: {
    readonly id: number;
    readonly type: string;
    readonly payload: unknown;
    readonly occurred_at: Date;
  },
  mapper: Mapper,
  definitions: DryRunDefinitions,
): Promise<DryRunReport> {
  const plan = mapper.plan({
    id: event.id,
    type: event.type,
    payload: event.payload,
    occurredAt: event.occurred_at,
  });
  if (!plan.ok)
    return { event: event.id, type: event.type, problems: [`${plan.code}: ${plan.message}`], effects: [] };
  const problems: string[] = [];
  for (const effect of plan.effects) {
    const [objectType, properties] = isUpsert(effect)
      ? [effect.record.objectType, effect.properties]
      : ['notes', effect.kind === 'activity.create' ? { hs_note_body: effect.body } : {}];
    if (Object.keys(properties).length === 0) continue;
    const known = await definitions(objectType);
    if (known === undefined) continue;
    problems.push(
      ...checkProperties(properties, known).map((problem) => `${problem.property}: ${problem.message}`),
    );
  }
  return { event: event.id, type: event.type, problems, effects: plan.effects };
}

/** An effect without anybody's data. */
function describe(effect: Effect): string {
  const of = `${effect.record.objectType} by ${effect.record.idProperty}`;
  if (isUpsert(effect)) return `${effect.kind} of ${of} (${Object.keys(effect.properties).join(', ')})`;
  if (effect.kind === 'association.create')
    return `${effect.kind} from ${of} to ${effect.to.objectType} by ${effect.to.idProperty}`;
  return `${effect.kind} on ${of}`;
}

function logReport(log: Logger, report: DryRunReport): void {
  const effects = report.effects.map(describe);
  const { event, type, problems } = report;
  if (problems.length > 0)
    log.warn({ event, type, problems, effects }, `[DRY-RUN] event ${event} (${type}) would be refused`);
  else log.info({ event, type, effects }, `[DRY-RUN] event ${event} (${type}) would be sent`);
  // Not under one of the names that are redacted: whoever asks for debug wants the values.
  log.debug(
    { event, wouldSend: report.effects.map((effect) => JSON.stringify(effect)) },
    `[DRY-RUN] event ${event} in full`,
  );
}
