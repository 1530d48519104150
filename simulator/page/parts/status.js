import { h } from '../dom.js';

/** @typedef {'ok' | 'refused' | 'limited' | 'failed' | 'cut'} Ending */

/** @type {Record<Ending, string>} */
export const ENDING_NAMES = {
  ok: 'answered',
  refused: 'refused (4xx)',
  limited: 'rate limit (429)',
  failed: 'failed (5xx)',
  cut: 'no answer',
};

/** @type {Record<number, string>} */
const MEANINGS = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No content',
  207: 'Partial',
  302: 'Moved',
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  414: 'Too long',
  415: 'Wrong type',
  423: 'Locked',
  429: 'Rate limit',
  477: 'Migrating',
  500: 'Error',
  502: 'Bad gateway',
  503: 'Unavailable',
  504: 'Timeout',
};

/**
 * @param {number} status 0: none
 * @returns {Ending}
 */
function endingOf(status) {
  if (status === 0) return 'cut';
  if (status === 429) return 'limited';
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}

/**
 * A status in words and colour.
 *
 * @param {number} status 0 while unanswered, or when the connection was cut
 */
export function statusPill(status) {
  const meaning = status === 0 ? 'No answer' : (MEANINGS[status] ?? '');
  return h(
    'span',
    { class: `pill ${endingOf(status)}` },
    status === 0 ? '' : h('b', {}, status),
    meaning === '' ? '' : h('span', {}, meaning),
  );
}
