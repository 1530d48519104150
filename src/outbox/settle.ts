import type { Database, Queryable } from '../db/database.ts';
import { storableText } from './storable-text.ts';

const MAX_ATTEMPT_ERROR = 500;

/** What became of one event of a claim. */
export interface EventVerdict {
  readonly id: number;
  /** `pending`: it waits for another try. */
  readonly state: 'delivered' | 'dead' | 'pending';
  /** Tries that this claim adds to the event's attempt count. */
  readonly tries: number;
  /** Whether one of them was a refusal for now, of which an event has a limited number. */
  readonly refused?: boolean;
  readonly code?: string;
  readonly message?: string;
}

/** What became of one lane of a claim; written only while the lane is still held under `epoch`. */
export interface LaneVerdict {
  readonly id: number;
  readonly epoch: number;
  readonly events: readonly EventVerdict[];
  /** Not claimable again before this many ms. */
  readonly waitMs: number;
  /** Whether an event left the lane: its run of failures is over, whatever the next event met. */
  readonly progressed: boolean;
  /**
   * How the run of failures goes on: `failed` counts and keeps the time of its first, `waited` (the portal's trouble, not the
   * event's) counts for the back-off only, `kept` changes nothing because nothing was tried.
   */
  readonly failures: 'failed' | 'waited' | 'kept';
  /** Events up to this id are to be tried one by one; null for whole again. */
  readonly unfoldUntil: number | null;
  /** The oldest event whose write may still land, when the end of a write is unknown. */
  readonly doubtFrom?: number;
  /** Of a read-back only, which is no sign of health of what waits: whether it settled the lane's doubts. */
  readonly verified?: boolean;
  /** When a read-back that could not be finished is tried again, ms. */
  readonly verifyInMs?: number;
}

export interface LinkFound {
  readonly recordKey: string;
  readonly objectType: string;
  readonly hubspotId: string;
}

/** An effect without a key at HubSpot, as this claim leaves it. */
export interface EffectVerdict {
  readonly eventId: number;
  readonly ordinal: number;
  /** `applied`: it is at HubSpot under this id. `unsent`: certainly not. `absent`: looked for and not found. */
  readonly end:
    | { readonly kind: 'applied'; readonly hubspotId: string }
    | { readonly kind: 'unsent' }
    | { readonly kind: 'absent' };
}

export interface AttemptRecord {
  readonly call: string;
  readonly eventIds: readonly number[];
  /** How long before the settling it began, ms; the database works out the time. */
  readonly startedMsAgo: number;
  readonly durationMs: number;
  readonly status: number | null;
  readonly applied: number;
  readonly notApplied: number;
  readonly unknown: number;
  readonly correlationId?: string;
  readonly error?: string;
}

export interface Settlement {
  readonly worker: string;
  readonly lanes: readonly LaneVerdict[];
  readonly links: readonly LinkFound[];
  readonly effects: readonly EffectVerdict[];
  readonly attempts: readonly AttemptRecord[];
  readonly settleMs: number;
  /** Off only in a test that proves the fence is needed. */
  readonly fenced: boolean;
}

/**
 * Writes a claim's outcome in one transaction and gives its lanes back. Returns the lanes that were no longer held: nothing is
 * written for them, whoever took them over delivers their events again. Attempts are kept in any case, they did happen.
 */
export async function settle(db: Database, settlement: Settlement): Promise<{ lost: number[] }> {
  return db.transaction(async (tx) => {
    const held = await lockHeld(tx, settlement);
    const lanes = settlement.lanes.filter((lane) => held.has(lane.id));
    const settled = new Set(lanes.flatMap((lane) => lane.events.map((event) => event.id)));
    if (lanes.length > 0) await writeVerdicts(tx, lanes, settlement.settleMs);
    if (settlement.links.length > 0) await writeLinks(tx, settlement.links);
    const effects = settlement.effects.filter((effect) => settled.has(effect.eventId));
    if (effects.length > 0) await writeEffects(tx, effects);
    if (settlement.attempts.length > 0) await writeAttempts(tx, settlement);
    return { lost: settlement.lanes.filter((lane) => !held.has(lane.id)).map((lane) => lane.id) };
  });
}

async function lockHeld(tx: Queryable, settlement: Settlement): Promise<Set<number>> {
  const { lanes, fenced } = settlement;
  const rows = await tx.query<{ id: number }>(
    `select l.id from {schema}.lanes l join unnest($1::bigint[], $2::bigint[]) t(id, epoch) on t.id = l.id and (t.epoch = l.epoch or not $3)
     order by l.record_key for update of l`,
    [lanes.map((lane) => lane.id), lanes.map((lane) => lane.epoch), fenced],
  );
  return new Set(rows.map((row) => row.id));
}

/**
 * Events and lanes in one statement, so that a lane's count falls by exactly the events that left it now: a settle that is
 * repeated because the link died at its commit counts nothing twice.
 */
async function writeVerdicts(tx: Queryable, lanes: readonly LaneVerdict[], settleMs: number): Promise<void> {
  const events = lanes.flatMap((lane) => lane.events);
  await tx.query(
    `with done as (
       update {schema}.outbox_events e
       set state = x.state, attempt_count = e.attempt_count + x.tries, refusals = e.refusals + x.refused::integer,
           -- An event that was only given back keeps the reason why it waits.
           last_error_code = case when x.state = 'pending' then coalesce(x.code, e.last_error_code) else x.code end,
           last_error = case when x.state = 'pending' and x.code is null then e.last_error else x.message end,
           processed_at = case when x.state = 'pending' then null else clock_timestamp() end
       from unnest($9::bigint[], $10::text[], $11::integer[], $12::text[], $13::text[], $15::boolean[])
         x(id, state, tries, code, message, refused)
       where e.id = x.id and e.processed_at is null
       returning e.lane_id, e.state
     ), gone as (
       select lane_id, count(*)::integer as events from done where state <> 'pending' group by lane_id
     )
     update {schema}.lanes l
     set pending = greatest(0, l.pending - coalesce(g.events, 0)), leased_by = null,
         crashes = case when x.survived then 0 else l.crashes end,
         plan_crashes = case when x.survived then 0 else l.plan_crashes end,
         ready_at = clock_timestamp() + x.wait_ms * interval '1 ms',
         failures = case when x.progressed then 0 else l.failures end
                    + case when x.failures = 'kept' or l.failures >= 1000 then 0 else 1 end,
         failing_since = case when x.failures = 'waited' then null
                         when x.failures = 'failed' then coalesce(case when not x.progressed then l.failing_since end, clock_timestamp())
                         when not x.progressed then l.failing_since end,
         unfold_until = x.unfold_until,
         delivered_to = greatest(l.delivered_to, x.delivered_to),
         doubt_from = case when x.verified then null else least(l.doubt_from, x.doubt_from) end,
         verify_at = case when x.verified then null
                     when x.verify_in_ms is not null then clock_timestamp() + x.verify_in_ms * interval '1 ms'
                     when x.doubt_from is null then l.verify_at
                     else clock_timestamp() + $8::float8 * interval '1 ms' end
     from unnest($1::bigint[], $2::float8[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $14::boolean[],
         $16::float8[], $17::boolean[])
         x(id, wait_ms, failures, unfold_until, delivered_to, doubt_from, verified, progressed, verify_in_ms, survived)
       left join gone g on g.lane_id = x.id
     where l.id = x.id`,
    [
      lanes.map((lane) => lane.id),
      lanes.map((lane) => lane.waitMs),
      lanes.map((lane) => lane.failures),
      lanes.map((lane) => lane.unfoldUntil),
      lanes.map((lane) =>
        Math.max(0, ...lane.events.map((event) => (event.state === 'delivered' ? event.id : 0))),
      ),
      lanes.map((lane) => lane.doubtFrom ?? null),
      lanes.map((lane) => lane.verified ?? null),
      settleMs,
      events.map((event) => event.id),
      events.map((event) => event.state),
      events.map((event) => event.tries),
      events.map((event) => event.code ?? null),
      events.map((event) => (event.message === undefined ? null : storableText(event.message))),
      lanes.map((lane) => lane.progressed),
      events.map((event) => event.refused ?? false),
      lanes.map((lane) => lane.verifyInMs ?? null),
      // A claim that came without events, and a read-back, say nothing about what the lane's events do to a worker.
      lanes.map((lane) => lane.events.length > 0),
    ],
  );
}

async function writeLinks(tx: Queryable, links: readonly LinkFound[]): Promise<void> {
  await tx.query(
    `insert into {schema}.links as k (record_key, object_type, hubspot_id)
     select * from unnest($1::text[], $2::text[], $3::text[]) t(record_key, object_type, hubspot_id) order by record_key collate "C"
     on conflict (record_key) do update set hubspot_id = excluded.hubspot_id, linked_at = clock_timestamp()
     where k.hubspot_id <> excluded.hubspot_id`,
    [
      links.map((link) => link.recordKey),
      links.map((link) => link.objectType),
      links.map((link) => link.hubspotId),
    ],
  );
}

async function writeEffects(tx: Queryable, effects: readonly EffectVerdict[]): Promise<void> {
  const unsent = effects.filter((effect) => effect.end.kind === 'unsent');
  const kept = effects.filter((effect) => effect.end.kind !== 'unsent');
  if (unsent.length > 0) {
    await tx.query(
      `delete from {schema}.effects f using unnest($1::bigint[], $2::smallint[]) x(event_id, ordinal)
       where f.event_id = x.event_id and f.ordinal = x.ordinal and f.hubspot_id is null`,
      [unsent.map((effect) => effect.eventId), unsent.map((effect) => effect.ordinal)],
    );
  }
  if (kept.length > 0) {
    await tx.query(
      `update {schema}.effects f
       set hubspot_id = coalesce(x.hubspot_id, f.hubspot_id),
           absent_at = case when x.hubspot_id is null then clock_timestamp() else f.absent_at end
       from unnest($1::bigint[], $2::smallint[], $3::text[]) x(event_id, ordinal, hubspot_id)
       where f.event_id = x.event_id and f.ordinal = x.ordinal`,
      [
        kept.map((effect) => effect.eventId),
        kept.map((effect) => effect.ordinal),
        kept.map((effect) => (effect.end.kind === 'applied' ? effect.end.hubspotId : null)),
      ],
    );
  }
}

async function writeAttempts(tx: Queryable, settlement: Settlement): Promise<void> {
  await tx.query(
    `insert into {schema}.attempts (worker, call, event_ids, started_at, duration_ms, status, applied, not_applied, unknown, correlation_id, error)
     select $1, x.call, x.event_ids, clock_timestamp() - x.ms_ago * interval '1 ms', x.duration_ms, x.status, x.applied, x.not_applied, x.unknown, x.correlation_id, x.error
     from jsonb_to_recordset($2::jsonb) x(call text, event_ids bigint[], ms_ago float8, duration_ms integer, status integer,
       applied integer, not_applied integer, unknown integer, correlation_id text, error text)`,
    [
      settlement.worker,
      JSON.stringify(
        settlement.attempts.map((attempt) => ({
          call: attempt.call,
          event_ids: attempt.eventIds,
          ms_ago: attempt.startedMsAgo,
          duration_ms: Math.round(attempt.durationMs),
          status: attempt.status,
          applied: attempt.applied,
          not_applied: attempt.notApplied,
          unknown: attempt.unknown,
          correlation_id:
            attempt.correlationId === undefined ? undefined : storableText(attempt.correlationId),
          error: attempt.error === undefined ? undefined : storableText(attempt.error, MAX_ATTEMPT_ERROR),
        })),
      ),
    ],
  );
}
