import { type Properties, type RecordRef, type RecordUpsert, recordKey } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import type { RunningStates } from '../mapping/running.ts';
import type { Overtaken } from './overtaken.ts';
import { foldTwo, type PlannedEvent } from './plan.ts';

/** What one event wants of one record. */
export interface UpsertPart {
  readonly of: PlannedEvent;
  /** Position among the event's upserts. */
  readonly ordinal: number;
  readonly upsert: RecordUpsert;
}

/** One input of an upsert call: every upsert that a claim holds for one record, folded into its last values. */
export interface FoldedUpsert {
  readonly record: RecordRef;
  readonly properties: Properties;
  readonly clearFirst: readonly string[];
  readonly matchBy?: RecordUpsert['matchBy'];
  /** Oldest first. */
  readonly parts: readonly UpsertPart[];
  readonly eventIds: readonly number[];
  readonly traceId: string;
  /** Failed writes in a row of the lane; decides in what company it is sent. */
  readonly failures: number;
  /** All parts are of the record's own lane, which tries them one by one when the fold is refused. */
  readonly isOwn: boolean;
}

/** Folds the upserts of events, oldest event first, by record. Pure. */
export function foldUpserts(parts: readonly UpsertPart[]): FoldedUpsert[] {
  const byKey = new Map<string, UpsertPart[]>();
  for (const part of parts) {
    const key = recordKey(part.upsert.record);
    const known = byKey.get(key);
    if (known) known.push(part);
    else byKey.set(key, [part]);
  }
  return [...byKey].map(([key, own]) => foldOf(key, own));
}

export function foldOf(key: string, parts: readonly UpsertPart[]): FoldedUpsert {
  const [first, ...rest] = parts;
  if (first === undefined) throw new Error('a fold has at least one part');
  const upsert = rest.reduce((before, { upsert }) => foldTwo(before, upsert), first.upsert);
  const last = parts.at(-1) ?? first;
  const isOwn = parts.every(({ of }) => of.lane.recordKey === key);
  const eventIds = parts.map(({ of }) => of.event.id);
  return {
    record: upsert.record,
    properties: upsert.properties,
    clearFirst: upsert.clearFirst ?? [],
    ...(upsert.matchBy === undefined ? {} : { matchBy: upsert.matchBy }),
    parts,
    eventIds,
    // An event may write several records of one type, in one call.
    traceId: isOwn ? String(eventIds.at(-1)) : `${eventIds.at(-1)}.${last.ordinal}`,
    failures: Math.min(...parts.map(({ of: { lane } }) => (lane.failingMs === null ? 0 : lane.failures))),
    isOwn,
  };
}

/**
 * The upserts of an event without what newer events have set. A property whose value comes of running values is given its newest
 * value instead: an older event that is delivered late still changes a count.
 */
export function partsOf(
  planned: PlannedEvent,
  overtaken: Overtaken,
  mapper: Mapper,
  after: RunningStates,
): UpsertPart[] {
  return planned.upserts.map((upsert, ordinal) => {
    const newer = overtaken.get(recordKey(upsert.record));
    if (newer === undefined) return { of: planned, ordinal, upsert };
    const properties: Record<string, string> = {};
    for (const [name, value] of Object.entries(upsert.properties)) {
      const newest = newer.get(name);
      if (newest === undefined || newest.id <= planned.event.id) properties[name] = value;
    }
    for (const [name, newest] of newer) {
      if (newest.id <= planned.event.id || newest.event === undefined || planned.running === undefined)
        continue;
      const key = recordKey(upsert.record);
      const [was, is] = [planned.lane.running, after].map((states) => {
        const plan = newest.event && mapper.plan(newest.event, states, { counted: true });
        return plan?.ok
          ? plan.effects
              .filter(
                (effect): effect is RecordUpsert =>
                  'properties' in effect && recordKey(effect.record) === key,
              )
              .reduce<string | undefined>((value, effect) => effect.properties[name] ?? value, undefined)
          : undefined;
      });
      if (is !== undefined && is !== was) properties[name] = is;
    }
    return { of: planned, ordinal, upsert: { ...upsert, properties } };
  });
}
