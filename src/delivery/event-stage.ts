import { createHash } from 'node:crypto';
import type { AppEvent } from '../hubspot/app-events.ts';
import type { CustomEvent } from '../hubspot/custom-events.ts';
import { MAX_EVENT_INPUTS } from '../hubspot/event-record.ts';
import type { ActivityTarget } from './activity-stage.ts';
import type { ClaimWork } from './claim-work.ts';
import { type BatchCall, type SendContext, sendBatch } from './send-batch.ts';
import type { StageTools } from './stage.ts';
import { appEventsOutcome, wholeOutcome } from './step-outcome.ts';

/** Sends custom events, 500 a call. HubSpot drops a uuid that it has seen, so a second try does no harm. */
export function sendCustomEvents(
  targets: readonly ActivityTarget[],
  work: ClaimWork,
  { writes }: StageTools,
  context: SendContext,
): Promise<void> {
  const call: BatchCall<CustomEvent> = {
    name: 'events.custom',
    send: (inputs, signal) => writes.customEvents.sendBatch(inputs, { signal }),
    outcome: (exchange, inputs, now) => wholeOutcome(exchange, inputs.length, now),
  };
  return sendEvents(call, targets, customEvent, work, context);
}

/** Sends app events, 500 a call. HubSpot refuses an id that it has, which counts as sent. */
export function sendAppEvents(
  targets: readonly ActivityTarget[],
  work: ClaimWork,
  { writes }: StageTools,
  context: SendContext,
): Promise<void> {
  const call: BatchCall<AppEvent> = {
    name: 'events.app',
    send: (inputs, signal) => {
      const [only] = inputs;
      return inputs.length === 1 && only
        ? writes.appEvents.send(only, { signal })
        : writes.appEvents.sendBatch(inputs, { signal });
    },
    outcome: (exchange, inputs, now) => appEventsOutcome(exchange, inputs.length, now),
  };
  return sendEvents(call, targets, appEvent, work, context);
}

async function sendEvents<Input>(
  call: BatchCall<Input>,
  targets: readonly ActivityTarget[],
  inputOf: (target: ActivityTarget) => Input,
  work: ClaimWork,
  context: SendContext,
): Promise<void> {
  for (let start = 0; start < targets.length; start += MAX_EVENT_INPUTS) {
    const part = targets.slice(start, start + MAX_EVENT_INPUTS);
    const ends = await sendBatch(
      call,
      part.map((target) => ({
        input: inputOf(target),
        sent: { traceId: target.mark },
        eventIds: [target.step.of.event.id],
      })),
      context,
    );
    part.forEach(({ step, mark }, index) => {
      const end = ends[index];
      if (!end) return;
      work.endStep(step, end);
      if (end.end === 'applied')
        work.noteEffect({
          eventId: step.of.event.id,
          ordinal: step.ordinal,
          end: { kind: 'applied', hubspotId: mark },
        });
    });
  }
}

function customEvent({ step, mark, recordId }: ActivityTarget): CustomEvent {
  const { instead, occurredAt } = step.effect;
  return {
    eventName: instead?.customEvent?.eventName ?? '',
    record: { objectId: recordId },
    occurredAt,
    properties: instead?.customEvent?.properties ?? {},
    uuid: uuidOf(mark),
  };
}

function appEvent({ step, mark, recordId }: ActivityTarget): AppEvent {
  const { instead, occurredAt } = step.effect;
  return {
    eventTypeName: instead?.appEvent?.eventType ?? '',
    id: uuidOf(mark),
    record: { objectId: recordId },
    properties: instead?.appEvent?.properties ?? {},
    occurredAt,
  };
}

/** The same for every try of one activity. */
function uuidOf(mark: string): string {
  const hex = createHash('sha256').update(mark).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
