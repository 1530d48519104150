const ROOT = '/_simulator/';
/** A simulator on this machine answers in milliseconds; after this it hangs or is gone. */
const TIMEOUT_MS = 15_000;

/** The simulator refused, with its own sentence, or did not answer at all. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 when there was no answer
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @typedef {object} Api
 * @property {<T>(path: string, query?: Query, signal?: AbortSignal) => Promise<T>} get
 * @property {<T>(path: string, body: unknown) => Promise<T>} post
 * @property {<T>(path: string) => Promise<T>} remove
 */
/** @typedef {Record<string, string | number | boolean | undefined>} Query */

/**
 * The admin endpoints of one portal; undefined means the first one. Everything rejects with a Failure.
 *
 * @param {number} [portal]
 * @returns {Api}
 */
export function createApi(portal) {
  return {
    get: (path, query, signal) => call('GET', address(path, { ...query, portal }), undefined, signal),
    post: (path, body) => call('POST', address(path, { portal }), body),
    remove: (path) => call('DELETE', address(path, { portal })),
  };
}

/**
 * @param {string} path
 * @param {Query} query
 */
function address(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return ROOT + path + (text === '' ? '' : `?${text}`);
}

/**
 * @template T
 * @param {string} method
 * @param {string} url
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
async function call(method, url, body, signal) {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  /** @type {RequestInit} */
  const init = { method, signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(url, init).catch((/** @type {unknown} */ error) => {
    if (signal?.aborted) throw error;
    throw new Failure('The simulator does not answer. This page tries again by itself.', 0);
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text === '' ? 'null' : text);
  throw new Failure(saidBy(text) ?? `The simulator answered ${response.status}.`, response.status);
}

/** @param {string} text */
function saidBy(text) {
  try {
    const { error } = JSON.parse(text);
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}
