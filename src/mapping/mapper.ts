import type { z } from 'zod';
import type { AddsContext, EventContext, EventDefinition, SpokeConfig } from '../config/define-config.ts';
import { suggestion } from '../config/nearest-name.ts';
import { UPLOAD_EVENT } from '../config/uploads.ts';
import type { WriteBackTarget } from '../config/write-back.ts';
import { EFFECTS_EVENT, type Effect, type EffectDraft, type RecordRef, recordKey } from './effects.ts';
import { EFFECTS_RUNNING, effectsEvent } from './effects-event.ts';
import { eventsOf } from './forms/form-event.ts';
import { isMappingError, type MappingCode } from './mapping-error.ts';
import { describeFailure, describeIssues } from './refusal.ts';
import {
  addToRunning,
  type RunningDefinitions,
  type RunningInput,
  type RunningStates,
  readRunning,
} from './running.ts';
import { uploadEvent } from './upload-event.ts';

/** Turns events into record keys and effects. Pure: the same event and config always give the same answer; nothing throws. */
export interface Mapper {
  /** The key of the lane that the event belongs to: the producer's own where it gave one, else that of the event's record. */
  route(event: RoutedEvent): Route;
  /**
   * The effects of an event, with its time and the owner filled in. `running` are the values of its record before it; with
   * `counted` they hold its part already.
   */
  plan(event: PlannedEvent, running?: RunningStates, options?: { readonly counted?: boolean }): Plan;
  /** The application's row that shows what became of the event; undefined when it has none, or none can be read from it. */
  writeBack(event: RoutedEvent): RowOfEvent | undefined;
}

/** With the key of the event's record, also where the producer ordered the event by another; absent when there is no record. */
export interface RowOfEvent extends WriteBackTarget {
  readonly recordKey?: string;
}

/** Works running values out anew from a record's events. Pure; nothing throws. */
export interface EventCounter {
  /** The values after one more event; the very same object when events of its type add nothing. */
  count(event: PlannedEvent, before: RunningStates): Counted;
  /** What the values are: those of the config, and Spoke's own. */
  readonly running: RunningDefinitions;
}

export type Counted = { readonly ok: true; readonly running: RunningStates } | Refusal;

export interface RoutedEvent {
  readonly type: string;
  readonly payload: unknown;
  readonly recordKey?: string | null | undefined;
}

export interface PlannedEvent {
  readonly id: number | string;
  readonly type: string;
  readonly payload: unknown;
  readonly occurredAt: Date;
}

export type Route = { readonly ok: true; readonly recordKey: string } | Refusal;

export type Plan =
  | {
      readonly ok: true;
      readonly record: RecordRef;
      readonly effects: readonly Effect[];
      /** The record's running values after the event. */
      readonly running: RunningStates;
    }
  | Refusal;

/** Why an event cannot be mapped: it becomes a dead letter with this code and message, which hold no personal data. */
export interface Refusal {
  readonly ok: false;
  readonly code: MappingCode;
  readonly message: string;
}

/** Spoke's own, which add to and read its own running values. */
const OWN_EVENTS: ReadonlySet<string> = new Set([EFFECTS_EVENT, UPLOAD_EVENT]);

interface Resolved {
  readonly name: string;
  readonly definition: EventDefinition;
}

/** A mapper for the events of a config; `ownerId` (HUBSPOT_OWNER_ID) owns the activities that name nobody else. */
export function createMapper(
  config: SpokeConfig,
  options: { ownerId?: string | undefined } = {},
): Mapper & EventCounter {
  const byType = new Map<string, Resolved>([
    [EFFECTS_EVENT, { name: EFFECTS_EVENT, definition: effectsEvent }],
    [UPLOAD_EVENT, { name: UPLOAD_EVENT, definition: uploadEvent }],
  ]);
  for (const [name, definition] of Object.entries(eventsOf(config))) {
    for (const type of [name, ...(definition.aliases ?? [])]) byType.set(type, { name, definition });
  }
  const owner = options.ownerId === undefined ? {} : { ownerId: options.ownerId };
  const definitions = { ...EFFECTS_RUNNING, ...config.running };

  const count = (
    event: PlannedEvent,
    { name, definition, payload }: ReadEvent,
    before: RunningStates,
  ): Counted => {
    const known = { eventId: String(event.id), type: name, occurredAt: event.occurredAt };
    try {
      const inputs = definition.adds?.(payload, known);
      const running = inputs ? addToRunning(before, isInputs(inputs), definitions, placeOf(event)) : before;
      return { ok: true, running };
    } catch (error) {
      return refusalOf(error, name, 'adds', payload);
    }
  };

  return {
    running: definitions,
    count(event, before) {
      const read = readEvent(byType, event);
      return read.ok ? count(event, read, before) : read;
    },
    route(event) {
      const read = readEvent(byType, event);
      if (!read.ok) return read;
      return { ok: true, recordKey: event.recordKey || recordKey(read.record) };
    },
    plan(event, before = {}, { counted = false } = {}) {
      const read = readEvent(byType, event);
      if (!read.ok) return read;
      const { name, definition, payload, record } = read;
      const known: AddsContext = { eventId: String(event.id), type: name, occurredAt: event.occurredAt };
      const added: Counted = counted ? { ok: true, running: before } : count(event, read, before);
      if (!added.ok) return added;
      const { running } = added;
      const context: EventContext = {
        ...known,
        ...owner,
        running: readRunning(running, OWN_EVENTS.has(name) ? EFFECTS_RUNNING : (config.running ?? {})),
      };
      let drafts: readonly EffectDraft[];
      try {
        drafts = definition.effects(payload, context);
      } catch (error) {
        return refusalOf(error, name, 'effects', payload);
      }
      return finish(name, record, drafts, context, running);
    },
    writeBack(event) {
      const definition = byType.get(event.type)?.definition;
      if (definition?.writeBack === undefined) return undefined;
      const read = readEvent(byType, event);
      try {
        // What the schema refuses may still name its row.
        const target: unknown = definition.writeBack(read.ok ? read.payload : event.payload);
        if (!isTarget(target) || !Object.hasOwn(config.writeBack ?? {}, target.table)) return undefined;
        return { ...target, ...(read.ok ? { recordKey: recordKey(read.record) } : {}) };
      } catch {
        return undefined;
      }
    },
  };
}

interface ReadEvent extends Resolved {
  readonly ok: true;
  readonly payload: unknown;
  readonly record: RecordRef;
}

type Read = ReadEvent | Refusal;

function readEvent(byType: ReadonlyMap<string, Resolved>, event: { type: string; payload: unknown }): Read {
  const resolved = byType.get(event.type);
  if (resolved === undefined) return refuse('EVENT_TYPE_UNKNOWN', unknownType(event.type, byType));
  const { name, definition } = resolved;
  let parsed: z.ZodSafeParseResult<unknown>;
  try {
    parsed = definition.payload.safeParse(event.payload);
  } catch (error) {
    return refusalOf(error, name, 'payload', event.payload);
  }
  if (!parsed.success) {
    return refuse(
      'EVENT_PAYLOAD_INVALID',
      `The payload of ${name} does not fit: ${describeIssues(parsed.error)}`,
    );
  }
  try {
    const record = definition.record(parsed.data);
    if (isRecordRef(record)) return { ok: true, name, definition, payload: parsed.data, record };
  } catch (error) {
    return refusalOf(error, name, 'record', parsed.data);
  }
  return refuse(
    'EVENT_MAPPING_FAILED',
    `record of ${name} returned no record: return contactByEmail(…) or contactBy(…).`,
  );
}

function finish(
  name: string,
  record: RecordRef,
  drafts: readonly EffectDraft[],
  context: EventContext,
  running: RunningStates,
): Plan {
  if (!Array.isArray(drafts)) {
    return refuse(
      'EVENT_MAPPING_FAILED',
      `effects of ${name} returned no list: return [upsertContact(…), note(…)].`,
    );
  }
  const effects: Effect[] = [];
  for (const draft of drafts as readonly EffectDraft[]) {
    if (!isEffectDraft(draft)) {
      return refuse(
        'EVENT_MAPPING_FAILED',
        `effects of ${name} returned something else than an effect at position ${effects.length + 1}: use a builder such as upsertContact(…) or note(…).`,
      );
    }
    effects.push(complete(draft, context));
  }
  return { ok: true, record, effects, running };
}

function complete(draft: EffectDraft, { occurredAt, ownerId }: EventContext): Effect {
  if (draft.kind !== 'activity.create') return draft;
  return {
    ...draft,
    occurredAt: draft.occurredAt ?? occurredAt,
    ...(draft.ownerId === undefined && ownerId !== undefined ? { ownerId } : {}),
  };
}

function unknownType(type: string, byType: ReadonlyMap<string, Resolved>): string {
  const known = [...byType.keys()].filter((name) => name !== EFFECTS_EVENT);
  const hint = suggestion(type, known) || ` Known: ${known.slice(0, 20).join(', ')}.`;
  return `The config defines no event ${JSON.stringify(type.slice(0, 100))}.${hint}`;
}

function refusalOf(error: unknown, name: string, part: string, payload: unknown): Refusal {
  if (isMappingError(error)) return refuse(error.code, error.message);
  return refuse('EVENT_MAPPING_FAILED', `${part} of ${name} threw ${describeFailure(error, payload)}`);
}

function refuse(code: MappingCode, message: string): Refusal {
  return { ok: false, code, message };
}

function placeOf({ id, occurredAt }: PlannedEvent) {
  return { id: Number(id) || 0, at: occurredAt.getTime() };
}

/** Configs are also written in JavaScript. */
function isInputs(value: unknown): Readonly<Record<string, RunningInput>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, RunningInput>>;
  throw new TypeError('adds returned no object: return { name: value }');
}

function isRecordRef(value: unknown): value is RecordRef {
  if (typeof value !== 'object' || value === null) return false;
  const { objectType, idProperty, id } = value as Partial<RecordRef>;
  return (
    typeof objectType === 'string' && typeof idProperty === 'string' && typeof id === 'string' && id !== ''
  );
}

const KINDS: readonly string[] = [
  'contact.upsert',
  'company.upsert',
  'deal.upsert',
  'record.upsert',
  'association.create',
  'activity.create',
  'consent.set',
  'list.add',
  'list.remove',
  'record.archive',
] satisfies readonly Effect['kind'][];

function isEffectDraft(value: unknown): value is EffectDraft {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, record, to } = value as { kind?: unknown; record?: unknown; to?: unknown };
  return (
    typeof kind === 'string' &&
    KINDS.includes(kind) &&
    isRecordRef(record) &&
    (kind !== 'association.create' || isRecordRef(to))
  );
}

function isTarget(value: unknown): value is WriteBackTarget {
  if (typeof value !== 'object' || value === null) return false;
  const { table, key } = value as Partial<WriteBackTarget>;
  return (
    typeof table === 'string' &&
    typeof key === 'object' &&
    key !== null &&
    Object.values(key).length > 0 &&
    Object.values(key).every((part) => ['string', 'number', 'bigint'].includes(typeof part))
  );
}
