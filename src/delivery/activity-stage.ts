import type { ActivityKind } from '../hubspot/activity-capabilities.ts';
import { type ActivityCreate, recordKey } from '../mapping/effects.ts';
import { type KnownIntent, knownIntents, recordIntents } from '../outbox/intents.ts';
import type { ClaimWork } from './claim-work.ts';
import { sendAppEvents, sendCustomEvents } from './event-stage.ts';
import { noteMark } from './note-mark.ts';
import { createNotes, settleOpenNotes } from './note-stage.ts';
import type { PlannedEffect } from './plan.ts';
import { resolveIds } from './record-ids.ts';
import type { SendContext } from './send-batch.ts';
import { awaitRecord, type StageTools, unreadEnd } from './stage.ts';

const NOTES_ONLY: ReadonlySet<ActivityKind> = new Set(['note']);

/** An activity with what its sending needs. */
export interface ActivityTarget {
  readonly step: PlannedEffect<ActivityCreate>;
  /** Recognises it at HubSpot: in the body of a note, as id of an event. */
  readonly mark: string;
  /** HubSpot's id of its record. */
  readonly recordId: string;
  readonly form: ActivityKind;
  /** Written by an earlier claim that meant to send it. */
  readonly intent?: KnownIntent;
}

/**
 * Puts the activities of a claim on their timelines, each at most once.
 *
 * The form (note, custom event, app event) is chosen once, by what the credential may do, and committed as an intent before the
 * first try, so that no later claim chooses another one for the same activity.
 */
export async function activityStage(work: ClaimWork, tools: StageTools, context: SendContext): Promise<void> {
  const steps = work.steps('activity.create');
  if (steps.length === 0) return;
  const { ids, trouble } = await resolveIds(
    steps.map(({ effect }) => effect.record),
    work,
    tools,
    context,
  );
  const known = tools.intents ? await intentsOf(steps, tools) : new Map<string, KnownIntent>();
  const allowed = steps.some(({ effect }) => effect.instead) ? await tools.activities() : NOTES_ONLY;
  const targets: ActivityTarget[] = [];
  for (const step of steps) {
    const { record } = step.effect;
    const recordId = ids.get(recordKey(record));
    const intent = known.get(keyOf(step));
    if (recordId === null) {
      awaitRecord(work, step, record, 'An activity');
    } else if (recordId === undefined) {
      work.endStep(step, unreadEnd('The record of an activity', trouble, context.clock.now()));
    } else if (intent && intent.hubspotId !== null) {
      work.endStep(step, { end: 'applied', hubspotId: intent.hubspotId });
    } else {
      targets.push({
        step,
        recordId,
        mark: intent?.mark ?? noteMark(tools.markSecret, step.of.event.id, step.ordinal),
        form: intent ? formOf(intent.kind) : chosenForm(step.effect, allowed),
        ...(intent ? { intent } : {}),
      });
    }
  }
  const open = targets.filter(({ form, intent }) => form === 'note' && intent !== undefined);
  const cleared = await settleOpenNotes(open, work, tools, context);
  const ready = targets.filter((target) => !open.includes(target) || cleared.has(target));
  if (ready.length === 0) return;
  if (tools.intents) {
    await recordIntents(
      tools.db,
      ready.map(({ step, mark, recordId, form }) => ({
        eventId: step.of.event.id,
        ordinal: step.ordinal,
        kind: form,
        mark,
        targetId: recordId,
      })),
    );
  }
  const inForm = (form: ActivityKind) => ready.filter((target) => target.form === form);
  await createNotes(inForm('note'), work, tools, context);
  await sendCustomEvents(inForm('custom-event'), work, tools, context);
  await sendAppEvents(inForm('app-event'), work, tools, context);
}

async function intentsOf(
  steps: readonly PlannedEffect[],
  { db }: StageTools,
): Promise<Map<string, KnownIntent>> {
  const intents = await knownIntents(db, [...new Set(steps.map(({ of }) => of.event.id))]);
  return new Map(intents.map((intent) => [`${intent.eventId}.${intent.ordinal}`, intent]));
}

function chosenForm({ instead }: ActivityCreate, allowed: ReadonlySet<ActivityKind>): ActivityKind {
  if (instead?.appEvent && allowed.has('app-event')) return 'app-event';
  return instead?.customEvent && allowed.has('custom-event') ? 'custom-event' : 'note';
}

function formOf(kind: string): ActivityKind {
  return kind === 'custom-event' || kind === 'app-event' ? kind : 'note';
}

const keyOf = (step: PlannedEffect) => `${step.of.event.id}.${step.ordinal}`;
