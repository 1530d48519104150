import type { Exchange } from '../hubspot/exchange.ts';
import type { Transport } from '../hubspot/transport.ts';
import type { Gates, Urgency } from './gates.ts';

/** Calls about links have a budget of their own; they take a share of the common one as well, which is on the safe side. */
const LINKS = '/crm/associations/';

/** Searches are counted apart from everything else. */
const SEARCH = /\/search$/;

/** The same transport behind the gates, for reads: a call that gets no share of the budget ends as `aborted`, unsent. */
export function gatedTransport(
  transport: Transport,
  gates: Gates,
  urgency: Urgency,
  stopping: AbortSignal,
  /** Longest wait of a call for its share of the budget, ms. */
  patienceMs: number,
): Transport {
  return {
    async request(request): Promise<Exchange> {
      const gate = SEARCH.test(request.path) ? 'search' : 'burst';
      const answer = await gates.take(gate, urgency, patienceMs, stopping);
      if (!answer.granted) {
        return {
          kind: 'fault',
          reason: 'aborted',
          sent: false,
          message: `not sent, held by ${answer.heldBy}`,
          durationMs: 0,
        };
      }
      const exchange = await transport.request(request);
      await gates.learn(gate, exchange, answer.due, gate === 'search' || request.path.startsWith(LINKS));
      return exchange;
    },
    close: () => transport.close(),
  };
}
