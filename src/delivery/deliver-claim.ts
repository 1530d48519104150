import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Associations } from '../hubspot/associations.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import type { Records } from '../hubspot/records.ts';
import { recordKey } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import {
  ALONE_AFTER_CRASHES,
  BULK_PRIORITY,
  type ClaimedLane,
  INTERACTIVE_PRIORITY,
  markSending,
} from '../outbox/claim.ts';
import { eventsSince } from '../outbox/doubts.ts';
import { type LaneVerdict, type LinkFound, type Settlement, settle } from '../outbox/settle.ts';
import { contactStage } from './contact-stage.ts';
import type { Gates, Urgency } from './gates.ts';
import type { Guards } from './guards.ts';
import { createLease } from './lease.ts';
import { type NoteStageResult, noteStage } from './note-stage.ts';
import {
  type LanePlan,
  type Overtaken,
  type PlannedEvent,
  type PlannedNote,
  planLane,
  propertiesSetBy,
} from './plan.ts';
import type { SendContext, TimedAttempt } from './send-batch.ts';
import { type EffectEnd, type JudgedEvent, laneVerdict, type RetryPolicy } from './verdict.ts';

/** What delivering a claim needs; the same for every claim of a worker. */
export interface DeliveryOptions {
  readonly db: Database;
  readonly mapper: Mapper;
  readonly gates: Gates;
  /** Writes: each call asks the gate by itself. */
  readonly records: Records;
  /** Reads: the gate stands inside. */
  readonly reads: { readonly records: Records; readonly associations: Associations };
  readonly clock: Clock;
  readonly worker: string;
  readonly markSecret: string;
  readonly lanesPerClaim: number;
  readonly leaseMs: number;
  /** Longest single call, ms. */
  readonly callMs: number;
  /** How long a write whose end is unknown may still land, ms. */
  readonly settleMs: number;
  readonly lookGapMs: number;
  /** Longest that one of the `reads` waits at the gate, ms. */
  readonly readPatienceMs: number;
  readonly retry: Omit<RetryPolicy, 'unknownIsTriedAgain'>;
  readonly guards: Guards;
  readonly stopping: AbortSignal;
  readonly giveUp: AbortSignal;
  readonly onExchange?: (call: string, exchange: Exchange) => void;
}

export interface ClaimReport {
  readonly delivered: number;
  readonly dead: readonly { readonly id: number; readonly code: string; readonly message: string }[];
  readonly waiting: number;
  /** Lanes that somebody else took over: nothing was written for them. */
  readonly lost: readonly number[];
  /** Set when the gate kept calls back: nothing will be sent before. */
  readonly heldMs: number;
  /** Soonest time, in ms, at which a lane of this claim wants another try; undefined when none does. */
  readonly againMs?: number;
}

/** Tries to write the outcome while the lease lasts, when the database does not answer. */
const SETTLE_TRIES = 5;
const SETTLE_RETRY_MS = 500;
/** A claim waits this share of its lease at the gate before it gives its lanes back. */
const PATIENCE_SHARE = 0.5;
const BULK_PATIENCE_MS = 1_000;

/** Delivers one claim: plan, contacts, notes, settle. `since`: `clock.monotonic()` from before the claim was asked for. */
export async function deliverClaim(
  lanes: readonly ClaimedLane[],
  since: number,
  options: DeliveryOptions,
): Promise<ClaimReport> {
  const plans = await Promise.all(
    lanes.map(async (lane) => planLane(lane, options.mapper, await overtakenOf(lane, options))),
  );
  const [alone] = lanes;
  if (alone && lanes.length === 1 && alone.crashes >= ALONE_AFTER_CRASHES)
    await markSending(options.db, alone, options.worker);
  if (!options.guards.late)
    await settleClaim(plans, new Map(), { ends: new Map(), effects: [] }, [], options);

  const urgency = urgencyOf(lanes);
  const attempts: TimedAttempt[] = [];
  const context: SendContext = {
    gates: options.gates,
    lease: createLease(lanes, {
      db: options.db,
      clock: options.clock,
      leaseMs: options.leaseMs,
      since,
      guarded: options.guards.deadline,
    }),
    clock: options.clock,
    stopping: options.stopping,
    giveUp: options.giveUp,
    urgency,
    callMs: options.callMs,
    patienceMs: patienceOf(urgency, options.leaseMs),
    attempts,
    missingIsUnknown: options.guards.missing,
    ...(options.onExchange ? { onExchange: options.onExchange } : {}),
  };
  const upserts = await contactStage(
    plans.flatMap((plan) => plan.upserts),
    options.records,
    context,
  );
  const notes = await noteStage(
    notesOf(plans, upserts),
    {
      db: options.db,
      records: options.records,
      reads: options.reads,
      markSecret: options.markSecret,
      settleMs: options.settleMs,
      lookGapMs: options.lookGapMs,
      readPatienceMs: options.readPatienceMs,
      intents: options.guards.intent,
    },
    context,
  );
  return settleClaim(plans, upserts, notes, attempts, options);
}

/** Only a lane with an event older than its last delivered one, because it was redriven or committed late, needs to know. */
async function overtakenOf(lane: ClaimedLane, options: DeliveryOptions): Promise<Overtaken | undefined> {
  const [first] = lane.events;
  if (first === undefined || first.id >= lane.deliveredTo) return undefined;
  const set = new Map<string, Map<string, number>>();
  for await (const events of eventsSince(options.db, lane.id, first.id + 1)) {
    propertiesSetBy(
      events.filter((event) => event.delivered),
      options.mapper,
      set,
    );
  }
  return set;
}

type UpsertEnds = ReadonlyMap<NonNullable<PlannedEvent['upsert']>, EffectEnd>;

/** The notes whose contact is there, with its id. */
function notesOf(plans: readonly LanePlan[], upserts: UpsertEnds): Map<PlannedNote, string> {
  const notes = new Map<PlannedNote, string>();
  for (const note of plans.flatMap((plan) => plan.events.flatMap((event) => event.notes))) {
    const end = upserts.get(note.upsert);
    if (end?.end === 'applied') notes.set(note, end.hubspotId);
  }
  return notes;
}

async function settleClaim(
  plans: readonly LanePlan[],
  upserts: UpsertEnds,
  notes: NoteStageResult,
  attempts: readonly TimedAttempt[],
  options: DeliveryOptions,
): Promise<ClaimReport> {
  const policy: RetryPolicy = { ...options.retry, unknownIsTriedAgain: options.guards.unknown };
  const judged = plans.map((plan) => plan.events.map((event) => judgedEvent(event, upserts, notes)));
  const verdicts = plans.map((plan, index) => laneVerdict(plan.lane, judged[index] ?? [], policy));
  const lost = await settleFirmly(
    {
      worker: options.worker,
      lanes: verdicts,
      links: linksOf(upserts),
      effects: notes.effects,
      attempts: attempts.map(({ startedAt, ...attempt }) => ({
        ...attempt,
        startedMsAgo: options.clock.monotonic() - startedAt,
      })),
      settleMs: options.settleMs,
      fenced: options.guards.epoch,
    },
    options,
  );
  return report(verdicts, judged.flat(), lost);
}

function judgedEvent(
  { event, refusal, upsert, notes: planned }: PlannedEvent,
  upserts: UpsertEnds,
  notes: NoteStageResult,
): JudgedEvent {
  const upsertEnd = upsert && upserts.get(upsert);
  return {
    id: event.id,
    refusals: event.refusals,
    ...(refusal ? { refusal } : {}),
    ends: [...(upsertEnd ? [upsertEnd] : []), ...planned.flatMap((note) => notes.ends.get(note) ?? [])],
    foldedWith: {
      count: upsertEnd?.end === 'applied' ? 1 : (upsert?.eventIds.length ?? 1),
      lastId: upsert?.eventIds.at(-1) ?? event.id,
    },
  };
}

function linksOf(upserts: UpsertEnds): LinkFound[] {
  const links = new Map<string, LinkFound>();
  for (const [{ record }, end] of upserts) {
    if (end.end !== 'applied') continue;
    const key = recordKey(record);
    links.set(key, { recordKey: key, objectType: record.objectType, hubspotId: end.hubspotId });
  }
  return [...links.values()];
}

/** The outcome is worth some tries: without it the events are delivered a second time after the lease. */
async function settleFirmly(settlement: Settlement, options: DeliveryOptions): Promise<readonly number[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await settle(options.db, settlement)).lost;
    } catch (error) {
      if (attempt === SETTLE_TRIES || options.giveUp.aborted) throw error;
      await options.clock.sleep(SETTLE_RETRY_MS * attempt, options.giveUp);
    }
  }
}

function report(
  verdicts: readonly LaneVerdict[],
  judged: readonly JudgedEvent[],
  lost: readonly number[],
): ClaimReport {
  const kept = verdicts.filter((verdict) => !lost.includes(verdict.id));
  const events = kept.flatMap((verdict) => verdict.events);
  const held = judged
    .flatMap((event) => event.ends)
    .map((end) => (end.end === 'unsent' && end.code === 'DELIVERY_HELD' ? end.waitMs : 0));
  const again = kept
    .filter((verdict) => verdict.events.some((event) => event.state === 'pending'))
    .map((verdict) => verdict.waitMs);
  return {
    delivered: events.filter((event) => event.state === 'delivered').length,
    dead: events.flatMap((event) =>
      event.state === 'dead'
        ? { id: event.id, code: event.code ?? 'UNKNOWN', message: event.message ?? '' }
        : [],
    ),
    waiting: events.filter((event) => event.state === 'pending').length,
    lost,
    heldMs: Math.max(0, ...held),
    ...(again.length > 0 ? { againMs: Math.min(...again) } : {}),
  };
}

function urgencyOf(lanes: readonly ClaimedLane[]): Urgency {
  const priority = Math.min(...lanes.map((lane) => lane.priority));
  return priority <= INTERACTIVE_PRIORITY ? 'interactive' : priority >= BULK_PRIORITY ? 'bulk' : 'normal';
}

/** Bulk work gives its lanes back soon: it must not fill the worker while it waits for what others leave. */
export function patienceOf(urgency: Urgency, leaseMs: number): number {
  return Math.min(leaseMs * PATIENCE_SHARE, urgency === 'bulk' ? BULK_PATIENCE_MS : Number.POSITIVE_INFINITY);
}
