import type { Dispatcher } from 'undici';
import type { AbortWatch } from './abort-watch.ts';
import type { Exchange, FaultReason, Flaw, Reply } from './exchange.ts';
import { faultMessage, faultReason } from './fault-reason.ts';
import { readBody } from './read-body.ts';

const KEPT_HEADERS = new Set(['content-type', 'date', 'retry-after', 'x-request-id', 'cf-ray']);
const MAX_HEADER_LENGTH = 500;

/** One HTTP request, ready to go. */
export interface Attempt {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** From now until the last byte of the answer, waiting for a free connection included. */
  readonly totalMs: number;
  /** Longest silence within the answer's body. */
  readonly idleMs: number;
  readonly maxBodyBytes: number;
  readonly abort: AbortWatch;
}

/**
 * Sends once and resolves with what came of it; never rejects for the network.
 *
 * States: queued (waiting for a connection: nothing left this machine) -> sent (undici is about to write; from here
 * a fault has `sent: true`, since a peer may have read any byte handed to the kernel) -> answering (status and
 * headers known) -> settled. A stop while queued lets undici drop the request before it writes.
 */
export function sendOnce(dispatcher: Dispatcher, attempt: Attempt): Promise<Exchange> {
  const startedAt = performance.now();
  if (attempt.abort.aborted()) return Promise.resolve(abortedBeforeSending());
  return new Promise((resolve) => {
    let state: 'queued' | 'sent' | 'answering' | 'settled' = 'queued';
    let sent = false;
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: Readonly<Record<string, string>> = {};
    let size = 0;
    const chunks: Buffer[] = [];

    const settle = (exchange: Exchange) => {
      if (state === 'settled') return;
      state = 'settled';
      clearTimeout(timer);
      clearTimeout(idleTimer);
      forget();
      resolve(exchange);
      chunks.length = 0;
    };
    const fault = (reason: FaultReason, error?: unknown) =>
      settle({
        kind: 'fault',
        reason,
        sent,
        message: faultMessage(reason, error),
        durationMs: since(startedAt),
      });
    const reply = (part: { body: unknown; flaw?: Flaw }) => settle(toReply(status, headers, part, startedAt));
    const stop = (reason: 'timeout' | 'aborted') => {
      fault(reason);
      controller?.abort(new Error(reason));
    };
    let idleTimer: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => stop('timeout'), Math.max(1, attempt.totalMs));
    const forget = attempt.abort.listen(() => stop('aborted'));

    dispatcher.dispatch(
      {
        method: attempt.method,
        path: attempt.path,
        headers: attempt.headers,
        body: attempt.body ?? null,
        // undici's own timers tick once a second and fire up to half a second early: ours are exact.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        onRequestStart(started) {
          controller = started;
          // Started twice would mean that undici sends again by itself, which no create survives.
          if (state !== 'queued') {
            started.abort(new Error('not to be sent'));
            return;
          }
          state = 'sent';
          sent = true;
        },
        onResponseStart(_, statusCode, rawHeaders) {
          if (statusCode < 200 || state === 'settled') return;
          state = 'answering';
          status = statusCode;
          headers = keptHeaders(rawHeaders);
          const encoding = first(rawHeaders['content-encoding']);
          const flaw: Flaw | undefined =
            encoding !== undefined && encoding.trim().toLowerCase() !== 'identity'
              ? 'encoded'
              : Number(first(rawHeaders['content-length'])) > attempt.maxBodyBytes
                ? 'too-large'
                : undefined;
          if (flaw === undefined) {
            idleTimer = setTimeout(() => stop('timeout'), attempt.idleMs);
            return;
          }
          reply({ body: undefined, flaw });
          controller?.abort(new Error(flaw));
        },
        onResponseData(_, chunk) {
          if (state === 'settled') return;
          idleTimer?.refresh();
          size += chunk.length;
          if (size <= attempt.maxBodyBytes) {
            chunks.push(chunk);
            return;
          }
          reply({ body: undefined, flaw: 'too-large' });
          controller?.abort(new Error('too-large'));
        },
        onResponseEnd() {
          const [only = Buffer.alloc(0)] = chunks;
          const bytes = chunks.length > 1 ? Buffer.concat(chunks, size) : only;
          const body = readBody(bytes, headers['content-type']);
          reply(body.flaw ? { body: undefined, flaw: body.flaw } : { body: body.value });
        },
        onResponseError(_, error) {
          const reason = faultReason(error);
          // The status is known, so a cut answer is still an answer.
          if (state === 'answering') reply({ body: undefined, flaw: 'truncated' });
          // ETIMEDOUT on a connection that was made: the kernel gave up on a peer that fell silent.
          else fault(reason === 'connect-timeout' && sent ? 'timeout' : reason, error);
        },
      },
    );
  });
}

/** The fault of a call whose caller gave up before it began. */
export function abortedBeforeSending(): Exchange & { kind: 'fault' } {
  return { kind: 'fault', reason: 'aborted', sent: false, message: faultMessage('aborted'), durationMs: 0 };
}

function toReply(
  status: number,
  headers: Readonly<Record<string, string>>,
  part: { body: unknown; flaw?: Flaw },
  startedAt: number,
): Reply {
  const correlationId = correlationOf(headers, part.body);
  return {
    kind: 'reply',
    status,
    headers,
    body: part.body,
    ...(part.flaw ? { flaw: part.flaw } : {}),
    ...(correlationId ? { correlationId } : {}),
    durationMs: since(startedAt),
  };
}

function correlationOf(headers: Readonly<Record<string, string>>, body: unknown): string | undefined {
  const inBody =
    typeof body === 'object' && body !== null && 'correlationId' in body ? body.correlationId : undefined;
  const id = headers['x-hubspot-correlation-id'] ?? inBody;
  return typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id) ? id : undefined;
}

function keptHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    const text = first(value);
    if (text !== undefined && (KEPT_HEADERS.has(name) || name.startsWith('x-hubspot-')))
      kept[name] = text.slice(0, MAX_HEADER_LENGTH);
  }
  return kept;
}

function first(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
