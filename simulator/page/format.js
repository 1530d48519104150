const MS_PER_SECOND = 1_000;
const numbers = new Intl.NumberFormat('en-GB');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** @param {number} value */
export const count = (value) => numbers.format(value);

/**
 * A number with its noun: `1 request`, `2 requests`.
 *
 * @param {number} value
 * @param {string} noun
 * @param {string} [many]
 */
export const counted = (value, noun, many = `${noun}s`) => `${count(value)} ${value === 1 ? noun : many}`;

/** @param {number} at ms since 1970 */
export const time = (at) => clock.format(at);

/** @param {number} at ms since 1970 */
export const dayAndTime = (at) => `${day.format(at)}, ${clock.format(at)}`;

/** @param {number} ms */
export function duration(ms) {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < MS_PER_SECOND) return `${Math.round(ms)} ms`;
  return `${(ms / MS_PER_SECOND).toFixed(1)} s`;
}

/**
 * The time of today, day and time of other days.
 *
 * @param {number} at ms since 1970
 */
export const when = (at) => (day.format(at) === day.format(Date.now()) ? time(at) : dayAndTime(at));

/**
 * `lifecycleBackward` as a person reads it.
 *
 * @param {string} name
 */
export function words(name) {
  const spaced = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
