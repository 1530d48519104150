import { recordKey } from '../mapping/effects.ts';
import { claimDoubts, type DoubtedLane, eventsById } from '../outbox/doubts.ts';
import type { LaneVerdict } from '../outbox/lane-verdicts.ts';
import { settle } from '../outbox/settle.ts';
import { type SharedRecords, takeShared } from '../outbox/shared-records.ts';
import type { DeliveryOptions } from './deliver-claim.ts';
import {
  type Expectation,
  expectationsOf,
  sharedKeysOf,
  showsStale,
  type WrittenBy,
} from './expectations.ts';
import { type FoundRecord, findRecords } from './find-records.ts';
import { createLease } from './lease.ts';
import { noteNewest, type Overtaken, readOvertaken } from './overtaken.ts';
import type { SendContext, TimedAttempt } from './send-batch.ts';
import { stagedExpectation } from './staged-expectation.ts';
import { batchesOf, type UpsertInput, upsertBatches } from './upsert-batches.ts';

export interface ReadBackReport {
  readonly lanes: number;
  /** Records that showed an older value and were set right. */
  readonly repaired: number;
  /** Calls that were made to set them right. */
  readonly attempts: readonly TimedAttempt[];
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
  const { db, clock, mapper } = options;
  const since = clock.monotonic();
  const lanes = await claimDoubts(db, {
    worker: options.worker,
    lanes: options.lanesPerClaim,
    leaseMs: options.leaseMs,
    settleMs: options.settleMs,
  });
  if (lanes.length === 0) return { lanes: 0, repaired: 0, attempts: [] };
  const keys = [...new Set(lanes.flatMap((lane) => sharedKeysOf(lane, mapper)))];
  const holder = `read-back ${options.worker} ${lanes[0]?.id} ${lanes[0]?.epoch}`;
  const own = new Set(lanes.map((lane) => lane.recordKey));
  const shared = await takeShared(db, {
    holder,
    shared: keys.filter((key) => !own.has(key)),
    own: lanes,
    leaseMs: options.leaseMs,
  });
  const written = await newestWriters(lanes, shared, options);
  const others = await eventsById(db, [
    ...new Set([...written.values()].flatMap((names) => Object.values(names))),
  ]);
  const byLane = new Map(lanes.map((lane) => [lane, expectationsOf(lane, mapper, written, others)] as const));
  for (const [lane, expectations] of byLane) {
    const staged = expectations.map((each) => stagedExpectation(each, options.directory));
    byLane.set(lane, await Promise.all(staged));
  }
  const all = [...byLane.values()].flat();
  const context: SendContext = {
    gates: options.gates,
    lease: createLease(lanes, {
      db,
      clock,
      leaseMs: options.leaseMs,
      since,
      guarded: options.guards.deadline,
      shared: { holder, keys: keys.filter((key) => shared.held.has(key) && !own.has(key)) },
    }),
    clock,
    stopping: options.stopping,
    giveUp: options.giveUp,
    urgency: 'normal',
    callMs: options.callMs,
    patienceMs: options.leaseMs / 2,
    attempts: [],
    missingIsUnknown: options.guards.missing,
    ...(options.onExchange ? { onExchange: options.onExchange } : {}),
  };
  const current = await readCurrent(all, options, context);
  const wrong = all.filter((expectation) =>
    showsStale(expectation, current.get(expectation.upsert)?.properties),
  );
  // What somebody else is writing just now is set right a little later.
  const free = (upsert: UpsertInput) => shared.held.has(recordKey(upsert.record));
  const ends = await upsertBatches(
    wrong.flatMap(({ upsert }) => (free(upsert) ? [upsert] : [])),
    options.writes.records,
    context,
  );
  const verdicts = lanes.map((lane): LaneVerdict => {
    const expectations = byLane.get(lane);
    const verified =
      expectations?.every((expectation) => {
        const { upsert } = expectation;
        const end = ends.get(upsert);
        if (end === undefined && wrong.includes(expectation)) return false;
        // A refusal ends the doubt as well: sending it once more would change nothing.
        return (
          current.has(upsert) &&
          (end === undefined || end.end === 'applied' || (end.end === 'not-applied' && end.next === 'dead'))
        );
      }) ?? false;
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
  await settle(db, {
    worker: options.worker,
    lanes: verdicts,
    links: [],
    ...(keys.length > 0 ? { shared: { holder, keys, written: new Map() } } : {}),
    effects: [],
    attempts: context.attempts.map(({ startedAt, ...attempt }) => ({
      ...attempt,
      startedMsAgo: clock.monotonic() - startedAt,
    })),
    settleMs: options.settleMs,
    fenced: options.guards.epoch,
  });
  return {
    lanes: lanes.length,
    repaired: [...ends.values()].filter((end) => end.end === 'applied').length,
    attempts: context.attempts,
  };
}

/** By record key and property the event that has set it last: as noted with shared records, or in the history of the record's own lane. */
async function newestWriters(
  lanes: readonly DoubtedLane[],
  shared: SharedRecords,
  { db, mapper }: DeliveryOptions,
): Promise<WrittenBy> {
  const newest: Overtaken = new Map();
  for (const [key, names] of shared.written)
    for (const [name, id] of Object.entries(names)) noteNewest(newest, key, name, { id });
  const oldest = Math.min(...lanes.flatMap((lane) => lane.events.map((event) => event.id)));
  for (const { id, deliveredTo } of shared.lanes.values())
    if (deliveredTo > oldest) await readOvertaken(db, mapper, { id, afterId: oldest }, newest);
  return new Map(
    [...newest].map(([key, names]) => [
      key,
      Object.fromEntries([...names].map(([name, { id }]) => [name, id])),
    ]),
  );
}

/** The records as HubSpot holds them now; null for a record that does not exist, no entry where it could not be read. */
async function readCurrent(
  expectations: readonly Expectation[],
  options: DeliveryOptions,
  context: SendContext,
): Promise<Map<UpsertInput, FoundRecord | null>> {
  const current = new Map<UpsertInput, FoundRecord | null>();
  for (const batch of batchesOf(expectations.map(({ upsert }) => upsert))) {
    const [first] = batch;
    if (first === undefined) continue;
    const { objectType, idProperty } = first.record;
    const { found } = await findRecords(
      options.reads.records,
      {
        objectType,
        idProperty,
        ids: batch.map(({ record }) => record.id),
        properties: batch.flatMap(({ properties }) => Object.keys(properties)),
      },
      () => context.lease.ensure(context.callMs + options.readPatienceMs),
    );
    for (const upsert of batch) {
      const record = found.get(upsert.record.id);
      if (record !== undefined) current.set(upsert, record);
    }
  }
  return current;
}
