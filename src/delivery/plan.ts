import type { ActivityCreate, Properties, RecordRef } from '../mapping/effects.ts';
import { recordKey } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import {
  type ClaimedEvent,
  type ClaimedLane,
  DEAD_AFTER_CRASHES,
  DEAD_AFTER_PLAN_CRASHES,
} from '../outbox/claim.ts';

/** One input of the contact stage: every upsert that a claim holds for one record, folded into its last values. */
export interface FoldedUpsert {
  readonly record: RecordRef;
  readonly properties: Properties;
  /** Oldest first; the last one's id is the trace id. */
  readonly eventIds: readonly number[];
  /** Failed writes in a row of the lane; decides in what company it is sent. */
  readonly failures: number;
}

export interface PlannedNote {
  readonly eventId: number;
  /** Position among the event's effects. */
  readonly ordinal: number;
  readonly activity: ActivityCreate;
  readonly upsert: FoldedUpsert;
}

export interface PlannedEvent {
  readonly event: ClaimedEvent;
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly upsert?: FoldedUpsert;
  readonly notes: readonly PlannedNote[];
}

export interface LanePlan {
  readonly lane: ClaimedLane;
  readonly events: readonly PlannedEvent[];
  readonly upserts: readonly FoldedUpsert[];
}

/** By record key and property: the newest delivered event that has set it. An older event leaves the property alone. */
export type Overtaken = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface Fold {
  record: RecordRef;
  properties: Record<string, string>;
  eventIds: number[];
  failures: number;
}

/**
 * Maps a lane's claimed events to effects and folds the upserts of each record into one. Pure.
 *
 * Folding goes past activities: an activity carries its own time and does not depend on the record's values. An event that
 * cannot be mapped, or whose lane has killed too many workers, carries a refusal and takes part in nothing. An event without an
 * upsert of its own still gets one, without properties, because its activity needs the record's id.
 */
export function planLane(lane: ClaimedLane, mapper: Mapper, overtaken: Overtaken = new Map()): LanePlan {
  const folds = new Map<string, Fold>();
  const drafts: {
    event: ClaimedEvent;
    refusal?: { code: string; message: string };
    fold?: Fold;
    notes: Omit<PlannedNote, 'upsert'>[];
  }[] = [];
  for (const event of lane.events) {
    if (lane.planCrashes >= DEAD_AFTER_PLAN_CRASHES || lane.crashes >= DEAD_AFTER_CRASHES) {
      drafts.push({ event, refusal: crashed(lane), notes: [] });
      continue;
    }
    const plan = mapper.plan(event);
    if (!plan.ok) {
      drafts.push({ event, refusal: { code: plan.code, message: plan.message }, notes: [] });
      continue;
    }
    if (plan.effects.length === 0) {
      drafts.push({ event, notes: [] });
      continue;
    }
    const key = recordKey(plan.record);
    let fold = folds.get(key);
    if (!fold) {
      fold = {
        record: plan.record,
        properties: {},
        eventIds: [],
        failures: lane.failingMs === null ? 0 : lane.failures,
      };
      folds.set(key, fold);
    }
    fold.eventIds.push(event.id);
    const newer = event.id < lane.deliveredTo ? overtaken.get(key) : undefined;
    const notes: Omit<PlannedNote, 'upsert'>[] = [];
    plan.effects.forEach((effect, ordinal) => {
      if (effect.kind === 'activity.create') notes.push({ eventId: event.id, ordinal, activity: effect });
      else
        for (const [name, value] of Object.entries(effect.properties))
          if ((newer?.get(name) ?? 0) < event.id) fold.properties[name] = value;
    });
    drafts.push({ event, fold, notes });
  }
  return {
    lane,
    events: drafts.map(({ event, refusal, fold, notes }) => ({
      event,
      ...(refusal ? { refusal } : {}),
      ...(fold ? { upsert: fold } : {}),
      notes: fold ? notes.map((note) => ({ ...note, upsert: fold })) : [],
    })),
    upserts: [...folds.values()],
  };
}

/** The properties that these events set, added to what is known of others; oldest event first. */
export function propertiesSetBy(
  events: readonly ClaimedEvent[],
  mapper: Mapper,
  set: Map<string, Map<string, number>> = new Map(),
): Map<string, Map<string, number>> {
  for (const event of events) {
    const plan = mapper.plan(event);
    if (!plan.ok) continue;
    const key = recordKey(plan.record);
    const names = set.get(key) ?? new Map<string, number>();
    set.set(key, names);
    for (const effect of plan.effects) {
      if (effect.kind === 'contact.upsert')
        for (const name of Object.keys(effect.properties)) names.set(name, event.id);
    }
  }
  return set;
}

function crashed({ crashes, planCrashes }: ClaimedLane) {
  return {
    code: 'DELIVERY_CRASHED_WORKER',
    message: `${crashes} workers in a row died while they held this event, ${planCrashes} of them with nothing else in hand and before anything was sent.`,
  };
}
