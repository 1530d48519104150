import { createServer, type Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { SpokeError } from '../errors.ts';
import type { HttpContext } from './context.ts';
import { createApi } from './create-api.ts';

export interface HttpServerOptions extends Omit<HttpContext, 'stopping'> {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits?: HttpLimits;
}

/** Times in ms. */
export interface HttpLimits {
  /** Until all headers have come. */
  readonly headersMs: number;
  /** Until the whole request has come. */
  readonly requestMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveMs: number;
  /** How long `stop` lets requests finish. */
  readonly drainMs: number;
}

/**
 * The HTTP server.
 *
 * States: listening → draining (`stop`: not ready, no new connection, requests under way are answered) → stopped.
 */
export interface HttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

const LIMITS: HttpLimits = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 5_000, drainMs: 10_000 };
/** How often Node looks for connections that are too slow. */
const LOOK_EVERY_MS = 1_000;
const MAX_HEADER_BYTES = 16_384;

/** @throws SpokeError HTTP_NOT_LISTENING when the address is taken or not this machine's. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, limits = LIMITS } = options;
  const stopping = new AbortController();
  const api = createApi({ ...options, stopping: stopping.signal });
  const server = createAdaptorServer({
    fetch: api.fetch,
    createServer,
    serverOptions: {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, limits.headersMs),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
  }) as Server;
  const address = await listen(server, host, port);
  return {
    url: address,
    async stop() {
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), limits.drainMs);
      await closed;
      clearTimeout(late);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new SpokeError(
          'HTTP_NOT_LISTENING',
          `The HTTP server cannot listen on ${host}:${port} (${error.code ?? error.message}): free the address, or set SPOKE_HTTP_PORT and SPOKE_HTTP_HOST to another.`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`);
    });
  });
}
