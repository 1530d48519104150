import { createChildren, h } from '../dom.js';
import { count, dayAndTime } from '../format.js';
import { button, field, select } from '../parts/field.js';
import { createGauge } from '../parts/gauge.js';
import { createTable } from '../parts/table.js';

/** @import { LimitNumbers } from '../../limits.ts' */
/** @import { SimulatorState } from '../../state.ts' */
/** @import { Context, View } from '../context.js' */

/** @type {readonly (readonly [string, string])[]} */
const TIERS = [
  ['', 'Choose …'],
  ['free', 'Free or Starter: 100 in 10 s, 250,000 a day'],
  ['professional', 'Professional: 190 in 10 s, 625,000 a day'],
  ['enterprise', 'Enterprise: 190 in 10 s, 1,000,000 a day'],
  ['addon', 'Enterprise with an add-on: 250 in 10 s, 2,000,000 a day'],
  ['addon2', 'Enterprise with two add-ons: 250 in 10 s, 3,000,000 a day'],
  ['none', 'No limits'],
];

/** @type {readonly (readonly [name: Exclude<keyof LimitNumbers, 'windowMs'>, label: string])[]} */
const NUMBERS = [
  ['perWindow', 'Calls in the window'],
  ['oauthPerWindow', 'The same of an OAuth app'],
  ['daily', 'Calls a day'],
  ['searchPerSecond', 'Searches a second'],
  ['associationsPerWindow', 'Association calls in the window'],
  ['associationsDaily', 'Association calls a day'],
];

/** @typedef {{ key: string, label: string, used: number, limit: number | null, hint: string }} Use */

/**
 * How much of each budget is used, how often it was refused, and the numbers themselves.
 *
 * @param {Context} context
 * @returns {View}
 */
export function limitsView({ api, act, state }) {
  const uses = h('div', { class: 'gauges' });
  /** @type {Map<string, ReturnType<typeof createGauge>>} */
  const gauges = new Map();
  const showUses = createChildren(
    uses,
    (/** @type {{ key: string, label: string }} */ { key }) => key,
    ({ key, label }) => {
      const gauge = createGauge(label);
      gauges.set(key, gauge);
      return gauge.node;
    },
  );
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
  const boxes = NUMBERS.map(([name, label]) => ({
    name,
    label,
    box: h('input', { type: 'number', min: 0, step: 1, placeholder: 'no limit' }),
  }));
  /** @param {LimitNumbers} limits */
  const fillBoxes = (limits) => {
    for (const { name, box } of boxes) box.value = String(limits[name] ?? '');
  };
  fillBoxes(state.limits);
  /** @param {unknown} change */
  const set = (change) =>
    act(async () => fillBoxes(await api.post('limits', change)), 'The limits are changed.');
  const tier = select(TIERS, '', {
    onchange: () => {
      if (tier.value !== '') void set(tier.value);
      tier.value = '';
    },
  });
  const form = h(
    'form',
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void set(
          Object.fromEntries(
            boxes.map(({ name, box }) => [name, box.value === '' ? null : Number(box.value)]),
          ),
        );
      },
    },
    h(
      'div',
      { class: 'form-grid' },
      field('Take the limits of', tier),
      boxes.map(({ label, box }) => field(label, box)),
    ),
    h(
      'div',
      { class: 'row apart' },
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
        h('section', { class: 'panel grow' }, h('h2', {}, 'In use'), uses),
        h(
          'section',
          { class: 'panel flush' },
          h('div', { class: 'panel-head' }, h('h2', {}, 'Refused')),
          refused.node,
        ),
      ),
      h('section', { class: 'panel' }, h('h2', {}, 'Change'), form),
    ],
    refresh(latest) {
      const found = usesOf(latest);
      showUses(found.map(({ key, label }) => ({ key, label })));
      for (const { key, used, limit, hint } of found) gauges.get(key)?.show(used, limit, hint);
      const own = Object.values(latest.refused).reduce((sum, times) => sum + times, 0);
      refused.show([
        { name: 'the rolling window', times: latest.refused.TEN_SECONDLY_ROLLING },
        { name: 'the day', times: latest.refused.DAILY },
        { name: 'searches a second', times: latest.refused.SECONDLY },
        { name: 'a fault', times: Math.max(0, (latest.requests.byStatus['429'] ?? 0) - own) },
      ]);
    },
  };
}

/**
 * @param {SimulatorState} state
 * @returns {Use[]}
 */
function usesOf({ limits, tokens, maxCallsIn10sByToken }) {
  const { associations, windowMs } = limits;
  const span = `${windowMs / 1_000} s`;
  const appIds = [...new Set(tokens.map(({ appId }) => appId))];
  const windows = appIds.map((appId) => {
    const own = tokens.filter((token) => token.appId === appId);
    const most = own.map(({ id }) => `${id} at most ${count(maxCallsIn10sByToken[id] ?? 0)}`);
    return {
      key: `window ${appId}`,
      label: `Last ${span}, app ${appId}`,
      used: limits.windowUsed[appId] ?? 0,
      limit: own.some(({ kind }) => kind === 'static') ? limits.perWindow : limits.oauthPerWindow,
      hint: `Token ${most.join(', ')} in any 10 s so far`,
    };
  });
  const ofAssociations = Object.entries(associations.windowUsed).map(([appId, used]) => ({
    key: `associations ${appId}`,
    label: `Association calls, last ${span}, app ${appId}`,
    used,
    limit: limits.associationsPerWindow,
    hint: 'A budget of their own',
  }));
  return [
    ...windows,
    {
      key: 'search',
      label: 'Searches in the last second',
      used: limits.searchUsed,
      limit: limits.searchPerSecond,
      hint: 'A budget of their own, for all tokens together',
    },
    {
      key: 'daily',
      label: 'Today, all tokens',
      used: limits.dailyUsed,
      limit: limits.daily,
      hint: `Starts again ${dayAndTime(Date.parse(limits.dailyResetsAt))}`,
    },
    ...ofAssociations,
    ...(ofAssociations.length === 0
      ? []
      : [
          {
            key: 'associations daily',
            label: 'Association calls today',
            used: associations.used,
            limit: limits.associationsDaily,
            hint: 'All tokens together',
          },
        ]),
  ];
}

/**
 * The app that uses its window most.
 *
 * @param {SimulatorState} state
 * @returns {{ used: number, app: string | undefined }}
 */
export function busiestApp({ limits }) {
  const [first] = Object.entries(limits.windowUsed).sort(([, one], [, other]) => other - one);
  return { used: first?.[1] ?? 0, app: first?.[0] };
}
