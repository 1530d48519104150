import type { Effect, RecordRef, RecordUpsert } from '../mapping/effects.ts';
import { isUpsert, recordKey } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import type { RunningStates } from '../mapping/running.ts';
import {
  type ClaimedEvent,
  type ClaimedLane,
  DEAD_AFTER_CRASHES,
  DEAD_AFTER_PLAN_CRASHES,
} from '../outbox/claim.ts';

/** One effect of one event. */
export interface PlannedEffect<E extends Effect = Effect> {
  readonly of: PlannedEvent;
  /** Position among the event's effects: with the event's id, its identity. */
  readonly ordinal: number;
  readonly effect: E;
}

export interface PlannedEvent {
  readonly lane: ClaimedLane;
  readonly event: ClaimedEvent;
  readonly refusal?: { readonly code: string; readonly message: string };
  /** Upserts that the event needs, one for each record, explicit or not. */
  readonly upserts: readonly RecordUpsert[];
  /** The other effects. */
  readonly steps: readonly PlannedEffect[];
  /** Running values of the lane after the event; undefined where they do not change. */
  readonly running?: RunningStates;
}

export interface LanePlan {
  readonly lane: ClaimedLane;
  /** Oldest first; ends before what must not share a claim with them. */
  readonly events: readonly PlannedEvent[];
}

/**
 * Maps a lane's claimed events to effects. Pure.
 *
 * An event that cannot be mapped, or whose lane has killed too many workers, carries a refusal and takes part in nothing. An event
 * that archives a record is alone in its claim: what was recorded before must be there first, what was recorded after must find it
 * gone.
 */
export function planLane(lane: ClaimedLane, mapper: Mapper): LanePlan {
  const events: PlannedEvent[] = [];
  let running = lane.running;
  for (const event of lane.events) {
    if (lane.planCrashes >= DEAD_AFTER_PLAN_CRASHES || lane.crashes >= DEAD_AFTER_CRASHES) {
      events.push({ lane, event, refusal: crashed(lane), upserts: [], steps: [] });
      continue;
    }
    const plan = mapper.plan(event, running, event);
    if (!plan.ok) {
      events.push({
        lane,
        event,
        refusal: { code: plan.code, message: plan.message },
        upserts: [],
        steps: [],
      });
      continue;
    }
    const isBarrier = plan.effects.some((effect) => effect.kind === 'record.archive');
    if (isBarrier && events.length > 0) break;
    const planned: PlannedEvent & { steps: PlannedEffect[] } = {
      lane,
      event,
      upserts: upsertsOf(plan.record, plan.effects),
      steps: [],
      ...(plan.running === running ? {} : { running: plan.running }),
    };
    plan.effects.forEach((effect, ordinal) => {
      if (!isUpsert(effect)) planned.steps.push({ of: planned, ordinal, effect });
    });
    events.push(planned);
    running = plan.running;
    if (isBarrier) break;
  }
  return { lane, events };
}

/**
 * One upsert for each record, several of one event folded. The event's own contact gets one also when no effect sets a property:
 * its activities and links need the record. One that is named by HubSpot's id is there.
 */
export function upsertsOf(record: RecordRef, effects: readonly Effect[]): RecordUpsert[] {
  const upserts = new Map<string, RecordUpsert>();
  const own = recordKey(record);
  if (
    record.objectType === 'contacts' &&
    record.idProperty !== 'hs_object_id' &&
    effects.some((effect) => needsRecord(effect, own))
  )
    upserts.set(own, { kind: 'contact.upsert', record, properties: {} });
  for (const effect of effects) {
    if (!isUpsert(effect)) continue;
    const key = recordKey(effect.record);
    const before = upserts.get(key);
    upserts.set(key, before === undefined ? effect : foldTwo(before, effect));
  }
  return [...upserts.values()];
}

/** The later one's values count. */
export function foldTwo(before: RecordUpsert, after: RecordUpsert): RecordUpsert {
  const clearFirst = [...new Set([...(before.clearFirst ?? []), ...(after.clearFirst ?? [])])];
  const matchBy = after.matchBy ?? before.matchBy;
  return {
    kind: after.kind,
    record: after.record,
    properties: { ...before.properties, ...after.properties },
    ...(clearFirst.length === 0 ? {} : { clearFirst }),
    ...(matchBy === undefined ? {} : { matchBy }),
  };
}

function needsRecord(effect: Effect, key: string): boolean {
  if (effect.kind === 'consent.set' || effect.kind === 'record.archive') return false;
  return (
    recordKey(effect.record) === key || (effect.kind === 'association.create' && recordKey(effect.to) === key)
  );
}

function crashed({ crashes, planCrashes }: ClaimedLane) {
  return {
    code: 'DELIVERY_CRASHED_WORKER',
    message: `${crashes} workers in a row died while they held this event, ${planCrashes} of them with nothing else in hand and before anything was sent.`,
  };
}
