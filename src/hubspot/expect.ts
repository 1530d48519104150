import { ERROR_CODES, type ErrorCode, SpokeError } from '../errors.ts';
import { parseErrorAnswer } from './error-answer.ts';
import type { Exchange, Fault, Reply } from './exchange.ts';

/**
 * The body of a successful answer, for reads at start-up where there is nobody to retry. `what` completes "HubSpot
 * refused to …". Raises HUBSPOT_UNAUTHORIZED, HUBSPOT_FORBIDDEN (with the missing scopes), HUBSPOT_RATE_LIMITED,
 * HUBSPOT_UNREACHABLE, HUBSPOT_UNEXPECTED, or the token source's own code.
 */
export function expectBody(exchange: Exchange, what: string): unknown {
  if (exchange.kind === 'fault') throw noAnswer(exchange);
  if (exchange.status >= 200 && exchange.status < 300 && !exchange.flaw && exchange.body !== undefined)
    return exchange.body;
  throw refusal(exchange, what);
}

/** The error of a call without an answer that changed nothing, or was never sent. */
export function noAnswer({ code, message, reason, sent }: Fault): SpokeError {
  return new SpokeError(isErrorCode(code) ? code : 'HUBSPOT_UNREACHABLE', message, {
    facts: { reason, sent },
  });
}

/** The error of an answer that cannot be used; also for a body that lacks what was asked for. */
export function unexpected(reply: Reply, what: string, problem: string): SpokeError {
  return new SpokeError(
    'HUBSPOT_UNEXPECTED',
    `HubSpot's answer when asked to ${what} was not usable: ${problem}.`,
    {
      facts: factsOf(reply),
    },
  );
}

/** The error of an answer that is no success, for a call that changed nothing. */
export function refusal(reply: Reply, what: string): SpokeError {
  const { status } = reply;
  const { message, scopes, category, policyName } = parseErrorAnswer(reply.body);
  const facts = { ...factsOf(reply), category, policyName, scopes };
  if (status === 401)
    return new SpokeError(
      'HUBSPOT_UNAUTHORIZED',
      'HubSpot does not accept the access token; create or rotate it and set HUBSPOT_PRIVATE_APP_TOKEN.',
      { facts },
    );
  if (status === 403)
    return new SpokeError(
      'HUBSPOT_FORBIDDEN',
      scopes.length > 0
        ? `The access token may not ${what}; grant it the scope ${scopes.join(' or ')}.`
        : `The access token may not ${what}: ${message || 'HubSpot names no scope'}.`,
      { facts },
    );
  if (status === 429)
    return new SpokeError(
      'HUBSPOT_RATE_LIMITED',
      `HubSpot's rate limit is used up (${policyName ?? 'no policy named'}); try again later.`,
      { facts },
    );
  if (status >= 500 || status === 408)
    return new SpokeError(
      'HUBSPOT_UNREACHABLE',
      `HubSpot answered ${status} when asked to ${what}; try again later.`,
      { facts },
    );
  return unexpected(reply, what, reply.flaw ? `${status}, ${reply.flaw}` : `${status} ${message}`.trim());
}

/** Of an answer, what helps to find it in HubSpot's logs. */
export function factsOf(reply: Reply): Record<string, unknown> {
  return { status: reply.status, flaw: reply.flaw, correlationId: reply.correlationId };
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_CODES, code);
}
