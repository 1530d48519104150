import { type RecordRef, recordKey } from '../mapping/effects.ts';
import type { LaneWait } from '../outbox/lane-waits.ts';
import type { EffectVerdict, LinkFound } from '../outbox/settle.ts';
import type { FoldedUpsert, UpsertPart } from './fold.ts';
import type { LanePlan, PlannedEffect, PlannedEvent } from './plan.ts';
import type { EffectEnd, JudgedEvent } from './verdict.ts';

/**
 * What is done of a claim, and what is still to do: the stages take their part from it and write down how it ended.
 *
 * An event is in play until one of its parts ends otherwise than applied, or an earlier event of its lane has to wait: what comes
 * after is not sent for it, and waits for the next claim.
 */
export interface ClaimWork {
  readonly plans: readonly LanePlan[];
  /** All events, oldest first within their lanes. */
  readonly events: readonly PlannedEvent[];
  isInPlay(event: PlannedEvent): boolean;
  /** The upserts of events in play for records of these types, or of all others. */
  upserts(types: readonly string[], others?: boolean): UpsertPart[];
  /** The effects of events in play of one of these kinds. */
  steps<Kind extends PlannedEffect['effect']['kind']>(
    ...kinds: Kind[]
  ): PlannedEffect<Extract<PlannedEffect['effect'], { kind: Kind }>>[];
  endUpsert(fold: FoldedUpsert, end: EffectEnd): void;
  endStep(step: PlannedEffect, end: EffectEnd): void;
  /** For the whole event: nothing of it may be sent now. */
  holdBack(event: PlannedEvent, end: EffectEnd): void;
  /** HubSpot's id of a record, where this claim has learned it. */
  idOf(record: RecordRef): string | undefined;
  learnId(record: RecordRef, hubspotId: string): void;
  /** A merge has taken the record's id from it: it is known by HubSpot's from now on. */
  follow(record: RecordRef, hubspotId: string): void;
  /** The record is not, or no more, at HubSpot under the id that is known of it. */
  forgetId(record: RecordRef): void;
  /** The record that a lane waits for. */
  waitFor(event: PlannedEvent, key: string): void;
  noteEffect(verdict: EffectVerdict): void;
  /** Properties that HubSpot does not take, by the events that set them. */
  drifts(): readonly Drift[];
  /** How every event ended, in the order of `plans`. */
  judged(): JudgedEvent[][];
  readonly links: ReadonlyMap<string, LinkFound>;
  readonly gone: ReadonlySet<string>;
  readonly waits: readonly LaneWait[];
  readonly effects: readonly EffectVerdict[];
  /** By record key and property: the newest event whose value has been applied, of records shared with other lanes. */
  readonly written: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

export interface Drift {
  readonly of: PlannedEvent;
  readonly objectType: string;
  readonly property: string;
  readonly reason: string;
}

interface Progress {
  readonly ends: EffectEnd[];
  /** The end of the fold on the lane's own record, and how many events it stands for. */
  own?: { readonly end: EffectEnd; readonly count: number; readonly lastId: number };
  todo: number;
}

const UNSENT: EffectEnd = { end: 'unsent', code: 'DELIVERY_UNSENT', message: 'not reached', waitMs: 0 };

/** `partsOf` gives the upserts of an event that are to be sent. */
export function createClaimWork(
  plans: readonly LanePlan[],
  partsOf: (event: PlannedEvent) => UpsertPart[],
): ClaimWork {
  const events = plans.flatMap((plan) => plan.events);
  const progress = new Map<PlannedEvent, Progress>(
    events.map((event) => [event, { ends: [], todo: event.upserts.length + event.steps.length }]),
  );
  /** By lane: the first event that has to wait. */
  const waiting = new Map<number, number>();
  const links = new Map<string, LinkFound>();
  const gone = new Set<string>();
  const followed = new Set<string>();
  const waits: { laneId: number; recordKey: string }[] = [];
  const effects: EffectVerdict[] = [];
  const written = new Map<string, Record<string, number>>();
  const drifts: Drift[] = [];

  const progressOf = (event: PlannedEvent): Progress => {
    const found = progress.get(event);
    if (!found) throw new Error('an event of another claim');
    return found;
  };
  const note = (event: PlannedEvent, end: EffectEnd) => {
    progressOf(event).ends.push(end);
    if (end.end === 'applied' || (end.end === 'not-applied' && end.next === 'dead')) return;
    const first = waiting.get(event.lane.id);
    if (first === undefined || event.event.id < first) waiting.set(event.lane.id, event.event.id);
  };
  const isInPlay = (event: PlannedEvent) =>
    event.refusal === undefined &&
    progressOf(event).ends.every((end) => end.end === 'applied') &&
    event.event.id <= (waiting.get(event.lane.id) ?? Number.POSITIVE_INFINITY);
  const learnId = (record: RecordRef, hubspotId: string) => {
    const key = recordKey(record);
    links.set(key, {
      recordKey: key,
      objectType: record.objectType,
      hubspotId,
      ...(followed.has(key) ? { followed: true } : {}),
    });
    gone.delete(key);
  };

  return {
    plans,
    events,
    isInPlay,
    upserts: (types, others = false) =>
      events
        .filter(isInPlay)
        .flatMap((event) =>
          partsOf(event).filter(({ upsert }) => types.includes(upsert.record.objectType) !== others),
        )
        .sort((a, b) => a.of.event.id - b.of.event.id),
    steps: <Kind extends PlannedEffect['effect']['kind']>(...kinds: Kind[]) =>
      events
        .filter(isInPlay)
        .flatMap((event) => event.steps)
        .filter((step): step is PlannedEffect<Extract<PlannedEffect['effect'], { kind: Kind }>> =>
          kinds.some((kind) => kind === step.effect.kind),
        )
        .sort((a, b) => a.of.event.id - b.of.event.id || a.ordinal - b.ordinal),
    endUpsert(fold, end) {
      for (const { of, upsert } of fold.parts) {
        const entry = progressOf(of);
        entry.todo -= 1;
        if (fold.isOwn) entry.own = { end, count: fold.parts.length, lastId: fold.eventIds.at(-1) ?? 0 };
        note(of, end);
        if (end.end === 'not-applied')
          for (const property of end.properties ?? [])
            if (Object.hasOwn(upsert.properties, property))
              drifts.push({ of, objectType: fold.record.objectType, property, reason: end.message });
        if (end.end !== 'applied' || fold.isOwn) continue;
        const key = recordKey(upsert.record);
        const names = written.get(key) ?? {};
        written.set(key, names);
        for (const name of Object.keys(upsert.properties)) names[name] = of.event.id;
      }
      if (end.end === 'applied') learnId(fold.record, end.hubspotId);
    },
    endStep(step, end) {
      progressOf(step.of).todo -= 1;
      note(step.of, end);
    },
    holdBack: note,
    idOf: (record) => links.get(recordKey(record))?.hubspotId,
    learnId,
    follow(record, hubspotId) {
      const key = recordKey(record);
      followed.add(key);
      links.set(key, { recordKey: key, objectType: record.objectType, hubspotId, followed: true });
    },
    forgetId(record) {
      links.delete(recordKey(record));
      gone.add(recordKey(record));
    },
    waitFor: (event, key) => waits.push({ laneId: event.lane.id, recordKey: key }),
    noteEffect: (verdict) => effects.push(verdict),
    drifts: () => drifts,
    judged: () =>
      plans.map((plan) =>
        plan.events.map((event) => {
          const { ends, own, todo } = progressOf(event);
          const isCut = todo > 0 && ends.every((end) => end.end === 'applied');
          return {
            id: event.event.id,
            refusals: event.event.refusals,
            ...(event.refusal ? { refusal: event.refusal } : {}),
            ends: isCut ? [...ends, UNSENT] : ends,
            foldedWith:
              own === undefined || own.end.end === 'applied'
                ? { count: 1, lastId: event.event.id }
                : { count: own.count, lastId: own.lastId },
          };
        }),
      ),
    links,
    gone,
    waits,
    effects,
    written,
  };
}
