import { type RecordRef, recordKey } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import type { DoubtedEvent, DoubtedLane } from '../outbox/doubts.ts';
import { upsertsOf } from './plan.ts';
import type { UpsertInput } from './upsert-batches.ts';

/** Values that are not to be shown any more; `any`: all others, of a property that Spoke alone works out. */
export type StaleValues = ReadonlySet<string> | 'any';

/** What a record must show, and which older values a write that landed late may have left instead. */
export interface Expectation {
  readonly upsert: UpsertInput;
  /** By property: values that earlier events of the doubtful time have set. */
  readonly stale: ReadonlyMap<string, StaleValues>;
}

/** By record key and property: the event that has set it last, whichever lane it is of. */
export type WrittenBy = ReadonlyMap<string, Readonly<Record<string, number>>>;

interface OpenFold {
  readonly record: RecordRef;
  readonly properties: Record<string, string>;
  readonly eventIds: number[];
  /** By property: every value that an event so far has set. */
  readonly seen: Map<string, Set<string>>;
  readonly stale: Map<string, StaleValues>;
  /** By property: the last delivered event of the lane that set it. */
  readonly setBy: Map<string, number>;
}

/** The keys of the records that a lane's events write besides its own. */
export function sharedKeysOf(lane: DoubtedLane, mapper: Mapper): string[] {
  const keys = new Set<string>();
  for (const event of lane.events) {
    const plan = mapper.plan(event, lane.running, { counted: true });
    if (plan.ok) for (const { record } of upsertsOf(plan.record, plan.effects)) keys.add(recordKey(record));
  }
  keys.delete(lane.recordKey);
  return [...keys];
}

/**
 * Folds a lane's delivered events into what each record must show, and collects the values of all earlier events, delivered or
 * not: a write of any of them may be the one that landed late.
 *
 * Of a record that other lanes write too, `written` says whose value is the newest, and `others` holds those events. A value that
 * comes of running values is Spoke's alone: whatever else the record shows is stale.
 */
export function expectationsOf(
  lane: DoubtedLane,
  mapper: Mapper,
  written: WrittenBy = new Map(),
  others: ReadonlyMap<number, DoubtedEvent> = new Map(),
): Expectation[] {
  const folds = new Map<string, OpenFold>();
  for (const event of lane.events) {
    const plan = mapper.plan(event, lane.running, { counted: true });
    if (!plan.ok) continue;
    for (const effect of plan.effects)
      if (effect.kind === 'record.archive' && event.delivered) folds.delete(recordKey(effect.record));
    for (const { record, properties } of upsertsOf(plan.record, plan.effects)) {
      const key = recordKey(record);
      const fold: OpenFold = folds.get(key) ?? {
        record,
        properties: {},
        eventIds: [],
        seen: new Map(),
        stale: new Map(),
        setBy: new Map(),
      };
      folds.set(key, fold);
      if (event.delivered) fold.eventIds.push(event.id);
      for (const [name, value] of Object.entries(properties)) {
        const seen = fold.seen.get(name) ?? new Set<string>();
        fold.seen.set(name, seen);
        if (event.delivered) {
          expect(fold, name, value);
          fold.setBy.set(name, event.id);
        }
        seen.add(value);
      }
      if (event.delivered) for (const name of computed(event, key, lane, mapper)) fold.stale.set(name, 'any');
    }
  }
  for (const [key, fold] of folds) useNewer(fold, written.get(key) ?? {}, others, mapper);
  return [...folds.values()]
    .filter(
      ({ stale, record, eventIds }) =>
        stale.size > 0 && eventIds.length > 0 && record.idProperty !== 'domain',
    )
    .map(({ record, properties, eventIds, stale }) => ({
      upsert: { record, properties, eventIds, traceId: String(eventIds.at(-1)), failures: 0 },
      stale,
    }));
}

/** The value that a property must show from now on; all others that were set are stale. */
function expect(fold: OpenFold, name: string, value: string): void {
  const others = [...(fold.seen.get(name) ?? [])].filter((before) => before !== value);
  if (others.length > 0) fold.stale.set(name, new Set(others));
  else fold.stale.delete(name);
  fold.properties[name] = value;
}

/** Another lane's event has set the property since: what must be shown is its value, and all of this lane's are stale. */
function useNewer(
  fold: OpenFold,
  written: Readonly<Record<string, number>>,
  others: ReadonlyMap<number, DoubtedEvent>,
  mapper: Mapper,
): void {
  const key = recordKey(fold.record);
  for (const [name, id] of Object.entries(written)) {
    const event = others.get(id);
    if (event === undefined || id <= (fold.setBy.get(name) ?? 0) || !fold.seen.has(name)) continue;
    const plan = mapper.plan(event, {}, { counted: true });
    if (!plan.ok) continue;
    const value = upsertsOf(plan.record, plan.effects).find(({ record }) => recordKey(record) === key)
      ?.properties[name];
    if (value !== undefined) expect(fold, name, value);
  }
}

/** The properties of an event that depend on running values. */
function computed(event: DoubtedEvent, key: string, lane: DoubtedLane, mapper: Mapper): string[] {
  if (Object.keys(lane.running).length === 0) return [];
  const [now, without] = [lane.running, {}].map((running) => {
    const plan = mapper.plan(event, running, { counted: true });
    if (!plan.ok) return {};
    return (
      upsertsOf(plan.record, plan.effects).find(({ record }) => recordKey(record) === key)?.properties ?? {}
    );
  });
  return Object.keys(now ?? {}).filter((name) => now?.[name] !== without?.[name]);
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
    if (values === 'any') return !sameValue(shown, wanted);
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
