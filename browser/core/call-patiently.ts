/** Why the caller has to wait: the device has no network, or the server does not answer. */
export type Waiting = 'offline' | 'retry';

export interface PatientOptions {
  /** Gives up at once. */
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onWaiting?: ((why: Waiting) => void) | undefined;
}

interface CallOptions extends PatientOptions {
  /** Done before each try, once there is a network; takes as long as it takes. */
  readonly ready?: () => Promise<void>;
}

/** What a server said. */
export interface Answer {
  /** 0: not reached, or given up. */
  readonly status: number;
  readonly ok: boolean;
  /** Empty unless it is a JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How long it asks to be left alone, ms; 0 where it does not say so in seconds. */
  readonly retryAfterMs: number;
}

/** Tries while the device is online; then what stands is the answer. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 1_000;
/** Longest wait that a server may ask for; beyond it the visitor is told instead. */
const MAX_WAIT_MS = 10_000;
const ATTEMPT_MS = 20_000;
/** Longest wait for the network to come back. */
const OFFLINE_MS = 3_600_000;
const NOTHING: Answer = { status: 0, ok: false, body: {}, retryAfterMs: 0 };

/** Makes one call until it has an answer that another try would not change. Only for calls that may arrive twice. */
export async function callPatiently(
  call: (signal: AbortSignal) => Promise<Response>,
  { signal, onWaiting, ready }: CallOptions = {},
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    if (globalThis.navigator?.onLine === false) {
      onWaiting?.('offline');
      await pause(OFFLINE_MS, signal, 'online');
    }
    if (!signal?.aborted) await ready?.();
    if (signal?.aborted) return NOTHING;
    const answer = await tryOnce(call, signal);
    const waitMs = waitBefore(answer, attempt);
    if (waitMs === undefined || attempt === ATTEMPTS || signal?.aborted) return answer;
    onWaiting?.('retry');
    await pause(waitMs, signal);
  }
}

/** Resolves after so many ms, or as soon as the signal or the event of the window says so. */
export function pause(ms: number, signal?: AbortSignal, event?: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      if (event) removeEventListener(event, done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (event) addEventListener(event, done);
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a text holds; nothing, unless it is a JSON object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

async function tryOnce(
  call: (signal: AbortSignal) => Promise<Response>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  const late = setTimeout(abort, ATTEMPT_MS);
  signal?.addEventListener('abort', abort);
  try {
    const response = await call(attempt.signal);
    const { status, ok, headers } = response;
    const retryAfterMs = Number(headers.get('retry-after')) * 1_000 || 0;
    // Within the try: a reply that breaks off half-way is as lost as one that never came.
    return { status, ok, retryAfterMs, body: parseObject(await response.text()) };
  } catch {
    return NOTHING;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
  }
}

/** Undefined: the answer stands. Half of each wait is left to chance, so that visitors do not come back all at once. */
function waitBefore({ status, retryAfterMs }: Answer, attempt: number): number | undefined {
  // 408: the line was too slow for the server, or for what stands before it.
  const isLost = status === 0 || status === 408 || status > 499;
  const isToldWhen = status === 429 && retryAfterMs > 0;
  if (!(isLost || isToldWhen) || retryAfterMs > MAX_WAIT_MS) return undefined;
  return Math.max(retryAfterMs, FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
}
