import { h, say, svg } from '../dom.js';
import { count, counted } from '../format.js';
import { ENDING_NAMES } from './status.js';

/** @import { PulseSecond } from '../../pulse.ts' */
/** @import { Ending } from './status.js' */

/** From the ground up: what went wrong stands on top, where it is seen. */
/** @type {readonly Ending[]} */
const ORDER = ['ok', 'refused', 'limited', 'failed', 'cut'];
const BAR = 10;
const GAP = 2;
const HEIGHT = 100;
/** A chart that is scaled to one request a second would look like a storm. */
const LEAST_TOP = 10;

/** Requests a second of the last minute, as stacked bars with a summary in words. */
export function createPulseChart() {
  const picture = svg('svg', { class: 'pulse', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const top = h('span', { class: 'hint' });
  const words = h('p', { class: 'hint' });
  const legend = h('ul', { class: 'legend' });
  const node = h(
    'div',
    { class: 'pulse-box' },
    h('div', { class: 'pulse-top' }, top, legend),
    picture,
    h(
      'div',
      { class: 'pulse-axis hint', 'aria-hidden': 'true' },
      h('span', {}, '60 s ago'),
      h('span', {}, 'now'),
    ),
    words,
  );
  return {
    node,
    /** @param {readonly PulseSecond[]} seconds oldest first */
    show(seconds) {
      const sums = seconds.map((second) => ORDER.reduce((sum, ending) => sum + second[ending], 0));
      const highest = Math.max(0, ...sums);
      const scale = HEIGHT / Math.max(LEAST_TOP, highest);
      picture.setAttribute('viewBox', `0 0 ${seconds.length * (BAR + GAP) - GAP} ${HEIGHT}`);
      picture.replaceChildren(
        ...seconds.flatMap((second, place) => bars(second, place * (BAR + GAP), scale)),
      );
      const totals = ORDER.map((ending) => ({
        ending,
        total: seconds.reduce((sum, second) => sum + second[ending], 0),
      })).filter(({ total }) => total > 0);
      const all = sums.reduce((sum, each) => sum + each, 0);
      say(top, highest === 0 ? 'Requests a second' : `Requests a second, at most ${count(highest)}`);
      say(
        words,
        all === 0
          ? 'No request in the last minute.'
          : `${counted(all, 'request')} in the last minute: ${totals
              .map(({ ending, total }) => `${count(total)} ${ENDING_NAMES[ending]}`)
              .join(', ')}.`,
      );
      legend.replaceChildren(
        ...totals.map(({ ending }) =>
          h('li', { class: ending }, h('i', { 'aria-hidden': 'true' }), ENDING_NAMES[ending]),
        ),
      );
    },
  };
}

/**
 * @param {PulseSecond} second
 * @param {number} x
 * @param {number} scale
 */
function bars(second, x, scale) {
  let y = HEIGHT;
  return ORDER.filter((ending) => second[ending] > 0).map((ending) => {
    const height = second[ending] * scale;
    y -= height;
    return svg('rect', { class: ending, x, y, width: BAR, height });
  });
}
