import { parseBatchAnswer } from '../hubspot/batch-answer.ts';
import { MAX_BATCH_INPUTS } from '../hubspot/records.ts';
import type { RecordRef } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { claimDoubts, type DoubtedLane } from '../outbox/doubts.ts';
import { type LaneVerdict, settle } from '../outbox/settle.ts';
import { batchesOf, contactStage } from './contact-stage.ts';
import type { DeliveryOptions } from './deliver-claim.ts';
import { createLease } from './lease.ts';
import type { FoldedUpsert } from './plan.ts';
import type { TimedAttempt } from './send-batch.ts';

/** What a record must show, and which older values a write that landed late may have left instead. */
export interface Expectation {
  readonly upsert: FoldedUpsert;
  /** By property: values that earlier events of the doubtful time have set. */
  readonly stale: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface ReadBackReport {
  readonly lanes: number;
  /** Records that showed an older value and were set right. */
  readonly repaired: number;
}

/** A read-back that could not be finished is tried again after this. */
const RETRY_MS = 2_000;

/**
 * Reads back the records whose last write ended unknown, or whose lane was taken over, once that write must have landed, and
 * sends the values again where an older one has come out on top. HubSpot has no conditional write, so this cannot be prevented.
 *
 * Only a value that a doubtful write can have left is overwritten: what a person changed meanwhile stays.
 */
export async function readBack(options: DeliveryOptions): Promise<ReadBackReport> {
  const since = options.clock.monotonic();
  const lanes = await claimDoubts(options.db, {
    worker: options.worker,
    lanes: options.lanesPerClaim,
    leaseMs: options.leaseMs,
    settleMs: options.settleMs,
  });
  if (lanes.length === 0) return { lanes: 0, repaired: 0 };
  const byLane = new Map(lanes.map((lane) => [lane, expectationsOf(lane, options.mapper)]));
  const all = [...byLane.values()].flat();
  const current = await readCurrent(all, options);
  const wrong = all.filter((expectation) => showsStale(expectation, current.get(expectation.upsert)));
  const attempts: TimedAttempt[] = [];
  const ends = await contactStage(
    wrong.map(({ upsert }) => upsert),
    options.records,
    {
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
      urgency: 'normal',
      callMs: options.callMs,
      patienceMs: options.leaseMs / 2,
      attempts,
      missingIsUnknown: options.guards.missing,
      ...(options.onExchange ? { onExchange: options.onExchange } : {}),
    },
  );
  const verdicts = lanes.map((lane): LaneVerdict => {
    const expectations = byLane.get(lane) ?? [];
    const verified = expectations.every(({ upsert }) => {
      const end = ends.get(upsert);
      // A refusal ends the doubt as well: sending it once more would change nothing.
      return (
        current.has(upsert) &&
        (end === undefined || end.end === 'applied' || (end.end === 'not-applied' && end.next === 'dead'))
      );
    });
    return {
      id: lane.id,
      epoch: lane.epoch,
      events: [],
      waitMs: lane.backoffMs,
      progressed: false,
      failures: 'kept',
      unfoldUntil: lane.unfoldUntil,
      verified,
      ...(verified ? {} : { verifyInMs: RETRY_MS }),
    };
  });
  await settle(options.db, {
    worker: options.worker,
    lanes: verdicts,
    links: [],
    effects: [],
    attempts: attempts.map(({ startedAt, ...attempt }) => ({
      ...attempt,
      startedMsAgo: options.clock.monotonic() - startedAt,
    })),
    settleMs: options.settleMs,
    fenced: options.guards.epoch,
  });
  return { lanes: lanes.length, repaired: [...ends.values()].filter((end) => end.end === 'applied').length };
}

interface OpenFold {
  upsert: { record: RecordRef; properties: Record<string, string>; eventIds: number[]; failures: number };
  /** By property: every value that an event so far has set. */
  seen: Map<string, Set<string>>;
  stale: Map<string, Set<string>>;
}

/**
 * Folds a lane's delivered events into what each record must show, and collects the values of all earlier events, delivered or
 * not: a write of any of them may be the one that landed late.
 */
export function expectationsOf(lane: DoubtedLane, mapper: Mapper): Expectation[] {
  const folds = new Map<string, OpenFold>();
  for (const event of lane.events) {
    const plan = mapper.plan(event);
    if (!plan.ok) continue;
    const key = `${plan.record.idProperty}\n${plan.record.id}`;
    const fold: OpenFold = folds.get(key) ?? {
      upsert: { record: plan.record, properties: {}, eventIds: [], failures: 0 },
      seen: new Map(),
      stale: new Map(),
    };
    folds.set(key, fold);
    if (event.delivered) fold.upsert.eventIds.push(event.id);
    for (const effect of plan.effects) {
      if (effect.kind !== 'contact.upsert') continue;
      for (const [name, value] of Object.entries(effect.properties)) {
        const seen = fold.seen.get(name) ?? new Set<string>();
        fold.seen.set(name, seen);
        if (event.delivered) {
          const others = [...seen].filter((before) => before !== value);
          if (others.length > 0) fold.stale.set(name, new Set(others));
          else fold.stale.delete(name);
          fold.upsert.properties[name] = value;
        }
        seen.add(value);
      }
    }
  }
  return [...folds.values()].filter(({ stale }) => stale.size > 0);
}

/** The records' values as HubSpot holds them now; null for a record that does not exist, no entry where it could not be read. */
async function readCurrent(
  expectations: readonly Expectation[],
  options: DeliveryOptions,
): Promise<Map<FoldedUpsert, Readonly<Record<string, string | null>> | null>> {
  const current = new Map<FoldedUpsert, Readonly<Record<string, string | null>> | null>();
  for (const batch of batchesOf(expectations.map(({ upsert }) => upsert))) {
    const [first] = batch;
    if (first === undefined || batch.length > MAX_BATCH_INPUTS) continue;
    const { idProperty } = first.record;
    const names = [
      ...new Set([
        idProperty,
        'email',
        'hs_additional_emails',
        ...batch.flatMap((upsert) => Object.keys(upsert.properties)),
      ]),
    ];
    const exchange = await options.reads.records.batchRead('contacts', {
      ids: batch.map((upsert) => upsert.record.id),
      properties: names,
      idProperty,
    });
    if (exchange.kind !== 'reply' || exchange.flaw || (exchange.status !== 200 && exchange.status !== 207))
      continue;
    const answer = parseBatchAnswer(exchange.body);
    const missing = new Set(answer.errors.flatMap((error) => error.ids));
    for (const upsert of batch) {
      const id = upsert.record.id.toLowerCase();
      const result = answer.results.find(({ properties }) => idsOf(properties, idProperty).includes(id));
      if (result) current.set(upsert, result.properties);
      else if (missing.has(upsert.record.id)) current.set(upsert, null);
    }
  }
  return current;
}

/** A contact answers to each of its addresses. */
function idsOf(properties: Readonly<Record<string, string | null>>, idProperty: string): string[] {
  const additional = idProperty === 'email' ? (properties.hs_additional_emails ?? '').split(';') : [];
  return [properties[idProperty] ?? '', ...additional].map((id) => id.toLowerCase());
}

export function showsStale(
  { upsert, stale }: Expectation,
  current: Readonly<Record<string, string | null>> | null | undefined,
): boolean {
  if (!current) return false;
  return [...stale].some(([name, values]) => {
    const shown = current[name] ?? '';
    const wanted = upsert.properties[name] ?? '';
    if (shown === wanted) return false;
    // As text first: to a text property `007` and `7` are two values.
    return (
      values.has(shown) || (!sameValue(shown, wanted) && [...values].some((value) => sameValue(shown, value)))
    );
  });
}

/** HubSpot writes numbers and dates its own way: `12.50` comes back as `12.5`, a date as ISO text. */
export function sameValue(a: string, b: string): boolean {
  if (a === b) return true;
  if (a === '' || b === '') return false;
  if (Number(a) === Number(b)) return true;
  const [first, second] = [Date.parse(a), Date.parse(b)];
  return /\d{4}-\d\d-\d\dT/.test(a) && /\d{4}-\d\d-\d\dT/.test(b) && first === second;
}
