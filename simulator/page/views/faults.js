import { createChildren, h } from '../dom.js';
import { count, words } from '../format.js';
import { button, field, select } from '../parts/field.js';
import { createTable } from '../parts/table.js';
import { PLANS, SINGLE_FAULTS, whatItDoes } from './fault-presets.js';

/** @import { FaultPreset } from '../../fault-presets.ts' */
/** @import { Fault, FaultPlan } from '../../faults.ts' */
/** @import { Api } from '../api.js' */
/** @import { SimulatorState } from '../../state.ts' */
/** @import { Context, View } from '../context.js' */

/** @type {readonly (readonly [string, string])[]} */
const METHODS = [
  ['', 'Any'],
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((name) => /** @type {const} */ ([name, name])),
];
/** @type {readonly (readonly [string, string])[]} */
const CHANCES = [
  ['1', 'Every time'],
  ['0.5', 'Half of the time'],
  ['0.3', '3 of 10'],
  ['0.1', '1 of 10'],
  ['0.01', '1 of 100'],
];
/** @type {readonly (readonly [string, string])[]} */
const TIMES = [
  ['', 'Until removed'],
  ['1', 'Once'],
  ['5', '5 times'],
  ['20', '20 times'],
];

/**
 * Misbehaviour that the portal was told, and ready-made kinds of it.
 *
 * @param {Context} context
 * @returns {Promise<View>}
 */
export async function faultsView({ api, act, closed }) {
  /** @type {{ results: Record<string, FaultPlan[]> }} */
  const { results: plans } = await api.get('presets', {}, closed);
  const ready = h('ul', { class: 'presets' });
  const showReady = createChildren(
    ready,
    (/** @type {{ name: string, faults: FaultPlan[], isOn: boolean }} */ { name }) => name,
    ({ name, faults, isOn }) => {
      const [title, detail] = PLANS[/** @type {FaultPreset} */ (name)] ?? [
        words(name.replaceAll('-', ' ')),
        '',
      ];
      return choice(
        title,
        detail,
        isOn
          ? button('Remove', () => void act(() => removeEach(api, faults), `Removed: ${title}`), {
              'aria-label': `Remove: ${title}`,
            })
          : button('Add', () => void act(() => api.post('faults', { presets: [name] }), `Added: ${title}`), {
              'aria-label': `Add: ${title}`,
            }),
      );
    },
  );
  const method = select(METHODS, '');
  const path = h('input', {
    type: 'text',
    placeholder: 'Any, or a regular expression',
    spellcheck: 'false',
    autocapitalize: 'off',
  });
  const contains = h('input', {
    type: 'text',
    placeholder: 'Any',
    spellcheck: 'false',
    autocapitalize: 'off',
  });
  const chance = select(CHANCES, '1');
  const times = select(TIMES, '');

  /** @param {FaultPlan} fault */
  const planned = (fault) => ({
    ...fault,
    match: {
      ...(method.value === '' ? {} : { method: method.value }),
      ...(path.value === '' ? {} : { path: path.value }),
      ...(contains.value === '' ? {} : { contains: contains.value }),
    },
    probability: Number(chance.value),
    ...(times.value === '' ? {} : { times: Number(times.value) }),
  });

  const plan = createTable({
    caption: 'Faults in force, the first that fits is played',
    columns: [
      {
        name: 'Fault',
        class: 'main',
        cell: (/** @type {Fault & { place: number }} */ fault) => [
          h('b', {}, whatItDoes(fault)),
          h('span', { class: 'hint sub' }, h('code', {}, fault.id), ` · ${describeMatch(fault)}`),
        ],
      },
      {
        name: 'Chance',
        class: 'wide',
        cell: ({ probability }) => (probability === 1 ? 'every time' : `${count(probability * 100)} %`),
      },
      {
        name: 'Left',
        class: 'number wide',
        cell: ({ times: most, hits }) => (most === undefined ? 'no end' : count(most - hits)),
      },
      { name: 'Matched', class: 'number wide', cell: ({ matched }) => count(matched) },
      { name: 'Hits', class: 'number', cell: ({ hits }) => count(hits) },
      {
        name: '',
        class: 'number',
        cell: ({ id }) =>
          button(
            'Remove',
            () => void act(() => api.remove(`faults/${encodeURIComponent(id)}`), `The fault ${id} is gone.`),
            { 'aria-label': `Remove ${id}` },
          ),
      },
    ],
    // Two entries may have the same id.
    keyOf: ({ id, place }) => `${id} ${place}`,
    empty: 'The portal behaves. Add a fault below.',
  });
  const removeAll = button(
    'Remove all',
    () => void act(() => api.remove('faults'), 'The portal behaves again.'),
    { hidden: true },
  );
  const hold = h('p', { class: 'notice', hidden: true });

  return {
    title: 'Faults',
    nodes: [
      h(
        'section',
        { class: 'panel flush' },
        h('div', { class: 'panel-head' }, h('h2', {}, 'In force'), removeAll),
        hold,
        plan.node,
      ),
      h('section', { class: 'panel' }, h('h2', {}, 'Troubles that happen'), ready),
      h(
        'section',
        { class: 'panel' },
        h('h2', {}, 'A fault of your own'),
        h(
          'div',
          { class: 'filters' },
          field('Method', method),
          field('Path', path),
          field('Body contains', contains),
          field('Chance', chance),
          field('How often', times),
        ),
        h(
          'ul',
          { class: 'presets' },
          SINGLE_FAULTS.map(({ name, detail, fault }) =>
            choice(
              name,
              detail,
              button('Add', () => void act(() => api.post('faults', planned(fault)), `Added: ${name}`), {
                'aria-label': `Add: ${name}`,
              }),
            ),
          ),
        ),
      ),
    ],
    refresh(state) {
      plan.show(state.faults.map((fault, place) => ({ ...fault, place })));
      const ids = new Set(state.faults.map(({ id }) => id));
      showReady(
        Object.entries(plans).map(([name, faults]) => ({
          name,
          faults,
          isOn: faults.some(({ id }) => id !== undefined && ids.has(id)),
        })),
      );
      removeAll.hidden = state.faults.length < 2;
      showHold(
        hold,
        state,
        () => void act(() => api.post('options', { holdAfterApply: null }), 'Nothing is held any more.'),
      );
    },
  };
}

/**
 * @param {HTMLElement} node
 * @param {SimulatorState} state
 * @param {() => void} end
 */
function showHold(node, { hold }, end) {
  node.hidden = !hold;
  const shown = hold ? `${hold.holdMs} ${hold.hits} ${hold.held}` : '';
  if (!hold || node.dataset.shown === shown) return;
  node.dataset.shown = shown;
  node.replaceChildren(
    `Answers to writes are held for ${count(hold.holdMs)} ms: ${count(hold.hits)} so far, ${count(hold.held)} now. `,
    button('End it', end),
  );
}

/**
 * @param {string} name
 * @param {string} detail
 * @param {HTMLElement} action
 */
const choice = (name, detail, action) =>
  h('li', {}, h('div', {}, h('h3', {}, name), h('p', { class: 'hint' }, detail)), action);

/**
 * @param {Api} api
 * @param {readonly FaultPlan[]} faults
 */
async function removeEach(api, faults) {
  for (const { id } of faults) if (id !== undefined) await api.remove(`faults/${encodeURIComponent(id)}`);
}

/** @param {Fault} fault */
function describeMatch({ match: { method, path, contains } }) {
  const parts = [
    method,
    path === undefined ? undefined : `path ${path}`,
    contains === undefined ? undefined : `body with ${contains}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'any request' : parts.join(', ');
}
