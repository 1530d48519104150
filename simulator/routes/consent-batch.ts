import { ApiError, badRequest } from '../api-error.ts';
import { type Call, isObject, jsonObject, textOf } from '../call.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  applyConsent,
  completed,
  consentAddress,
  consentInput,
  optOutOfAll,
  requireEmailChannel,
  statusRow,
  statusRows,
  wideStatuses,
} from './consent-input.ts';

const MAX_INPUTS = 100;
const READ = 'communication_preferences.statuses.batch.read';
const WRITE = 'communication_preferences.statuses.batch.write';

/** The same for many addresses; the scopes come with Marketing Hub Enterprise. */
export const consentBatchRoutes: readonly Route[] = [
  { pattern: 'read', access: 'read', handle: read },
  { pattern: 'write', access: 'write', handle: write },
  { pattern: 'unsubscribe-all', access: 'write', handle: unsubscribeAll },
  { pattern: 'unsubscribe-all/read', access: 'read', handle: readOptOuts },
].map(
  ({ pattern, access, handle }) =>
    ({
      method: 'POST',
      area: 'communication-preferences',
      pattern: `statuses/batch/${pattern}`,
      versions: ['v4', '2026-03', '2026-09'],
      access,
      budget: 'general',
      scopes: () => [[access === 'read' ? READ : WRITE]],
      handle,
    }) as Route,
);

function read(call: Call): Reply {
  return eachAddress(call, (email) => ({
    subscriberIdString: email,
    statuses: statusRows(call.portal, email),
  }));
}

function readOptOuts(call: Call): Reply {
  return eachAddress(call, (email) => ({
    subscriberIdString: email,
    wideStatuses: wideStatuses(call.portal, email),
  }));
}

function unsubscribeAll(call: Call): Reply {
  return eachAddress(call, (email) => {
    const { reason } = optOutOfAll(call, email);
    const rows = statusRows(call.portal, email);
    return {
      subscriberIdString: email,
      statuses: rows.map((row) => ({ ...row, setStatusSuccessReason: reason })),
    };
  });
}

/** The channel stands in every input here, not in the query. */
function write(call: Call): Reply {
  const parse = (input: unknown) => {
    if (!isObject(input)) throw badRequest('an input must be an object');
    return consentInput(call.portal, consentAddress(textOf(input.subscriberIdString ?? '')), input);
  };
  return each(call, parse, (input) => {
    const { reason } = applyConsent(call, input);
    return { ...statusRow(call.portal, input.email, input.type), setStatusSuccessReason: reason };
  });
}

function eachAddress(call: Call, handle: (email: string) => unknown): Reply {
  requireEmailChannel(call.query.get('channel') ?? undefined);
  return each(call, (input) => consentAddress(typeof input === 'string' ? input : ''), handle);
}

/** Handles every input for itself; those that are refused stand in `errors` of a 207. */
function each<T>(call: Call, parse: (input: unknown) => T, handle: (parsed: T) => unknown): Reply {
  const { inputs } = jsonObject(call);
  if (!Array.isArray(inputs)) throw badRequest('some of required attributes are not set [inputs]');
  if (inputs.length > MAX_INPUTS)
    throw badRequest(`the batch holds ${inputs.length} inputs, over the limit of ${MAX_INPUTS}`);
  call.effects.inputs = inputs.length;
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputs) {
    try {
      results.push(handle(parse(input)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push(error.toBody());
    }
  }
  if (errors.length === 0) return ok(completed(call, results));
  return { status: 207, body: { ...completed(call, results), numErrors: errors.length, errors } };
}
