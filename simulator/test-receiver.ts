import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookEvent } from './index.ts';

export interface Received {
  headers: IncomingHttpHeaders;
  events: WebhookEvent[];
  /** Whether each signature that came with it is right. */
  signatures: { v1: boolean | undefined; v3: boolean | undefined };
}

/** An application that takes webhooks. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Status of the next answers; `never` answers none. */
  answer: number | 'never';
  /** Most calls that were open at once. */
  readonly mostAtOnce: () => number;
  /** All events that came, in order of coming. */
  events(): WebhookEvent[];
  stop(): Promise<void>;
}

/** Starts a receiver that checks signatures by the published recipe, on its own. */
export async function startReceiver(secret: string): Promise<Receiver> {
  const received: Received[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.once('close', () => (open -= 1));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { headers } = request;
      const { 'x-hubspot-signature': v1, 'x-hubspot-signature-v3': v3 } = headers;
      const base = `POST${receiver.url}${body}${headers['x-hubspot-request-timestamp']}`;
      received.push({
        headers,
        events: JSON.parse(body) as WebhookEvent[],
        signatures: {
          v1:
            v1 === undefined
              ? undefined
              : v1 ===
                createHash('sha256')
                  .update(secret + body)
                  .digest('hex'),
          v3:
            v3 === undefined ? undefined : v3 === createHmac('sha256', secret).update(base).digest('base64'),
        },
      });
      if (receiver.answer !== 'never') response.writeHead(receiver.answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hubspot?tenant=1`,
    received,
    answer: 200,
    mostAtOnce: () => most,
    events: () => received.flatMap(({ events }) => events),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return receiver;
}
