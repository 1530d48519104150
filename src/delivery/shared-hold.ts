import type { Database } from '../db/database.ts';
import { recordKey } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { type SharedRecords, takeShared } from '../outbox/shared-records.ts';
import { noteNewest, type Overtaken, readOvertaken } from './overtaken.ts';
import type { LanePlan, PlannedEvent } from './plan.ts';
import type { EffectEnd } from './verdict.ts';

/** The records of a claim that others write too, as far as it may write them now. */
export interface SharedHold {
  readonly holder: string;
  /** Keys that were taken, to be renewed with the lease and given back by the settling. */
  readonly keys: readonly string[];
  readonly overtaken: Overtaken;
  /** Whether somebody else is writing a record of the event. */
  isBusy(event: PlannedEvent): boolean;
}

export interface SharedHoldOptions {
  readonly db: Database;
  readonly mapper: Mapper;
  /** Unique for each claim. */
  readonly holder: string;
  readonly leaseMs: number;
  /** Off only in a test that proves the hold is needed. */
  readonly guarded: boolean;
}

/** Before another claim asks for a record again, ms; spread, so that two that met do not meet again. */
const BUSY_MS = 150;

/**
 * Takes what the events of a claim write besides the records of their lanes, and reads which of their values newer events have
 * overtaken: by the history of the lane, where an event is older than the last that was delivered, and for shared records by what
 * is noted with them.
 */
export async function holdShared(
  plans: readonly LanePlan[],
  { db, mapper, holder, leaseMs, guarded }: SharedHoldOptions,
): Promise<SharedHold> {
  const lanes = plans.map(({ lane }) => lane);
  const keysOf = (event: PlannedEvent) => event.upserts.map(({ record }) => recordKey(record));
  const events = plans.flatMap((plan) => plan.events);
  const own = new Set(lanes.map((lane) => lane.recordKey));
  const wanted = [...new Set(events.flatMap(keysOf))].filter((key) => !own.has(key));
  const shared = await takeShared(db, {
    holder,
    shared: wanted,
    own: lanes.map(({ id, recordKey: key }) => ({ id, recordKey: key })),
    leaseMs,
  });
  return {
    holder,
    keys: wanted.filter((key) => shared.held.has(key)),
    overtaken: await overtakenBy(plans, shared, db, mapper),
    isBusy: (event) =>
      guarded && [event.lane.recordKey, ...keysOf(event)].some((key) => !shared.held.has(key)),
  };
}

/** The end of an event whose record somebody else is writing. */
export function busyEnd(random: number): EffectEnd {
  return {
    end: 'unsent',
    code: 'DELIVERY_RECORD_BUSY',
    message: 'another claim is writing one of its records',
    waitMs: BUSY_MS * (1 + random),
  };
}

async function overtakenBy(
  plans: readonly LanePlan[],
  shared: SharedRecords,
  db: Database,
  mapper: Mapper,
): Promise<Overtaken> {
  const overtaken: Overtaken = new Map();
  for (const [key, written] of shared.written)
    for (const [name, id] of Object.entries(written)) noteNewest(overtaken, key, name, { id });
  for (const { lane } of plans) {
    const [first] = lane.events;
    if (first !== undefined && first.id < lane.deliveredTo)
      await readOvertaken(db, mapper, { id: lane.id, afterId: first.id }, overtaken);
  }
  // A record that this claim shares and that has a lane of its own: that lane's events may be newer.
  const oldest = Math.min(...plans.flatMap(({ lane }) => lane.events.map((event) => event.id)));
  for (const other of shared.lanes.values())
    if (other.deliveredTo > oldest)
      await readOvertaken(db, mapper, { id: other.id, afterId: oldest }, overtaken);
  return overtaken;
}
