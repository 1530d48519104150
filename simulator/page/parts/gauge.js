import { h, say, svg } from '../dom.js';
import { count } from '../format.js';

const WIDTH = 100;
/** From here on a budget is nearly used up. */
const HIGH = 0.8;

/**
 * How much of a budget is used, as a bar and in words.
 *
 * @param {string} label
 * @param {string} [hint] what the budget counts
 */
export function createGauge(label, hint) {
  const figure = h('span', { class: 'gauge-figure' });
  const bar = svg('rect', { class: 'gauge-used', x: 0, y: 0, height: 8, width: 0 });
  const picture = svg(
    'svg',
    { class: 'gauge-bar', viewBox: `0 0 ${WIDTH} 8`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { class: 'gauge-room', x: 0, y: 0, height: 8, width: WIDTH }),
    bar,
  );
  const note = h('p', { class: 'hint' }, hint ?? '');
  const node = h('div', { class: 'gauge' }, h('h3', {}, label), figure, picture, note);
  return {
    node,
    /**
     * @param {number} used
     * @param {number | null} limit null: none
     * @param {string} [text] in place of the hint
     */
    show(used, limit, text) {
      const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit);
      bar.setAttribute('width', String(share * WIDTH));
      node.classList.toggle('high', share >= HIGH);
      say(figure, limit === null ? `${count(used)} · no limit` : `${count(used)} of ${count(limit)}`);
      if (text !== undefined) say(note, text);
    },
  };
}
