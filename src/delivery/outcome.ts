import { type BatchAnswer, type BatchError, parseBatchAnswer } from '../hubspot/batch-answer.ts';
import { type ErrorAnswer, parseErrorAnswer } from '../hubspot/error-answer.ts';
import type { Exchange, Fault, Reply } from '../hubspot/exchange.ts';
import { parseRetryAfter } from '../hubspot/retry-after.ts';

/** One input of a batch call, as far as its outcome needs to know it. */
export interface SentInput {
  readonly traceId: string;
  /** The id property and value that it was keyed by, normalised; absent when a new record was to be created. */
  readonly key?: { readonly idProperty: string; readonly id: string };
  /** Names of the properties that it sets. */
  readonly sets?: readonly string[];
}

/**
 * What became of one input: one of Jepsen's three ends, and for what was not applied, what follows.
 *
 * `dead`: HubSpot will never take it. `retry`: it may take it later; counted, so that it ends. `wait`: the portal's trouble and
 * not the input's; not counted. `await`: it needs something that may come yet, and is given up after as long as an unknown end.
 */
export type InputOutcome =
  | {
      readonly end: 'applied';
      readonly hubspotId: string;
      /** An upsert that made a new record. */
      readonly created?: true;
    }
  | {
      readonly end: 'not-applied';
      readonly next: 'dead' | 'retry' | 'wait' | 'await';
      readonly code: string;
      readonly message: string;
      readonly waitMs?: number;
      /** Of HUBSPOT_PROPERTY_MISSING: their names. */
      readonly properties?: readonly string[];
    }
  | { readonly end: 'unknown'; readonly code: string; readonly message: string };

export interface BatchOutcome {
  /** By position of the input; undefined for those in `resend`. */
  readonly inputs: readonly (InputOutcome | undefined)[];
  /** Positions to send again at once, each group in a call of its own: certainly not applied, and refused for another's fault. */
  readonly resend: readonly (readonly number[])[];
}

/** 423: HubSpot asks for at least two seconds. */
const LOCKED_WAIT_MS = 2_000;
/** A token or scope problem is mended by a person. */
const DENIED_WAIT_MS = 60_000;
/** Written and refused at once: were it taken for refused, a note could be created twice. */
const CONTRADICTED: InputOutcome = {
  end: 'unknown',
  code: 'HUBSPOT_UNREADABLE',
  message: 'HubSpot named this input both among the results and among the errors.',
};
/** Codes of a property that the portal does not have, or not for writing. */
const DRIFT: readonly string[] = ['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE'];
/** Until the next look; the return of the property ends the wait earlier. */
const DRIFT_WAIT_MS = 600_000;
/** 477 without a time: the move of a portal takes hours. */
const MIGRATION_WAIT_MS = 300_000;

/**
 * Turns what came of a batch call into an end for each of its inputs. Pure, total: whatever HubSpot or the network did.
 *
 * `missingIsUnknown` is off only in a test that proves the rule is needed; `now`, ms since 1970, is for a Retry-After that is a date.
 */
export function batchOutcome(
  exchange: Exchange,
  inputs: readonly SentInput[],
  options: { readonly missingIsUnknown?: boolean; readonly now?: number } = {},
): BatchOutcome {
  const { missingIsUnknown = true, now = 0 } = options;
  const call = callOutcome(exchange, now);
  if (call.kind === 'shared') return same(inputs, call.end);
  if (call.kind === 'refused') return refused(call.reply, inputs);
  if (call.reply.body === undefined) return same(inputs, unreadable(call.reply));
  return accepted(parseBatchAnswer(call.reply.body), inputs, missingIsUnknown);
}

/** What came of a call as a whole: one end for all its inputs, or an answer that has to be read for each of them. */
export type CallOutcome =
  | { readonly kind: 'shared'; readonly end: InputOutcome }
  /** A 2xx whose body, if there is one, is JSON. */
  | { readonly kind: 'accepted'; readonly reply: Reply }
  /** A 4xx about the inputs: nothing was written. */
  | { readonly kind: 'refused'; readonly reply: Reply };

/** The part of the decision that is the same for every kind of call. Pure, total. */
export function callOutcome(exchange: Exchange, now: number): CallOutcome {
  if (exchange.kind === 'fault') return { kind: 'shared', end: faultOutcome(exchange) };
  const { status } = exchange;
  if (status >= 200 && status < 300) {
    // Without content there is nothing to read.
    return exchange.flaw === undefined || status === 204
      ? { kind: 'accepted', reply: exchange }
      : { kind: 'shared', end: unreadable(exchange) };
  }
  const end = portalOutcome(exchange, now);
  return end ? { kind: 'shared', end } : { kind: 'refused', reply: exchange };
}

/** The part of the table that is about the portal, whatever was sent; undefined when the answer is about the inputs. */
function portalOutcome(reply: Reply, now: number): InputOutcome | undefined {
  const { status } = reply;
  const told = parseRetryAfter(reply.headers, now);
  const wait = (code: string, message: string, waitMs?: number): InputOutcome => ({
    end: 'not-applied',
    next: 'wait',
    code,
    message,
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  const answer = parseErrorAnswer(reply.body);
  if (status === 401) return wait('HUBSPOT_UNAUTHORIZED', 'HubSpot refused the token (401).', DENIED_WAIT_MS);
  if (status === 403) return wait('HUBSPOT_FORBIDDEN', forbidden(answer), DENIED_WAIT_MS);
  if (status === 423)
    return wait(
      'HUBSPOT_LOCKED',
      'HubSpot has locked the record (423).',
      Math.max(LOCKED_WAIT_MS, told ?? 0),
    );
  if (status === 429)
    return wait(
      'HUBSPOT_RATE_LIMITED',
      `HubSpot's ${answer.policyName ?? 'rate'} limit is reached (429).`,
      told,
    );
  if (status === 477)
    return wait('HUBSPOT_MIGRATING', 'HubSpot is moving the portal (477).', told ?? MIGRATION_WAIT_MS);
  if (status === 408 || status >= 500)
    return {
      end: 'unknown',
      code: 'HUBSPOT_UNAVAILABLE',
      message: `HubSpot answered ${status}: ${answer.message}`,
    };
  if (status < 400) return unreadable(reply);
  if (status === 404 && reply.flaw !== undefined)
    return wait(
      'HUBSPOT_NOT_FOUND',
      'The address is not one of HubSpot (404): check HUBSPOT_API_URL.',
      DENIED_WAIT_MS,
    );
  // A page of a proxy or of the edge says nothing about the inputs.
  if (reply.flaw !== undefined) return unreadable(reply);
  return undefined;
}

function accepted(
  answer: BatchAnswer,
  inputs: readonly SentInput[],
  missingIsUnknown: boolean,
): BatchOutcome {
  const byTrace = new Map<string, InputOutcome>();
  const byKey = new Map<string, InputOutcome>();
  for (const result of answer.results) {
    const end: InputOutcome = {
      end: 'applied',
      hubspotId: result.id,
      ...(result.new ? { created: true } : {}),
    };
    if (result.traceId !== undefined) byTrace.set(result.traceId, end);
    else
      for (const [name, value] of Object.entries(result.properties))
        if (value !== null) byKey.set(keyOf(name, value), end);
  }
  const written = new Set(byTrace.keys());
  for (const error of answer.errors) {
    const end = inputError(error);
    for (const traceId of error.traceIds) byTrace.set(traceId, written.has(traceId) ? CONTRADICTED : end);
    for (const input of inputs) {
      if (input.key && error.ids.includes(input.key.id) && !byTrace.has(input.traceId))
        byTrace.set(input.traceId, end);
    }
  }
  const missing: InputOutcome = missingIsUnknown
    ? {
        end: 'unknown',
        code: 'HUBSPOT_INPUT_MISSING',
        message: 'HubSpot accepted the call and did not mention this input.',
      }
    : { end: 'applied', hubspotId: '0' };
  return {
    inputs: inputs.map(
      (input) =>
        byTrace.get(input.traceId) ??
        (input.key && byKey.get(keyOf(input.key.idProperty, input.key.id))) ??
        missing,
    ),
    resend: [],
  };
}

/** A 4xx about the inputs: nothing was written. The inputs it names are at fault, the others go again; named none, it is halved. */
function refused(reply: Reply, inputs: readonly SentInput[]): BatchOutcome {
  const answer = parseErrorAnswer(reply.body);
  const end = answerError(reply.status, answer);
  if (inputs.length === 1) return { inputs: [end], resend: [] };
  const atFault = inputs.map(
    (input) =>
      answer.traceIds.includes(input.traceId) ||
      (input.key !== undefined && answer.ids.includes(input.key.id)) ||
      (end.end === 'not-applied' && end.properties?.some((name) => input.sets?.includes(name))),
  );
  const innocent = inputs.flatMap((_, position) => (atFault[position] ? [] : [position]));
  if (innocent.length < inputs.length && innocent.length > 0) {
    return { inputs: atFault.map((fault) => (fault ? end : undefined)), resend: [innocent] };
  }
  return halved(inputs.length);
}

/** Nothing is known of any of `count` inputs but that none was written: they go again in two halves. */
export function halved(count: number): BatchOutcome {
  const half = Math.ceil(count / 2);
  const positions = Array.from({ length: count }, (_, position) => position);
  return {
    inputs: positions.map(() => undefined),
    resend: [positions.slice(0, half), positions.slice(half)],
  };
}

export function answerError(status: number, answer: ErrorAnswer): InputOutcome {
  const message = answer.propertyErrors.length > 0 ? propertyMessage(answer.propertyErrors) : answer.message;
  if (status === 409) return conflict(message, answer.existingId);
  if (status === 404) return { end: 'not-applied', next: 'retry', code: 'HUBSPOT_NOT_FOUND', message };
  if (status === 413 || status === 414)
    return { end: 'not-applied', next: 'dead', code: 'HUBSPOT_TOO_LARGE', message };
  return (
    driftOf(answer.propertyErrors) ?? {
      end: 'not-applied',
      next: 'dead',
      code: 'HUBSPOT_REFUSED',
      message: `HubSpot answered ${status}: ${message}`,
    }
  );
}

export function inputError(error: BatchError): InputOutcome {
  const message =
    error.propertyErrors.length > 0
      ? propertyMessage(error.propertyErrors)
      : (error.message ?? 'no reason given');
  switch (error.category) {
    case 'CONFLICT':
      return conflict(message, error.existingIds[0]);
    case 'OBJECT_NOT_FOUND':
      return { end: 'not-applied', next: 'retry', code: 'HUBSPOT_NOT_FOUND', message };
    case 'RATE_LIMITS':
      return { end: 'not-applied', next: 'wait', code: 'HUBSPOT_RATE_LIMITED', message };
    case 'VALIDATION_ERROR':
      return (
        driftOf(error.propertyErrors) ?? {
          end: 'not-applied',
          next: 'dead',
          code: 'HUBSPOT_REFUSED',
          message,
        }
      );
    default:
      return { end: 'not-applied', next: 'retry', code: 'HUBSPOT_REFUSED', message };
  }
}

/**
 * The portal lacks a property that the config writes, or does not let it be written: the same for every event that sets it, and
 * mended by a person, so the events wait.
 */
function driftOf(
  errors: readonly { name?: string; code?: string; message?: string }[],
): InputOutcome | undefined {
  const drifted = errors.filter(({ code }) => code !== undefined && DRIFT.includes(code));
  const [first] = drifted;
  if (first?.name === undefined || drifted.length < errors.length) return undefined;
  return {
    end: 'not-applied',
    next: 'wait',
    code: 'HUBSPOT_PROPERTY_MISSING',
    message: `HubSpot does not take the property ${drifted.map(({ name }) => name).join(', ')}: ${propertyMessage(drifted)}`,
    waitMs: DRIFT_WAIT_MS,
    properties: drifted.flatMap(({ name }) => name ?? []),
  };
}

function conflict(message: string, existingId: string | undefined): InputOutcome {
  const known = existingId && !message.includes(existingId) ? ` Existing ID: ${existingId}.` : '';
  return { end: 'not-applied', next: 'retry', code: 'HUBSPOT_CONFLICT', message: `${message}${known}` };
}

function faultOutcome(fault: Fault): InputOutcome {
  return fault.sent
    ? { end: 'unknown', code: 'HUBSPOT_NO_ANSWER', message: fault.message }
    : { end: 'not-applied', next: 'wait', code: 'HUBSPOT_UNREACHABLE', message: fault.message };
}

function unreadable(reply: Reply): InputOutcome {
  return {
    end: 'unknown',
    code: 'HUBSPOT_UNREADABLE',
    message: `HubSpot answered ${reply.status} with a body that cannot be used (${reply.flaw ?? 'empty'}).`,
  };
}

function forbidden(answer: ErrorAnswer): string {
  return answer.scopes.length > 0
    ? `HubSpot refused the call (403): the token lacks ${answer.scopes.join(', ')}.`
    : `HubSpot refused the call (403): ${answer.message}`;
}

function propertyMessage(errors: readonly { name?: string; code?: string; message?: string }[]): string {
  return errors
    .map((error) => `${error.name ?? '?'}: ${error.message ?? error.code ?? 'not valid'}`)
    .join('; ');
}

const keyOf = (idProperty: string, id: string) => `${idProperty}\n${id.trim().toLowerCase()}`;

const same = (inputs: readonly SentInput[], end: InputOutcome): BatchOutcome => ({
  inputs: inputs.map(() => end),
  resend: [],
});
