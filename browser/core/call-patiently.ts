/** Why the caller has to wait: the device has no network, or the server does not answer. */
export type Waiting = 'offline' | 'retry';

export interface PatientOptions {
  /** Gives up at once. */
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onWaiting?: ((why: Waiting) => void) | undefined;
}

/** What a server said. */
export interface Answer {
  /** 0: not reached, or given up. */
  readonly status: number;
  readonly ok: boolean;
  /** Empty unless it is a JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Tries while the device is online; then what stands is the answer. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 1_000;
/** Longest wait that a server may ask for; beyond it the visitor is told instead. */
const MAX_WAIT_MS = 10_000;
const ATTEMPT_MS = 20_000;
/** Longest wait for the network to come back. */
const OFFLINE_MS = 3_600_000;
const NOTHING: Answer = { status: 0, ok: false, body: {} };

/** Makes one call until it has an answer that another try would not change. Only for calls that may arrive twice. */
export async function callPatiently(
  call: (signal: AbortSignal) => Promise<Response>,
  { signal, onWaiting }: PatientOptions = {},
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    if (globalThis.navigator?.onLine === false) {
      onWaiting?.('offline');
      await pause(OFFLINE_MS, signal, 'online');
    }
    if (signal?.aborted) return NOTHING;
    const response = await tryOnce(call, signal);
    const waitMs = waitBefore(response, attempt);
    if (waitMs === undefined || attempt === ATTEMPTS || signal?.aborted) {
      const body: unknown = await response?.json().catch(() => undefined);
      return response
        ? { status: response.status, ok: response.ok, body: isObject(body) ? body : {} }
        : NOTHING;
    }
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

async function tryOnce(
  call: (signal: AbortSignal) => Promise<Response>,
  signal: AbortSignal | undefined,
): Promise<Response | undefined> {
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  const late = setTimeout(abort, ATTEMPT_MS);
  signal?.addEventListener('abort', abort);
  try {
    return await call(attempt.signal);
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
  }
}

/** Undefined: the answer stands. Half of each wait is left to chance, so that visitors do not come back all at once. */
function waitBefore(response: Response | undefined, attempt: number): number | undefined {
  const status = response?.status ?? 503;
  if (status < 500 && status !== 429) return undefined;
  const asked = Number(response?.headers.get('retry-after') ?? 0) * 1_000;
  if (!(asked <= MAX_WAIT_MS) || (status === 429 && asked === 0)) return undefined;
  return Math.max(asked, FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
}
