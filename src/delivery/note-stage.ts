import type { Database } from '../db/database.ts';
import type { Associations } from '../hubspot/associations.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import type { BatchCreateInput, Records } from '../hubspot/records.ts';
import { type KnownIntent, knownIntents, recordIntents } from '../outbox/intents.ts';
import type { EffectVerdict } from '../outbox/settle.ts';
import { batchSize } from './contact-stage.ts';
import { findNotes } from './find-notes.ts';
import { noteMark, withMark } from './note-mark.ts';
import { batchOutcome } from './outcome.ts';
import type { PlannedNote } from './plan.ts';
import { type BatchCall, type BatchItem, type SendContext, sendBatch } from './send-batch.ts';
import type { EffectEnd } from './verdict.ts';

/** HubSpot's association type from a note to its contact. */
const NOTE_TO_CONTACT = 202;

export interface NoteStageOptions {
  readonly db: Database;
  readonly records: Records;
  /** Reads go through the gate on their own. */
  readonly reads: { readonly records: Records; readonly associations: Associations };
  readonly markSecret: string;
  /** How long a note whose creation ended unknown may still appear, ms. */
  readonly settleMs: number;
  /** Time between the two looks that must both find nothing, ms. */
  readonly lookGapMs: number;
  /** Longest that a read waits at the gate, ms. */
  readonly readPatienceMs: number;
  /** Off only in a test that proves intents are needed. */
  readonly intents: boolean;
}

export interface NoteStageResult {
  readonly ends: ReadonlyMap<PlannedNote, EffectEnd>;
  readonly effects: readonly EffectVerdict[];
}

interface Target {
  readonly note: PlannedNote;
  readonly mark: string;
  readonly contactId: string;
}

/**
 * Creates the notes of a claim, each at most once, although HubSpot has no key for notes.
 *
 * An intent is committed before the first try. A later claim that finds an intent without an id waits until the try must have
 * landed, looks for the mark among the contact's notes, and creates the note only after two looks, a while apart, found nothing.
 */
export async function noteStage(
  notes: ReadonlyMap<PlannedNote, string>,
  options: NoteStageOptions,
  context: SendContext,
): Promise<NoteStageResult> {
  const ends = new Map<PlannedNote, EffectEnd>();
  const effects: EffectVerdict[] = [];
  const targets = [...notes].map(([note, contactId]) => ({
    note,
    contactId,
    mark: noteMark(options.markSecret, note.eventId, note.ordinal),
  }));
  const fresh = options.intents ? await sortOut(targets, options, context, ends, effects) : targets;
  if (fresh.length === 0) return { ends, effects };

  if (options.intents) {
    await recordIntents(
      options.db,
      fresh.map(({ note, mark, contactId }) => ({
        eventId: note.eventId,
        ordinal: note.ordinal,
        kind: 'note',
        mark,
        targetId: contactId,
      })),
    );
  }
  const call: BatchCall<BatchCreateInput> = {
    name: 'notes.create',
    send: (inputs, signal) => options.records.batchCreate('notes', inputs, { signal }),
  };
  for (const batch of inCompany(fresh)) {
    const results = await sendBatch(call, batch.map(itemOf), context);
    batch.forEach(({ note }, index) => {
      const end = results[index];
      if (!end) return;
      ends.set(note, end);
      if (end.end === 'applied') effects.push(verdict(note, { kind: 'applied', hubspotId: end.hubspotId }));
      else if (end.end !== 'unknown') effects.push(verdict(note, { kind: 'unsent' }));
    });
  }
  return { ends, effects };
}

/** Settles what earlier claims left open, and returns the notes that may be created now. */
async function sortOut(
  targets: readonly Target[],
  options: NoteStageOptions,
  context: SendContext,
  ends: Map<PlannedNote, EffectEnd>,
  effects: EffectVerdict[],
): Promise<Target[]> {
  const eventIds = [...new Set(targets.map(({ note }) => note.eventId))];
  const known = new Map((await knownIntents(options.db, eventIds)).map((intent) => [keyOf(intent), intent]));
  const fresh: Target[] = [];
  const open: { target: Target; intent: KnownIntent }[] = [];
  for (const target of targets) {
    const intent = known.get(keyOf(target.note));
    if (!intent) fresh.push(target);
    else if (intent.hubspotId !== null)
      ends.set(target.note, { end: 'applied', hubspotId: intent.hubspotId });
    else if (intent.sentMsAgo < options.settleMs)
      ends.set(target.note, later(options.settleMs - intent.sentMsAgo));
    else if (intent.absentMsAgo !== null && intent.absentMsAgo < options.lookGapMs)
      ends.set(target.note, later(options.lookGapMs - intent.absentMsAgo));
    else open.push({ target, intent });
  }
  if (open.length === 0) return fresh;

  const { found, trouble } = await findNotes(
    open.map(({ target, intent }) => ({
      mark: intent.mark,
      contactIds: [...new Set([target.contactId, intent.targetId])],
    })),
    options.reads,
    () => context.lease.ensure(context.callMs + options.readPatienceMs),
  );
  const unread = troubleOf(trouble, options.lookGapMs, context.clock.now());
  for (const { target, intent } of open) {
    const look = found.get(intent.mark);
    if (look === undefined) ends.set(target.note, unread);
    else if (look !== 'absent') {
      ends.set(target.note, { end: 'applied', hubspotId: look });
      effects.push(verdict(target.note, { kind: 'applied', hubspotId: look }));
    } else if (intent.absentMsAgo === null) {
      ends.set(target.note, later(options.lookGapMs));
      effects.push(verdict(target.note, { kind: 'absent' }));
    } else fresh.push(target);
  }
  return fresh.sort((a, b) => a.note.eventId - b.note.eventId || a.note.ordinal - b.note.ordinal);
}

/** In batches of the size that their records go in, failing ones apart; in order. */
function inCompany(targets: readonly Target[]): Target[][] {
  const batches: { size: number; targets: Target[] }[] = [];
  for (const target of targets) {
    const size = batchSize(target.note.upsert.failures);
    const open = batches.findLast((batch) => batch.size === size);
    if (open && open.targets.length < size) open.targets.push(target);
    else batches.push({ size, targets: [target] });
  }
  return batches.map((batch) => batch.targets);
}

function itemOf({ note, mark, contactId }: Target): BatchItem<BatchCreateInput> {
  const { activity } = note;
  const traceId = `${note.eventId}.${note.ordinal}`;
  return {
    input: {
      properties: {
        hs_timestamp: activity.occurredAt.toISOString(),
        hs_note_body: withMark(activity.body, mark),
        ...(activity.ownerId === undefined ? {} : { hubspot_owner_id: activity.ownerId }),
      },
      associations: [
        {
          to: { id: contactId },
          types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: NOTE_TO_CONTACT }],
        },
      ],
      objectWriteTraceId: traceId,
    },
    sent: { traceId },
    eventIds: [note.eventId],
  };
}

const keyOf = (effect: { readonly eventId: number; readonly ordinal: number }) =>
  `${effect.eventId}.${effect.ordinal}`;

const verdict = (note: PlannedNote, end: EffectVerdict['end']): EffectVerdict => ({
  eventId: note.eventId,
  ordinal: note.ordinal,
  end,
});

/** Why a note could not be looked for: what HubSpot said where it said something, so that an operator sees it. */
function troubleOf(trouble: Exchange | undefined, gapMs: number, now: number): EffectEnd {
  if (trouble === undefined || (trouble.kind === 'fault' && trouble.reason === 'aborted'))
    return later(gapMs);
  const [end] = batchOutcome(trouble, [{ traceId: 'look' }], { now }).inputs;
  if (end === undefined || end.end === 'applied') return later(gapMs);
  const message = `The note could not be looked for: ${end.message}`;
  return { end: 'not-applied', next: 'wait', code: end.code, message, waitMs: gapMs };
}

/** An earlier try may have created the note: nothing is sent until that is known. */
const later = (waitMs: number): EffectEnd => ({
  end: 'unsent',
  code: 'DELIVERY_LOOKING',
  message: 'an earlier try of the note ended unknown; HubSpot is being asked whether it exists',
  waitMs,
});
