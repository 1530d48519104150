import { SpokeError } from '../errors.ts';
import { parseErrorAnswer } from './error-answer.ts';
import type { Exchange, Reply } from './exchange.ts';
import { factsOf, noAnswer, refusal, unexpected } from './expect.ts';

/** A call, as far as its errors need to know it. */
export interface CallMeaning {
  /** Completes "HubSpot was asked to …"; no values of records. */
  readonly what: string;
  /**
   * `read` changes nothing. `repeatable`: made twice it has the effect of once. `once`: made twice it may have two
   * effects, such as two notes.
   */
  readonly effect: 'read' | 'repeatable' | 'once';
}

/**
 * The answer to a call that HubSpot took (any 2xx that can be read, also one without a body). Raises, beside the errors of
 * expectBody, HUBSPOT_REFUSED, HUBSPOT_NOT_FOUND, HUBSPOT_CONFLICT (`facts.existingId` when HubSpot names it),
 * HUBSPOT_TOO_LARGE, HUBSPOT_LOCKED, HUBSPOT_MIGRATING, and for a write that may have been applied HUBSPOT_OUTCOME_UNKNOWN.
 */
export function expectTaken(exchange: Exchange, call: CallMeaning): Reply {
  const { what, effect } = call;
  if (exchange.kind === 'fault') {
    if (exchange.sent && effect !== 'read') throw outcomeUnknown(call, exchange.reason);
    throw noAnswer(exchange);
  }
  const { status, flaw } = exchange;
  const taken = status >= 200 && status < 300;
  if (taken && !flaw) return exchange;
  if (effect !== 'read' && (taken || status === 408 || status >= 500))
    throw outcomeUnknown(call, flaw ? `${status}, ${flaw}` : String(status), exchange);
  if (taken) throw unexpected(exchange, what, `${status}, ${flaw}`);
  throw refusedCall(exchange, what);
}

/** The error of a write that may have been applied; `why` is a reason or status, never text from outside. */
export function outcomeUnknown({ what, effect }: CallMeaning, why: string, reply?: Reply): SpokeError {
  const repeatable = effect !== 'once';
  const next = repeatable ? 'make the same call again' : 'look there before you make this call again';
  return new SpokeError(
    'HUBSPOT_OUTCOME_UNKNOWN',
    `HubSpot was asked to ${what} and gave no usable answer (${why}), so that it may have been done: ${next}.`,
    { facts: { repeatable, reason: why, ...(reply ? factsOf(reply) : {}) } },
  );
}

function refusedCall(reply: Reply, what: string): SpokeError {
  const { status } = reply;
  const answer = parseErrorAnswer(reply.body);
  const facts = { ...factsOf(reply), category: answer.category, code: answer.code };
  switch (status) {
    case 404:
      // The edge's or a proxy's page: another server than HubSpot's, or no such path.
      if (reply.flaw) return refusal(reply, what);
      return new SpokeError(
        'HUBSPOT_NOT_FOUND',
        `HubSpot has nothing under the id or name with which it was asked to ${what}; check it.`,
        { facts },
      );
    case 409:
      return new SpokeError(
        'HUBSPOT_CONFLICT',
        answer.existingId === undefined
          ? `HubSpot was asked to ${what}, which clashes with what is there; look for it and use that.`
          : `HubSpot was asked to ${what}, which clashes with the record ${answer.existingId}; use that one.`,
        { facts: { ...facts, existingId: answer.existingId } },
      );
    case 413:
    case 414:
      return new SpokeError(
        'HUBSPOT_TOO_LARGE',
        `HubSpot was asked to ${what} with too much at once; send less.`,
        {
          facts,
        },
      );
    case 423:
      return new SpokeError(
        'HUBSPOT_LOCKED',
        `HubSpot was asked to ${what} and has locked the record; wait 2 s.`,
        {
          facts,
        },
      );
    case 477:
      return new SpokeError('HUBSPOT_MIGRATING', 'HubSpot is moving the portal; try again in some hours.', {
        facts,
      });
    case 400:
    case 422:
      return reply.flaw ? refusal(reply, what) : refusedValues(answer, what, facts);
    default:
      return refusal(reply, what);
  }
}

/** Names properties and codes only: HubSpot's sentences about them quote the values. */
function refusedValues(
  { propertyErrors, message }: ReturnType<typeof parseErrorAnswer>,
  what: string,
  facts: Record<string, unknown>,
): SpokeError {
  const named = propertyErrors.map(({ name, code }) => (code === '' ? name : `${name} (${code})`));
  const why = named.length > 0 ? [...new Set(named)].join(', ') : message || 'no reason given';
  return new SpokeError(
    'HUBSPOT_REFUSED',
    `HubSpot was asked to ${what} and refused: ${why}. Correct it and call again.`,
    {
      facts: { ...facts, properties: propertyErrors.map(({ name, code }) => ({ name, code })) },
    },
  );
}
