import type { Database } from '../db/database.ts';
import type { LaneVerdict } from '../outbox/lane-verdicts.ts';
import { type KnownLink, knownLinks } from '../outbox/links.ts';
import { type Settlement, settle } from '../outbox/settle.ts';
import type { WriteBackRow } from '../outbox/write-back.ts';
import type { ClaimWork } from './claim-work.ts';
import type { DeliveryOptions } from './deliver-claim.ts';
import type { PlannedEvent } from './plan.ts';
import type { TimedAttempt } from './send-batch.ts';
import type { SharedHold } from './shared-hold.ts';
import { type EffectEnd, type JudgedEvent, laneVerdict, type RetryPolicy } from './verdict.ts';

/** One event of a claim as it was settled. */
export interface SettledEvent {
  readonly type: string;
  readonly state: 'delivered' | 'dead' | 'pending';
  /** Tries that the claim made of it; 0 when nothing was sent. */
  readonly tries: number;
  /** Why it is not delivered. */
  readonly code?: string;
  /** Since it was recorded, ms. */
  readonly ageMs: number;
}

/** An event that was given up, with what tells its cause apart: no value of it, which may be a person's. */
export interface DeadEvent {
  readonly id: number;
  readonly code: string;
  /** The HTTP status of the last call that carried it; null when no answer came. */
  readonly status?: number | null;
  /** HubSpot's name of that answer, for its support. */
  readonly correlationId?: string;
  /** The record that it is about, where HubSpot has it. */
  readonly hubspotId?: string;
}

export interface ClaimReport {
  /** Calls that were made for the claim. */
  readonly attempts: readonly TimedAttempt[];
  /** Without those of lost lanes. */
  readonly events: readonly SettledEvent[];
  readonly delivered: number;
  readonly dead: readonly DeadEvent[];
  readonly waiting: number;
  /** Lanes that somebody else took over: nothing was written for them. */
  readonly lost: readonly number[];
  /** Set when nothing more can be sent for a while: the gate kept calls back, or others were writing the same records. */
  readonly heldMs: number;
  /** Soonest time, in ms, at which a lane of this claim wants another try; undefined when none does. */
  readonly againMs?: number;
  /** Why the application's own rows could not be written; tried again later. */
  readonly writeBackError?: unknown;
}

/** Tries to write the outcome while the lease lasts, when the database does not answer. */
const SETTLE_TRIES = 5;
const SETTLE_RETRY_MS = 500;

export interface ClaimOutcome {
  readonly attempts: readonly TimedAttempt[];
  readonly shared: SharedHold;
  /** On the monotonic clock: when the claim was asked for. */
  readonly since: number;
  /** Only in a test that proves that settling before the calls loses events. */
  readonly assumeDone?: boolean;
}

/** Judges every event of a claim by how its parts ended, and writes that in one transaction. */
export async function settleClaim(
  work: ClaimWork,
  { attempts, shared, since, assumeDone = false }: ClaimOutcome,
  options: DeliveryOptions,
): Promise<ClaimReport> {
  const policy: RetryPolicy = { ...options.retry, unknownIsTriedAgain: options.guards.unknown };
  const { guards } = options;
  const endsOf = ({ ends }: JudgedEvent) => (assumeDone ? [] : guards.drift ? ends : ends.map(buried));
  const judged = work.judged().map((events) => events.map((event) => ({ ...event, ends: endsOf(event) })));
  const verdicts = work.plans.map((plan, index) =>
    counted(laneVerdict(plan.lane, judged[index] ?? [], policy), plan.events, guards.counted),
  );
  const written = guards.written ? work.written : new Map<string, Readonly<Record<string, number>>>();
  const writesBack = options.writeBack.size > 0;
  const { lost, writeBackError } = await settleFirmly(
    {
      worker: options.worker,
      lanes: verdicts,
      links: [...work.links.values()],
      unlinked: [...work.gone],
      ...(shared.keys.length > 0 || written.size > 0
        ? { shared: { holder: shared.holder, keys: shared.keys, written } }
        : {}),
      waits: work.waits,
      waited: work.plans.flatMap(({ lane }) => (lane.failures > 0 ? [lane.id] : [])),
      effects: work.effects,
      attempts: attempts.map(({ startedAt, ...attempt }) => ({
        ...attempt,
        startedMsAgo: options.clock.monotonic() - startedAt,
      })),
      ...(writesBack ? { writeBack: { plans: options.writeBack, rows: rowsOf(work, options) } } : {}),
      settleMs: options.settleMs,
      fenced: guards.epoch,
    },
    options,
  );
  return {
    ...report(verdicts, judged.flat(), lost),
    dead: await deadEvents(work, verdicts, { lost, attempts }, options.db),
    attempts,
    events: settledEvents(work, verdicts, { lost, elapsedMs: options.clock.monotonic() - since }),
    ...(writeBackError === undefined ? {} : { writeBackError }),
  };
}

/** Adds what becomes of the running values: every event that leaves the lane counts, whatever HubSpot made of it. */
function counted(verdict: LaneVerdict, planned: readonly PlannedEvent[], marked: boolean): LaneVerdict {
  const left = new Set(verdict.events.flatMap((event) => (event.state === 'pending' ? [] : [event.id])));
  const counting = planned.filter(({ event, running }) => running !== undefined && left.has(event.id));
  const running = counting.at(-1)?.running;
  if (running === undefined) return verdict;
  const ids = new Set(counting.map(({ event }) => event.id));
  return {
    ...verdict,
    running,
    events: verdict.events.map((event) =>
      marked && ids.has(event.id) ? { ...event, counted: true } : event,
    ),
  };
}

/** What a missing property would be without the drift watch; only in a test that proves it is needed. */
function buried(end: EffectEnd): EffectEnd {
  return end.end === 'not-applied' && end.code === 'HUBSPOT_PROPERTY_MISSING'
    ? { ...end, next: 'dead' }
    : end;
}

function rowsOf(work: ClaimWork, { mapper }: DeliveryOptions): WriteBackRow[] {
  return work.events.flatMap(({ event }) => {
    const target = mapper.writeBack(event);
    return target === undefined ? [] : [{ eventId: event.id, target }];
  });
}

/** The outcome is worth some tries: without it the events are delivered a second time after the lease. */
async function settleFirmly(
  settlement: Settlement,
  options: DeliveryOptions,
): Promise<{ lost: readonly number[]; writeBackError?: unknown }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await settle(options.db, settlement);
    } catch (error) {
      if (attempt === SETTLE_TRIES || options.giveUp.aborted) throw error;
      await options.clock.sleep(SETTLE_RETRY_MS * attempt, options.giveUp);
    }
  }
}

function settledEvents(
  work: ClaimWork,
  verdicts: readonly LaneVerdict[],
  { lost, elapsedMs }: { readonly lost: readonly number[]; readonly elapsedMs: number },
): SettledEvent[] {
  const planned = new Map(work.events.map(({ event }) => [event.id, event]));
  return verdicts.flatMap((verdict) =>
    lost.includes(verdict.id)
      ? []
      : verdict.events.flatMap(({ id, state, tries, code }) => {
          const event = planned.get(id);
          if (event === undefined) return [];
          const settled = { type: event.type, state, tries, ageMs: event.ageMs + elapsedMs };
          return code === undefined ? settled : { ...settled, code };
        }),
  );
}

async function deadEvents(
  work: ClaimWork,
  verdicts: readonly LaneVerdict[],
  { lost, attempts }: { readonly lost: readonly number[]; readonly attempts: readonly TimedAttempt[] },
  db: Database,
): Promise<DeadEvent[]> {
  const dead = verdicts
    .filter((verdict) => !lost.includes(verdict.id))
    .flatMap((verdict) => verdict.events.filter(({ state }) => state === 'dead'));
  if (dead.length === 0) return [];
  const keys = new Map(work.events.map(({ event, lane }) => [event.id, lane.recordKey]));
  // For the log only: what has been settled must not look failed because this cannot be read.
  const links = await knownLinks(db, [...new Set(dead.flatMap(({ id }) => keys.get(id) ?? []))]).catch(
    () => new Map<string, KnownLink>(),
  );
  return dead.map(({ id, code = 'UNKNOWN' }) => {
    const last = attempts.findLast(({ eventIds }) => eventIds.includes(id));
    const link = links.get(keys.get(id) ?? '');
    return {
      id,
      code,
      ...(last === undefined ? {} : { status: last.status }),
      ...(last?.correlationId === undefined ? {} : { correlationId: last.correlationId }),
      ...(link === undefined ? {} : { hubspotId: link.hubspotId }),
    };
  });
}

function report(
  verdicts: readonly LaneVerdict[],
  judged: readonly JudgedEvent[],
  lost: readonly number[],
): Omit<ClaimReport, 'attempts' | 'events' | 'dead'> {
  const kept = verdicts.filter((verdict) => !lost.includes(verdict.id));
  const events = kept.flatMap((verdict) => verdict.events);
  const ends = judged.flatMap((event) => event.ends);
  const held = ends.map((end) => (end.end === 'unsent' && end.code === 'DELIVERY_HELD' ? end.waitMs : 0));
  const busy = ends.filter((end) => end.end === 'unsent' && end.code === 'DELIVERY_RECORD_BUSY');
  const again = kept
    .filter((verdict) => verdict.events.some((event) => event.state === 'pending'))
    .map((verdict) => verdict.waitMs);
  return {
    delivered: events.filter((event) => event.state === 'delivered').length,
    waiting: events.filter((event) => event.state === 'pending').length,
    lost,
    // A claim that found all its records taken would find the next hundred lanes taken as well.
    heldMs: Math.max(
      0,
      ...held,
      ...(busy.length >= judged.length ? busy.map((end) => (end.end === 'unsent' ? end.waitMs : 0)) : []),
    ),
    ...(again.length > 0 ? { againMs: Math.min(...again) } : {}),
  };
}
