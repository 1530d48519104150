import type { Dispatcher } from 'undici';
import { SpokeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type AbortWatch, createAbortWatcher } from './abort-watch.ts';
import type { Exchange, Fault } from './exchange.ts';
import { faultMessage } from './fault-reason.ts';
import { routeOf } from './route-of.ts';
import { abortedBeforeSending, sendOnce } from './send-once.ts';
import type { TokenSource } from './token.ts';
import { Pool } from './undici-parts.ts';

/** HubSpot's API; it routes to the portal's own region. */
export const HUBSPOT_URL = 'https://api.hubapi.com';
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_IDLE_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_BODY_BYTES = 5 * 1024 * 1024;
const DEFAULT_CONNECTIONS = 32;
/** A busy connection would otherwise live for ever and never follow a change of DNS. */
const CONNECTION_LIFE_MS = 300_000;

export interface TransportOptions {
  /** Plain http is refused (HUBSPOT_URL_INSECURE) unless the host is this machine. */
  readonly baseUrl: string;
  /** Without it every call is anonymous. */
  readonly token?: TokenSource;
  /** Whole call: token, waiting for a connection, connecting, sending, answer. Default 10,000. */
  readonly timeoutMs?: number;
  /** Name resolution, TCP and TLS. Default 5,000, at most `timeoutMs`. */
  readonly connectTimeoutMs?: number;
  /** Longest silence inside an answer. Default 5,000, at most `timeoutMs`. */
  readonly idleTimeoutMs?: number;
  /** Default 5 MiB. */
  readonly maxBodyBytes?: number;
  /** Default 32; further calls wait for a free one. */
  readonly connections?: number;
  readonly userAgent?: string;
  /** Sent as `x-spoke-worker`, for tests that tell workers apart. */
  readonly workerName?: string;
  /** Additional trusted certificate authority, PEM; replaces the built-in list. */
  readonly ca?: string;
  readonly log: Logger;
}

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `paths`, query included. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent form-encoded in place of `body`, as OAuth wants it. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent without the token: for calls that anybody may make, or whose secrets are in the form. */
  readonly anonymous?: boolean;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface Transport {
  /** Never rejects for the network, a time-out or an answer, and never repeats a call but for one changed token after a 401. */
  request(request: TransportRequest): Promise<Exchange>;
  /** Waits for calls in flight, each bounded by its time-out; later calls end as `aborted`. */
  close(): Promise<void>;
}

/** HTTP to HubSpot over one pool of kept-alive connections; TLS 1.2 or later, no redirects, no compression, no retries. */
export function createTransport(options: TransportOptions): Transport {
  const { origin, prefix } = checkedUrl(options.baseUrl);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const { token: tokens, log } = options;
  const watchSignal = createAbortWatcher();
  const pool = new Pool(origin, {
    connections: options.connections ?? DEFAULT_CONNECTIONS,
    pipelining: 1,
    clientTtl: CONNECTION_LIFE_MS,
    connect: {
      timeout: Math.min(options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS, timeoutMs),
      minVersion: 'TLSv1.2',
      // Said aloud so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot switch it off.
      rejectUnauthorized: true,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
  });
  const fixedHeaders = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': options.userAgent ?? 'spoke',
    ...(options.workerName === undefined ? {} : { 'x-spoke-worker': options.workerName }),
  };

  async function request(request: TransportRequest): Promise<Exchange> {
    const startedAt = performance.now();
    const limitMs = request.timeoutMs ?? timeoutMs;
    const content = contentOf(request);
    const left = () => limitMs - (performance.now() - startedAt);
    const abort = watchSignal(request.signal);
    const send = (token?: string) =>
      sendOnce(pool, {
        method: request.method as Dispatcher.HttpMethod,
        path: prefix + request.path,
        headers: {
          ...fixedHeaders,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(content === undefined ? {} : { 'content-type': content.type }),
        },
        body: content?.text,
        totalMs: left(),
        idleMs: Math.min(options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS, limitMs),
        maxBodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
        abort,
      });

    if (!tokens || request.anonymous) return finish(request, await send(), startedAt);
    const token = await bounded(tokens.current(), left(), abort);
    if (token.kind === 'fault') return finish(request, token, startedAt);
    const exchange = await send(token.value);
    if (exchange.kind === 'fault' || exchange.status !== 401 || exchange.flaw || left() <= 0)
      return finish(request, exchange, startedAt);

    // A 401 was refused before anything was done with it, so sending once more with another token repeats nothing.
    const renewed = await bounded(tokens.refresh(token.value), left(), abort);
    if (renewed.kind === 'fault') {
      log.warn({ code: renewed.code }, `hubspot refused the token: ${renewed.message}`);
      return finish(request, exchange, startedAt);
    }
    if (renewed.value === token.value || left() <= 0) return finish(request, exchange, startedAt);
    log.info({ route: routeOf(request.path) }, 'hubspot token changed, call sent again');
    return finish(request, await send(renewed.value), startedAt);
  }

  function finish(request: TransportRequest, exchange: Exchange, startedAt: number): Exchange {
    const durationMs = Math.round(performance.now() - startedAt);
    const outcome =
      exchange.kind === 'reply'
        ? { status: exchange.status, flaw: exchange.flaw, correlationId: exchange.correlationId }
        : { fault: exchange.reason, sent: exchange.sent };
    log.debug(
      { method: request.method, route: routeOf(request.path), durationMs, ...outcome },
      'hubspot call',
    );
    return { ...exchange, durationMs };
  }

  let closing: Promise<void> | undefined;
  return {
    request,
    close: () => {
      closing ??= pool.close();
      return closing;
    },
  };
}

/** Splits the base URL; raises HUBSPOT_URL_INVALID or HUBSPOT_URL_INSECURE. */
function checkedUrl(text: string): { origin: string; prefix: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new SpokeError(
      'HUBSPOT_URL_INVALID',
      "HubSpot's address is not a plain http(s) URL; use https://api.hubapi.com.",
    );
  if (url.protocol === 'http:' && !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
    throw new SpokeError(
      'HUBSPOT_URL_INSECURE',
      `http://${url.host} would carry the token in clear; use https, or http to this machine only.`,
    );
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}

function contentOf({ body, form }: TransportRequest): { type: string; text: string } | undefined {
  if (form) return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
  return body === undefined ? undefined : { type: 'application/json', text: JSON.stringify(body) };
}

type Bounded = { readonly kind: 'value'; readonly value: string } | Fault;

/** A token read that takes too long, fails or is no longer wanted ends as a fault like everything else. */
function bounded(reading: Promise<string>, limitMs: number, abort: AbortWatch): Promise<Bounded> {
  if (abort.aborted()) return Promise.resolve(abortedBeforeSending());
  return new Promise((resolve) => {
    const end = (result: Bounded) => {
      clearTimeout(timer);
      forget();
      resolve(result);
    };
    const fail = (message: string, code?: string) =>
      end({
        kind: 'fault',
        reason: 'token-unavailable',
        sent: false,
        message,
        ...(code ? { code } : {}),
        durationMs: 0,
      });
    const timer = setTimeout(
      () => fail('The access token was not read within the time allowed.'),
      Math.max(1, limitMs),
    );
    const forget = abort.listen(() => end(abortedBeforeSending()));
    reading.then(
      (value) => end({ kind: 'value', value }),
      (error: unknown) =>
        error instanceof SpokeError
          ? fail(error.message, error.code)
          : fail(faultMessage('token-unavailable')),
    );
  });
}
