import type { Clock } from '../clock.ts';
import type { Database, Row } from '../db/database.ts';
import type { Records } from '../hubspot/records.ts';
import type { Logger } from '../log.ts';
import { type Effect, isUpsert } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { type Definitions, type Preview, previewEvents, readRunningStates } from './preview.ts';

export interface DryRunOptions {
  readonly db: Database;
  readonly mapper: Mapper;
  readonly log: Logger;
  readonly clock: Clock;
  readonly pollMs: number;
  readonly definitions: Definitions;
  /** Reads what the portal holds; absent without a token. */
  readonly records?: Records | undefined;
  readonly stopping: AbortSignal;
}

/** Ids below the newest one seen that are looked at again: their transactions may have committed late. */
const LOOK_BACK = 1_000;
const BATCH = 200;

interface WaitingRow extends Row {
  id: number;
  type: string;
  payload: unknown;
  given_key: string | null;
  occurred_at: Date;
}

/**
 * Says for each waiting event, once per process, what would be sent, what of it would change at HubSpot, and what the portal would
 * refuse; sends and changes nothing. The events stay in the outbox: a later live start delivers them. Resolves when stopped.
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
        `select id, type, payload, given_key, occurred_at from {schema}.outbox_events
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
    for (const preview of await previewRows(rows, options)) logPreview(log, preview);
    for (const { id } of rows) {
      seen.add(id);
      newest = Math.max(newest, id);
    }
    for (const id of seen) if (id <= newest - LOOK_BACK) seen.delete(id);
    if (rows.length < BATCH) await clock.sleep(Math.min(options.pollMs, 1_000), stopping);
  }
}

async function previewRows(rows: readonly WaitingRow[], options: DryRunOptions): Promise<Preview[]> {
  if (rows.length === 0) return [];
  const events = rows.map((row) => ({
    id: row.id,
    type: row.type,
    payload: row.payload,
    occurredAt: row.occurred_at,
    recordKey: row.given_key,
  }));
  const keys = events.flatMap((event) => {
    const route = options.mapper.route(event);
    return route.ok ? [route.recordKey] : [];
  });
  return previewEvents(events, await readRunningStates(options.db, keys), options);
}

function logPreview(log: Logger, { event, type, problems, effects, changes }: Preview): void {
  const facts = {
    event,
    type,
    effects: effects.map(describe),
    ...(changes ? { changes: changes.map(describeChange) } : {}),
  };
  if (problems.length > 0)
    log.warn({ ...facts, problems }, `[DRY-RUN] event ${event} (${type}) would be refused`);
  else log.info(facts, `[DRY-RUN] event ${event} (${type}) would be sent`);
  // Not under one of the names that are redacted: whoever asks for debug wants the values.
  log.debug(
    {
      event,
      wouldSend: effects.map((effect) => JSON.stringify(effect)),
      ...(changes ? { wouldChange: changes.map((change) => JSON.stringify(change)) } : {}),
    },
    `[DRY-RUN] event ${event} in full`,
  );
}

/** An effect without anybody's data. */
function describe(effect: Effect): string {
  const of = `${effect.record.objectType} by ${effect.record.idProperty}`;
  if (isUpsert(effect)) return `${effect.kind} of ${of} (${Object.keys(effect.properties).join(', ')})`;
  if (effect.kind === 'association.create')
    return `${effect.kind} from ${of} to ${effect.to.objectType} by ${effect.to.idProperty}`;
  return `${effect.kind} on ${of}`;
}

function describeChange({ record, hubspotId, properties }: NonNullable<Preview['changes']>[number]): string {
  const names = properties.map(({ name }) => name).join(', ');
  if (hubspotId === null) return `a new one of the ${record.objectType} (${names})`;
  return `${record.objectType} ${hubspotId}: ${names === '' ? 'nothing' : names}`;
}
