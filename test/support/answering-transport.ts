import type { Transport, TransportRequest } from '../../src/hubspot/transport.ts';
import { reply } from './scripted-transport.ts';

/** A transport that answers each call with the next of the bodies (200), and with the last one for ever. */
export function answeringTransport(...bodies: readonly unknown[]): {
  readonly transport: Transport;
  readonly requests: TransportRequest[];
} {
  const requests: TransportRequest[] = [];
  const transport: Transport = {
    request: async (request) => {
      requests.push(request);
      return reply(200, bodies[Math.min(requests.length, bodies.length) - 1]);
    },
    close: async () => undefined,
  };
  return { transport, requests };
}
