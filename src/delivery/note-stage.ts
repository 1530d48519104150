import type { Exchange } from '../hubspot/exchange.ts';
import type { BatchCreateInput } from '../hubspot/records.ts';
import type { EffectVerdict } from '../outbox/settle.ts';
import type { ActivityTarget } from './activity-stage.ts';
import type { ClaimWork } from './claim-work.ts';
import { findNotes } from './find-notes.ts';
import { withMark } from './note-mark.ts';
import { batchOutcome } from './outcome.ts';
import { type BatchCall, type BatchItem, type SendContext, sendBatch } from './send-batch.ts';
import type { StageTools } from './stage.ts';
import { batchSize } from './upsert-batches.ts';
import type { EffectEnd } from './verdict.ts';

/** HubSpot's association types from a note to its record; with another one the note is on no timeline. */
const NOTE_TO: Readonly<Record<string, number>> = { contacts: 202, companies: 190, deals: 214, tickets: 228 };

/**
 * Creates notes, each at most once, although HubSpot has no key for notes: their intents are committed, and of those that were
 * meant to be sent before, `settleOpenNotes` has said which are certainly not there.
 */
export async function createNotes(
  targets: readonly ActivityTarget[],
  work: ClaimWork,
  { writes }: StageTools,
  context: SendContext,
): Promise<void> {
  const call: BatchCall<BatchCreateInput> = {
    name: 'notes.create',
    send: (inputs, signal) => writes.records.batchCreate('notes', inputs, { signal }),
  };
  for (const batch of inCompany(targets)) {
    const results = await sendBatch(call, batch.map(itemOf), context);
    batch.forEach((target, index) => {
      const end = results[index];
      if (!end) return;
      work.endStep(target.step, end);
      if (end.end === 'applied')
        work.noteEffect(verdict(target, { kind: 'applied', hubspotId: end.hubspotId }));
      else if (end.end !== 'unknown') work.noteEffect(verdict(target, { kind: 'unsent' }));
    });
  }
}

/**
 * Settles notes that earlier claims left open, and returns those that may be created now: a claim that finds an intent without an
 * id waits until the try must have landed, looks for the mark among the record's notes, and creates the note only after two looks,
 * a while apart, found nothing.
 */
export async function settleOpenNotes(
  targets: readonly ActivityTarget[],
  work: ClaimWork,
  tools: StageTools,
  context: SendContext,
): Promise<ReadonlySet<ActivityTarget>> {
  const cleared = new Set<ActivityTarget>();
  const due: ActivityTarget[] = [];
  for (const target of targets) {
    const { intent } = target;
    if (!intent) cleared.add(target);
    else if (intent.sentMsAgo < tools.settleMs)
      work.endStep(target.step, later(tools.settleMs - intent.sentMsAgo));
    else if (intent.absentMsAgo !== null && intent.absentMsAgo < tools.lookGapMs)
      work.endStep(target.step, later(tools.lookGapMs - intent.absentMsAgo));
    else due.push(target);
  }
  if (due.length === 0) return cleared;
  const { found, trouble } = await findNotes(
    due.map(({ step, mark, recordId, intent }) => ({
      mark,
      objectType: step.effect.record.objectType,
      recordIds: [...new Set([recordId, intent?.targetId ?? recordId])],
    })),
    tools.reads,
    () => context.lease.ensure(context.callMs + tools.readPatienceMs),
  );
  const unread = troubleOf(trouble, tools.lookGapMs, context.clock.now());
  for (const target of due) {
    const look = found.get(target.mark);
    if (look === undefined) work.endStep(target.step, unread);
    else if (look !== 'absent') {
      work.endStep(target.step, { end: 'applied', hubspotId: look });
      work.noteEffect(verdict(target, { kind: 'applied', hubspotId: look }));
    } else if (target.intent?.absentMsAgo === null) {
      work.endStep(target.step, later(tools.lookGapMs));
      work.noteEffect(verdict(target, { kind: 'absent' }));
    } else cleared.add(target);
  }
  return cleared;
}

/** In batches of the size that their records go in, failing ones apart; in order. */
function inCompany(targets: readonly ActivityTarget[]): ActivityTarget[][] {
  const batches: { size: number; targets: ActivityTarget[] }[] = [];
  for (const target of targets) {
    const { lane } = target.step.of;
    const size = batchSize(lane.failingMs === null ? 0 : lane.failures);
    const open = batches.findLast((batch) => batch.size === size);
    if (open && open.targets.length < size) open.targets.push(target);
    else batches.push({ size, targets: [target] });
  }
  return batches.map((batch) => batch.targets);
}

function itemOf({ step, mark, recordId }: ActivityTarget): BatchItem<BatchCreateInput> {
  const { effect: activity, ordinal, of } = step;
  const traceId = `${of.event.id}.${ordinal}`;
  return {
    input: {
      properties: {
        hs_timestamp: activity.occurredAt.toISOString(),
        hs_note_body: withMark(activity.body, mark),
        ...(activity.ownerId === undefined ? {} : { hubspot_owner_id: activity.ownerId }),
      },
      associations: [
        {
          to: { id: recordId },
          types: [
            {
              associationCategory: 'HUBSPOT_DEFINED',
              associationTypeId: NOTE_TO[activity.record.objectType] ?? 0,
            },
          ],
        },
      ],
      objectWriteTraceId: traceId,
    },
    sent: { traceId },
    eventIds: [of.event.id],
  };
}

const verdict = ({ step }: ActivityTarget, end: EffectVerdict['end']): EffectVerdict => ({
  eventId: step.of.event.id,
  ordinal: step.ordinal,
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
