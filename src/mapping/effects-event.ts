import { z } from 'zod';
import type { EventDefinition } from '../config/define-config.ts';
import { type EffectDraft, type RecordRef, recordKey } from './effects.ts';
import { addToList, archiveRecord, associate, removeFromList, setConsent } from './links.ts';
import { MappingError } from './mapping-error.ts';
import { activity } from './note.ts';
import { companyByDomain, recordBy } from './record-refs.ts';
import type { RunningDefinitions } from './running.ts';
import { upsertRecord } from './upserts.ts';

/** The running values that the event adds to, beside those of the config. */
export const EFFECTS_RUNNING = { 'spoke.file_uploads': 'count' } as const satisfies RunningDefinitions;

/** The payload before it becomes JSON. */
export interface EffectsPayload {
  readonly record: RecordRef;
  readonly effects: readonly EffectDraft[];
  /** The event is an upload by its record: time and number of uploads are set on it. */
  readonly fileUpload?: true;
}

const REF = z.strictObject({
  objectType: z.string(),
  idProperty: z.string().min(1).max(100),
  id: z.string(),
  byDomain: z.literal(true).optional(),
});
const WIRE = z.record(z.string(), z.string());
const EFFECT = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['contact.upsert', 'company.upsert', 'deal.upsert', 'record.upsert']),
    record: REF,
    properties: WIRE,
    clearFirst: z.array(z.string()).optional(),
    // Worked out anew from the record and its properties.
    matchBy: z.enum(['email', 'domain']).optional(),
  }),
  z.strictObject({
    kind: z.literal('association.create'),
    record: REF,
    to: REF,
    label: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('activity.create'),
    record: REF,
    body: z.string(),
    occurredAt: z.iso.datetime().optional(),
    ownerId: z.string().optional(),
    instead: z
      .strictObject({
        appEvent: z.strictObject({ eventType: z.string(), properties: WIRE }).optional(),
        customEvent: z.strictObject({ eventName: z.string(), properties: WIRE }).optional(),
      })
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('consent.set'),
    record: REF,
    email: z.string(),
    subscription: z.string(),
    state: z.enum(['SUBSCRIBED', 'UNSUBSCRIBED']),
    legal: z.strictObject({ basis: z.string(), explanation: z.string() }).optional(),
    at: z.iso.datetime().optional(),
  }),
  z.strictObject({ kind: z.enum(['list.add', 'list.remove']), record: REF, list: z.string() }),
  z.strictObject({ kind: z.literal('record.archive'), record: REF }),
]);
const PAYLOAD = z.strictObject({
  record: REF,
  effects: z.array(EFFECT).min(1, 'Give at least one effect'),
  fileUpload: z.literal(true).optional(),
});

/**
 * The definition of `spoke.effects`. What it reads may have been written by anybody who may insert into the outbox, so every
 * record and effect is made anew by its builder, with the builder's checks.
 */
export const effectsEvent: EventDefinition<typeof PAYLOAD> = {
  payload: PAYLOAD,
  record: ({ record }) => refOf(record),
  adds: ({ fileUpload }) => (fileUpload ? { 'spoke.file_uploads': 1 } : {}),
  effects({ record: given, effects, fileUpload }, { occurredAt, running }) {
    const drafts = effects.map(draftOf);
    if (!fileUpload) return drafts;
    const properties = {
      last_file_upload_date: occurredAt,
      file_upload_count: running['spoke.file_uploads'] ?? null,
    };
    return [...drafts, upsertRecord(refOf(given), properties)];
  },
};

function refOf({ objectType, idProperty, id, byDomain }: z.output<typeof REF>): RecordRef {
  return objectType === 'companies' && byDomain && idProperty !== 'domain'
    ? companyByDomain(id, idProperty)
    : recordBy(objectType, idProperty, id);
}

function draftOf(effect: z.output<typeof EFFECT>): EffectDraft {
  const record = refOf(effect.record);
  switch (effect.kind) {
    case 'association.create':
      return associate(record, refOf(effect.to), effect.label === undefined ? {} : { label: effect.label });
    case 'activity.create': {
      const { body, occurredAt, ownerId, instead } = effect;
      const { appEvent, customEvent } = instead ?? {};
      return activity(record, {
        html: body,
        ...(occurredAt === undefined ? {} : { at: new Date(occurredAt) }),
        ...(ownerId === undefined ? {} : { ownerId }),
        ...(appEvent ? { appEvent } : {}),
        ...(customEvent ? { customEvent } : {}),
      });
    }
    case 'consent.set': {
      const { email, subscription, state, legal, at } = effect;
      return setConsent(record, {
        email,
        subscription,
        granted: state === 'SUBSCRIBED',
        ...(legal ? { legalBasis: legal.basis, explanation: legal.explanation } : {}),
        ...(at === undefined ? {} : { at: new Date(at) }),
      });
    }
    case 'list.add':
      return addToList(record, effect.list);
    case 'list.remove':
      return removeFromList(record, effect.list);
    case 'record.archive':
      return archiveRecord(record);
    default: {
      const upsert = upsertRecord(record, effect.properties, { backward: effect.clearFirst ?? [] });
      if (upsert.kind === effect.kind) return upsert;
      throw new MappingError(
        'EFFECT_UNUSABLE',
        `A ${effect.kind} names one of the ${record.objectType}: give a ${upsert.kind}.`,
      );
    }
  }
}

/** The keys of every record that an event's effects speak of. */
export function recordKeysOf(record: RecordRef, effects: readonly EffectDraft[]): string[] {
  const refs = effects.flatMap((effect) =>
    effect.kind === 'association.create' ? [effect.record, effect.to] : [effect.record],
  );
  return [...new Set([record, ...refs].map(recordKey))];
}
