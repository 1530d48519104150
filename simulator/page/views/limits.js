import { createChildren, h, say } from '../dom.js';
import { count, dayAndTime } from '../format.js';
import { button, field, select } from '../parts/field.js';
import { createGauge } from '../parts/gauge.js';
import { createTable } from '../parts/table.js';

/** @import { SimulatorState } from '../../state.ts' */
/** @import { Context, View } from '../context.js' */

/** @type {readonly (readonly [string, string])[]} */
const TIERS = [
  ['', 'Choose …'],
  ['free', 'Free or Starter: 100 in 10 s, 250,000 a day'],
  ['professional', 'Professional: 190 in 10 s, 625,000 a day'],
  ['enterprise', 'Enterprise: 190 in 10 s, 1,000,000 a day'],
  ['addon', 'Enterprise with an add-on: 250 in 10 s, 2,000,000 a day'],
  ['none', 'No limits'],
];

/**
 * How much of each budget is used, how often it was refused, and the numbers themselves.
 *
 * @param {Context} context
 * @returns {View}
 */
export function limitsView({ api, act, state }) {
  const windows = h('div', { class: 'gauges' });
  /** @type {Map<string, ReturnType<typeof createGauge>>} */
  const gauges = new Map();
  const showWindows = createChildren(
    windows,
    (/** @type {{ token: string }} */ { token }) => token,
    ({ token }) => {
      const gauge = createGauge(`Rolling window, ${token}`);
      gauges.set(token, gauge);
      return gauge.node;
    },
  );
  const daily = createGauge('Today, all tokens');
  const search = createGauge('Searches in the last second', 'A bucket of their own, for all tokens together');
  const refused = createTable({
    caption: 'Refusals',
    columns: [
      {
        name: 'Answered 429 for',
        class: 'main',
        cell: (/** @type {{ name: string, times: number }} */ { name }) => name,
      },
      { name: 'Times', class: 'number', cell: ({ times }) => count(times) },
    ],
    keyOf: ({ name }) => name,
    empty: 'None.',
  });
  const peak = h('p', { class: 'hint' });
  const tier = select(TIERS, '', {
    onchange: () => {
      if (tier.value !== '')
        void act(() => api.post('limits', tier.value), 'The limits are changed.').then(show);
      tier.value = '';
    },
  });
  const numbers = {
    perWindow: numberBox(),
    daily: numberBox(),
    searchPerSecond: numberBox(),
  };
  const show = async () => {
    /** @type {SimulatorState} */
    const { limits } = await api.get('state');
    numbers.perWindow.value = textOf(limits.perWindow);
    numbers.daily.value = textOf(limits.daily);
    numbers.searchPerSecond.value = textOf(limits.searchPerSecond);
  };
  numbers.perWindow.value = textOf(state.limits.perWindow);
  numbers.daily.value = textOf(state.limits.daily);
  numbers.searchPerSecond.value = textOf(state.limits.searchPerSecond);
  const form = h(
    'form',
    {
      class: 'filters',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const change = Object.fromEntries(
          Object.entries(numbers).map(([name, box]) => [name, box.value === '' ? null : Number(box.value)]),
        );
        void act(() => api.post('limits', change), 'The limits are changed.');
      },
    },
    field('Take the limits of', tier),
    field('Calls in the window', numbers.perWindow),
    field('Calls a day', numbers.daily),
    field('Searches a second', numbers.searchPerSecond),
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'submit', class: 'primary' }, 'Set limits'),
      button(
        'Forget what was counted',
        () => void act(() => api.post('reset', { only: ['limits'] }), 'All counters are at zero.'),
      ),
    ),
  );

  return {
    title: 'Limits',
    nodes: [
      h(
        'div',
        { class: 'columns' },
        h(
          'section',
          { class: 'panel grow gauges' },
          h('h2', {}, 'In use'),
          windows,
          peak,
          search.node,
          daily.node,
        ),
        h(
          'section',
          { class: 'panel flush' },
          h('div', { class: 'panel-head' }, h('h2', {}, 'Refused')),
          refused.node,
        ),
      ),
      h('section', { class: 'panel' }, h('h2', {}, 'Change'), form),
    ],
    refresh({ limits, refused: refusals, requests, maxCallsIn10s, tokens }) {
      showWindows(tokens.map(({ id }) => ({ token: id })));
      for (const [token, gauge] of gauges)
        gauge.show(limits.windowUsed[token] ?? 0, limits.perWindow, `Last ${limits.windowMs / 1_000} s`);
      daily.show(
        limits.dailyUsed,
        limits.daily,
        `Starts again ${dayAndTime(Date.parse(limits.dailyResetsAt))}`,
      );
      search.show(limits.searchUsed, limits.searchPerSecond);
      say(peak, `Most calls in any 10 s so far: ${count(maxCallsIn10s)}.`);
      const own = refusals.TEN_SECONDLY_ROLLING + refusals.DAILY + refusals.SECONDLY;
      refused.show([
        { name: 'the rolling window', times: refusals.TEN_SECONDLY_ROLLING },
        { name: 'the day', times: refusals.DAILY },
        { name: 'searches a second', times: refusals.SECONDLY },
        { name: 'a fault', times: Math.max(0, (requests.byStatus['429'] ?? 0) - own) },
      ]);
    },
  };
}

/**
 * The token that uses its window most.
 *
 * @param {SimulatorState} state
 * @returns {{ used: number, token: string | undefined }}
 */
export function busiestToken({ limits }) {
  const [first] = Object.entries(limits.windowUsed).sort(([, one], [, other]) => other - one);
  return { used: first?.[1] ?? 0, token: first?.[0] };
}

const numberBox = () => h('input', { type: 'number', min: 0, step: 1, placeholder: 'no limit' });

/** @param {number | null} limit */
const textOf = (limit) => (limit === null ? '' : String(limit));
