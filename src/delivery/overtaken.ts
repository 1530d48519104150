import type { Database } from '../db/database.ts';
import { recordKey } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import type { ClaimedEvent } from '../outbox/claim.ts';
import { eventsSince } from '../outbox/doubts.ts';
import { upsertsOf } from './plan.ts';

/** By record key and property: the newest delivered event that has set it. An older event leaves the property alone. */
export type Overtaken = Map<string, Map<string, Newest>>;

export interface Newest {
  readonly id: number;
  /** Absent where only its id is known. */
  readonly event?: KnownEvent;
}

type KnownEvent = Omit<ClaimedEvent, 'ageMs'>;

/** Reads which properties the delivered events of a lane that are newer than `afterId` have set, into `overtaken`. */
export async function readOvertaken(
  db: Database,
  mapper: Mapper,
  lane: { readonly id: number; readonly afterId: number },
  overtaken: Overtaken,
): Promise<void> {
  for await (const events of eventsSince(db, lane.id, lane.afterId + 1)) {
    propertiesSetBy(
      events.filter((event) => event.delivered),
      mapper,
      overtaken,
    );
  }
}

/** Notes the properties that these events set; oldest event first. */
export function propertiesSetBy(
  events: readonly KnownEvent[],
  mapper: Mapper,
  overtaken: Overtaken = new Map(),
): Overtaken {
  for (const event of events) {
    const plan = mapper.plan(event, {}, { counted: true });
    if (!plan.ok) continue;
    for (const upsert of upsertsOf(plan.record, plan.effects))
      for (const name of Object.keys(upsert.properties))
        noteNewest(overtaken, recordKey(upsert.record), name, { id: event.id, event });
  }
  return overtaken;
}

export function noteNewest(overtaken: Overtaken, key: string, property: string, newest: Newest): void {
  const names = overtaken.get(key) ?? new Map<string, Newest>();
  overtaken.set(key, names);
  if ((names.get(property)?.id ?? 0) < newest.id) names.set(property, newest);
}
