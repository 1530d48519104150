import { appEventOutcome } from '../hubspot/app-events.ts';
import { associationOutcomes, type LinkedPair } from '../hubspot/association-outcomes.ts';
import type { BatchError } from '../hubspot/batch-answer.ts';
import { parseErrorAnswer } from '../hubspot/error-answer.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { parseMembersChanged } from '../hubspot/lists.ts';
import {
  answerError,
  type BatchOutcome,
  callOutcome,
  halved,
  type InputOutcome,
  inputError,
} from './outcome.ts';

/** Of inputs that HubSpot gives no id of their own. */
const APPLIED: InputOutcome = { end: 'applied', hubspotId: '' };

/** Reads the answer to a call whose inputs are all taken, or all refused. Pure, total, as all here. */
export function wholeOutcome(exchange: Exchange, count: number, now: number): BatchOutcome {
  const call = callOutcome(exchange, now);
  if (call.kind === 'shared') return each(count, call.end);
  if (call.kind === 'accepted') return each(count, APPLIED);
  return count > 1
    ? halved(count)
    : each(1, answerError(call.reply.status, parseErrorAnswer(call.reply.body)));
}

/** Reads the answer to a batch of new links. */
export function linkOutcome(exchange: Exchange, inputs: readonly LinkedPair[], now: number): BatchOutcome {
  const call = callOutcome(exchange, now);
  if (call.kind !== 'accepted') return wholeOutcome(exchange, inputs.length, now);
  return {
    inputs: associationOutcomes({ inputs, exchange }).map((outcome): InputOutcome => {
      if (outcome.end === 'applied') return APPLIED;
      if (outcome.end === 'not-applied' && outcome.error) return linkError(outcome.error);
      return {
        end: 'unknown',
        code: 'HUBSPOT_INPUT_MISSING',
        message: 'HubSpot accepted the call and did not mention this link.',
      };
    }),
    resend: [],
  };
}

/** An id that was good once and is not any more: the record was deleted, and may be there under another one. */
function linkError(error: BatchError): InputOutcome {
  if (!error.subCategory?.endsWith('INVALID_IDENTIFIER')) return inputError(error);
  const message = error.message ?? 'One of the records does not exist.';
  return { end: 'not-applied', next: 'retry', code: 'HUBSPOT_NOT_FOUND', message };
}

/** Reads the answer to a change of a list's members. */
export function membersOutcome(exchange: Exchange, ids: readonly string[], now: number): BatchOutcome {
  const call = callOutcome(exchange, now);
  if (call.kind !== 'accepted') return wholeOutcome(exchange, ids.length, now);
  const changed = parseMembersChanged(call.reply.body);
  if (!changed.ok) {
    return each(ids.length, {
      end: 'unknown',
      code: 'HUBSPOT_UNREADABLE',
      message: `HubSpot answered with a body that cannot be used: ${changed.problem}.`,
    });
  }
  const missing = new Set(changed.value.missing);
  return {
    inputs: ids.map((id) =>
      missing.has(id)
        ? {
            end: 'not-applied',
            next: 'retry',
            code: 'HUBSPOT_NOT_FOUND',
            message: 'HubSpot has no record with this id for the list.',
          }
        : APPLIED,
    ),
    resend: [],
  };
}

/** Reads the answer to app events. One that HubSpot has already is taken; a batch with such a one goes again in parts. */
export function appEventsOutcome(exchange: Exchange, count: number, now: number): BatchOutcome {
  const { kind } = appEventOutcome(exchange, count);
  if (kind === 'taken') return each(count, APPLIED);
  return kind === 'split' ? halved(count) : wholeOutcome(exchange, count, now);
}

const each = (count: number, end: InputOutcome): BatchOutcome => ({
  inputs: Array.from({ length: count }, () => end),
  resend: [],
});
