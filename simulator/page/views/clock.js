import { h, say } from '../dom.js';
import { dayAndTime } from '../format.js';
import { ask } from '../parts/ask.js';
import { button, field, select } from '../parts/field.js';

/** @import { Context, View } from '../context.js' */

const MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** @type {readonly (readonly [ms: number, name: string])[]} */
const STEPS = [
  [MS.second, '1 second'],
  [10 * MS.second, '10 seconds'],
  [MS.minute, '1 minute'],
  [MS.hour, '1 hour'],
  [MS.day, '1 day'],
];
/** @type {readonly (readonly [string, string])[]} */
const UNITS = [
  [String(MS.second), 'seconds'],
  [String(MS.minute), 'minutes'],
  [String(MS.hour), 'hours'],
  [String(MS.day), 'days'],
];
/** Below this the portal's clock counts as the machine's. */
const SAME_MS = 1_500;

/**
 * The portal's own time, moved and stopped; and the portal put back to its start.
 *
 * @param {Context} context
 * @returns {View}
 */
export function clockView({ api, act }) {
  const now = h('p', { class: 'big-time' });
  const offset = h('p', { class: 'hint' });
  let frozen = false;
  const stop = button(
    '',
    () =>
      void act(
        () => api.post('clock', { frozen: !frozen }),
        frozen ? 'The clock runs.' : 'The clock stands still.',
      ),
    { class: 'primary' },
  );
  const amount = h('input', { type: 'number', min: 0, step: 'any', value: '30' });
  const unit = select(UNITS, String(MS.minute));
  const instant = h('input', { type: 'datetime-local', step: 1 });

  /** @param {number} ms @param {string} said */
  const advance = (ms, said) => act(() => api.post('clock', { advanceMs: ms }), said);

  /** @param {readonly string[] | undefined} only @param {string} question @param {string} detail */
  async function reset(only, question, detail) {
    if (await ask(question, detail, 'Reset'))
      await act(() => api.post('reset', only === undefined ? {} : { only }), 'Done.');
  }

  return {
    title: 'Clock',
    nodes: [
      h(
        'div',
        { class: 'columns' },
        h(
          'section',
          { class: 'panel grow' },
          h('h2', {}, 'Portal time'),
          now,
          offset,
          h(
            'div',
            { class: 'row' },
            stop,
            button(
              'Back to this machine’s time',
              () => void act(() => api.post('clock', { now: Date.now() }), 'The clock is set.'),
            ),
          ),
          h('h3', {}, 'Move forward'),
          h(
            'div',
            { class: 'row' },
            STEPS.map(([ms, name]) => button(`+ ${name}`, () => void advance(ms, `Moved by ${name}.`))),
          ),
          h(
            'form',
            {
              class: 'row bottom',
              onsubmit: (/** @type {Event} */ event) => {
                event.preventDefault();
                void advance(Number(amount.value) * Number(unit.value), 'The clock is moved.');
              },
            },
            field('By', amount),
            field('Unit', unit),
            h('button', { type: 'submit' }, 'Move'),
          ),
          h(
            'form',
            {
              class: 'row bottom',
              onsubmit: (/** @type {Event} */ event) => {
                event.preventDefault();
                const at = new Date(instant.value).getTime();
                if (!Number.isNaN(at)) void act(() => api.post('clock', { now: at }), 'The clock is set.');
              },
            },
            field('Set to', instant),
            h('button', { type: 'submit' }, 'Set'),
          ),
          h(
            'p',
            { class: 'hint' },
            'Limits, timestamps, expiry and delayed work follow this clock. How long answers take follows real time.',
          ),
        ),
        h(
          'section',
          { class: 'panel' },
          h('h2', {}, 'Put back'),
          h('p', {}, 'As it was at the start; switches and the limits’ numbers stay.'),
          h(
            'div',
            { class: 'stack tight' },
            button(
              'Empty the portal of records',
              () =>
                void reset(
                  ['records'],
                  'Remove all records?',
                  'Every record and every definition of your own goes. The journal stays.',
                ),
              { class: 'danger' },
            ),
            button(
              'Reset everything',
              () =>
                void reset(
                  undefined,
                  'Reset the whole portal?',
                  'Records, journal, faults, counters and tokens go back to how they were at the start.',
                ),
              { class: 'danger' },
            ),
          ),
        ),
      ),
    ],
    refresh(state) {
      frozen = state.frozen;
      say(now, dayAndTime(state.now));
      say(stop, frozen ? 'Let it run' : 'Stop it');
      const ahead = state.now - Date.now();
      say(
        offset,
        `${frozen ? 'Standing still' : 'Running'}, ${Math.abs(ahead) < SAME_MS ? 'with this machine’s clock' : `${span(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} this machine’s clock`}. The portal’s zone is ${state.timeZone}.`,
      );
    },
  };
}

/** @param {number} ms */
function span(ms) {
  if (ms < MS.minute) return `${Math.round(ms / MS.second)} s`;
  if (ms < MS.hour) return `${Math.round(ms / MS.minute)} min`;
  if (ms < MS.day) return `${(ms / MS.hour).toFixed(1)} h`;
  return `${(ms / MS.day).toFixed(1)} days`;
}
