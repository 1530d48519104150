import type { z } from 'zod';
import type { EventContext, EventDefinition, SpokeConfig } from '../config/define-config.ts';
import { suggestion } from '../config/nearest-name.ts';
import { type Effect, type EffectDraft, type RecordRef, recordKey } from './effects.ts';
import { isMappingError, type MappingCode } from './mapping-error.ts';
import { describeFailure, describeIssues } from './refusal.ts';

/** Turns events into record keys and effects. Pure: the same event and config always give the same answer; nothing throws. */
export interface Mapper {
  /** The key of the lane that the event belongs to: the producer's own where it gave one, else that of the event's record. */
  route(event: RoutedEvent): Route;
  /** The effects of an event, with its time and the owner filled in. */
  plan(event: PlannedEvent): Plan;
}

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
  | { readonly ok: true; readonly record: RecordRef; readonly effects: readonly Effect[] }
  | Refusal;

/** Why an event cannot be mapped: it becomes a dead letter with this code and message, which hold no personal data. */
export interface Refusal {
  readonly ok: false;
  readonly code: MappingCode;
  readonly message: string;
}

interface Resolved {
  readonly name: string;
  readonly definition: EventDefinition;
}

/** A mapper for the events of a config; `ownerId` (HUBSPOT_OWNER_ID) owns the activities that name nobody else. */
export function createMapper(config: SpokeConfig, options: { ownerId?: string | undefined } = {}): Mapper {
  const byType = new Map<string, Resolved>();
  for (const [name, definition] of Object.entries(config.events)) {
    for (const type of [name, ...(definition.aliases ?? [])]) byType.set(type, { name, definition });
  }
  const owner = options.ownerId === undefined ? {} : { ownerId: options.ownerId };

  return {
    route(event) {
      const read = readEvent(byType, event);
      if (!read.ok) return read;
      return { ok: true, recordKey: event.recordKey || recordKey(read.record) };
    },
    plan(event) {
      const read = readEvent(byType, event);
      if (!read.ok) return read;
      const { name, definition, payload, record } = read;
      const context: EventContext = {
        eventId: String(event.id),
        type: name,
        occurredAt: event.occurredAt,
        ...owner,
      };
      let drafts: readonly EffectDraft[];
      try {
        drafts = definition.effects(payload, context);
      } catch (error) {
        return refusalOf(error, name, 'effects', payload);
      }
      return finish(name, record, drafts, context);
    },
  };
}

type Read =
  | (Resolved & { readonly ok: true; readonly payload: unknown; readonly record: RecordRef })
  | Refusal;

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
        `effects of ${name} returned something else than an effect at position ${effects.length + 1}: use upsertContact(…) or note(…).`,
      );
    }
    if (!sameRecord(draft.record, record)) {
      return refuse(
        'EVENT_RECORD_MISMATCH',
        `Effect ${effects.length + 1} of ${name} (${draft.kind}) is on another record than the event: give it the same record.`,
      );
    }
    effects.push(complete(draft, context));
  }
  return { ok: true, record, effects };
}

function complete(draft: EffectDraft, { occurredAt, ownerId }: EventContext): Effect {
  if (draft.kind === 'contact.upsert') return draft;
  return {
    ...draft,
    occurredAt: draft.occurredAt ?? occurredAt,
    ...(draft.ownerId === undefined && ownerId !== undefined ? { ownerId } : {}),
  };
}

function unknownType(type: string, byType: ReadonlyMap<string, Resolved>): string {
  const known = [...byType.keys()];
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

function sameRecord(a: RecordRef, b: RecordRef): boolean {
  return a === b || (a.id === b.id && a.idProperty === b.idProperty && a.objectType === b.objectType);
}

function isRecordRef(value: unknown): value is RecordRef {
  if (typeof value !== 'object' || value === null) return false;
  const { objectType, idProperty, id } = value as Partial<RecordRef>;
  return objectType === 'contacts' && typeof idProperty === 'string' && typeof id === 'string' && id !== '';
}

function isEffectDraft(value: unknown): value is EffectDraft {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, record } = value as Partial<EffectDraft>;
  return (kind === 'contact.upsert' || kind === 'activity.create') && isRecordRef(record);
}
