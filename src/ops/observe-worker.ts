import type { WorkerOptions } from '../delivery/worker.ts';
import type { Transport } from '../hubspot/transport.ts';

/** What a worker tells of its work. */
export type Observers = Pick<WorkerOptions, 'onRouted' | 'onClaim' | 'onReadBack' | 'onExchange'>;

const SEARCH = /\/search$/;

/** Tells both, the first one first. */
export function joinObservers(first: Observers, second: Observers = {}): Observers {
  return {
    onRouted(report) {
      first.onRouted?.(report);
      second.onRouted?.(report);
    },
    onClaim(report) {
      first.onClaim?.(report);
      second.onClaim?.(report);
    },
    onReadBack(report) {
      first.onReadBack?.(report);
      second.onReadBack?.(report);
    },
    onExchange(call, exchange) {
      first.onExchange?.(call, exchange);
      second.onExchange?.(call, exchange);
    },
  };
}

/** The same transport, which tells of each call as `read` or `search`: for those that only read, as the batches that write tell of theirs. */
export function observeReads(transport: Transport, { onExchange }: Observers): Transport {
  return {
    async request(request) {
      const exchange = await transport.request(request);
      onExchange?.(SEARCH.test(request.path) ? 'search' : 'read', exchange);
      return exchange;
    },
    close: () => transport.close(),
  };
}
