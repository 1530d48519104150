import type { Exchange } from '../../src/hubspot/exchange.ts';
import type { Transport, TransportRequest } from '../../src/hubspot/transport.ts';

/** A transport that answers from a script, and what it was asked. */
export interface ScriptedTransport extends Transport {
  readonly requests: readonly TransportRequest[];
}

/** Answers each request with the next exchange of the script; raises when there is none left. */
export function scriptedTransport(...script: Exchange[]): ScriptedTransport {
  const requests: TransportRequest[] = [];
  return {
    requests,
    request: async (request) => {
      const exchange = script[requests.length];
      requests.push(request);
      if (!exchange) throw new Error(`nothing is scripted for ${request.method} ${request.path}`);
      return exchange;
    },
    close: async () => undefined,
  };
}

export function reply(status: number, body?: unknown, rest: object = {}): Exchange {
  return { kind: 'reply', status, headers: {}, body, durationMs: 1, ...rest };
}

/** A call that was sent and got no answer. */
export function lost(): Exchange {
  return { kind: 'fault', reason: 'timeout', sent: true, message: 'Too slow.', durationMs: 1 };
}
