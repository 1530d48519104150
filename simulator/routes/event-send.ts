import { ApiError, badRequest } from '../api-error.ts';
import { type Call, invalidJson, isObject, jsonObject, textOf } from '../call.ts';
import { hasCustomEvents, instantOf, judgeEvent } from '../custom-events.ts';
import { targetIn } from '../event-target.ts';
import { noContent, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';

const MAX_INPUTS = 500;

/** Custom events that happened. 204 means accepted: what is wrong may vanish without a word. */
export const eventSendRoutes: readonly Route[] = [
  { pattern: '', handle: sendOne },
  { pattern: 'batch', handle: sendBatch },
].map(
  (route) =>
    ({
      ...route,
      method: 'POST',
      area: 'events/send',
      versions: ['v3', '2026-03', '2026-09'],
      access: 'write',
      budget: 'general',
      scopes: () => [['analytics.behavioral_events.send']],
    }) as Route,
);

function sendOne(call: Call): Reply {
  return take(call, [jsonObject(call)]);
}

function sendBatch(call: Call): Reply {
  const { inputs } = jsonObject(call);
  if (!Array.isArray(inputs)) throw invalidJson('some of required attributes are not set [inputs]');
  if (inputs.length > MAX_INPUTS)
    throw badRequest(`the batch holds ${inputs.length} events, over the limit of ${MAX_INPUTS}`);
  return take(call, inputs);
}

function take(call: Call, inputs: readonly unknown[]): Reply {
  requireCustomEvents(call);
  call.effects.inputs = inputs.length;
  const checked = inputs.map(wellFormed);
  const judged = checked.map((input) => judgeEvent(call.portal, input, call.now));
  if (call.portal.behaviour.wrongEvents === 'refuse') {
    for (const { verdict, wrong } of judged) {
      if ('refusal' in verdict) throw badRequest(`The event cannot be taken: ${verdict.refusal}`);
      if (wrong.length > 0) throw badRequest(`The event has no properties [${wrong.join(', ')}]`);
    }
  }
  for (const { verdict } of judged)
    if ('event' in verdict && call.portal.customEvents.add(verdict.event)) call.effects.applied += 1;
  return noContent;
}

/** What every version refuses at once. */
function wellFormed(input: unknown): Record<string, unknown> {
  if (!isObject(input) || typeof input.eventName !== 'string')
    throw invalidJson('some of required attributes are not set [eventName]');
  if (!targetIn(input)) throw badRequest('an event needs an objectId, an email or a utk');
  if (input.occurredAt !== undefined && instantOf(input.occurredAt) === undefined)
    throw badRequest(`occurredAt is no time: ${textOf(input.occurredAt)}`);
  return input;
}

/** Throws the 403 of a portal whose edition has no custom events. */
export function requireCustomEvents(call: Call): void {
  if (hasCustomEvents(call.portal)) return;
  throw new ApiError(403, 'Custom events are not part of the edition of this account.', {
    category: 'FORBIDDEN',
  });
}
