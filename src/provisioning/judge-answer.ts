import { parseErrorAnswer } from '../hubspot/error-answer.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { expectBody } from '../hubspot/expect.ts';

/** Completes "The access token may not …". */
const WHAT = 'change the definitions of the portal';

/** A 2xx that can be read. */
export function isTaken(exchange: Exchange): exchange is Exchange & { readonly kind: 'reply' } {
  return (
    exchange.kind === 'reply' &&
    exchange.status >= 200 &&
    exchange.status < 300 &&
    exchange.flaw === undefined
  );
}

/** Raises what would be the same for every other change: the token, the scopes, a call that was held back. */
export function stopIfHopeless(exchange: Exchange, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
  const hopeless =
    exchange.kind === 'fault'
      ? exchange.reason === 'aborted' || exchange.reason === 'token-unavailable'
      : exchange.status === 401 || exchange.status === 403;
  if (hopeless) expectBody(exchange, WHAT);
}

/** Why what was to be made is there although the answer does not say that it was made. */
export function whyPresent(exchange: Exchange): string {
  const isLost = exchange.kind === 'fault' || exchange.status >= 500 || exchange.flaw !== undefined;
  return isLost ? 'made although the answer was lost' : 'it was there already';
}

/** What HubSpot says against one change. Raises when it said nothing, time after time: the next change would fare no better. */
export function refusalOf(exchange: Exchange): string {
  if (exchange.kind === 'fault' || exchange.status >= 500 || exchange.status === 429 || exchange.flaw)
    expectBody(exchange, WHAT);
  if (exchange.kind === 'fault') return exchange.message;
  const { message } = parseErrorAnswer(exchange.body);
  return `HubSpot answered ${exchange.status}${message === '' ? '' : `: ${message}`}`;
}
