import { h, say } from '../dom.js';
import { count } from '../format.js';
import { button, field, select, tick } from '../parts/field.js';
import { createRequestTable } from '../parts/request-table.js';

/** @import { JournalEntry, JournalTail } from '../../journal.ts' */
/** @import { Context, View } from '../context.js' */

const PAGE = 100;
const TYPING_MS = 200;
/** @type {readonly (readonly [string, string])[]} */
const STATUSES = [
  ['', 'Any answer'],
  ['2xx', '2xx answered'],
  ['4xx', '4xx refused'],
  ['429', '429 rate limit'],
  ['5xx', '5xx failed'],
  ['cut', 'No answer'],
];
/** @type {readonly (readonly [string, string])[]} */
const METHODS = [
  ['', 'Any method'],
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((name) => /** @type {const} */ ([name, name])),
];

/**
 * The requests that the portal received, filtered, as they come in.
 *
 * @param {Context} context
 * @returns {View}
 */
export function requestsView({ api, href, place, remember, closed, act, state }) {
  const filter = {
    text: place.query.get('text') ?? '',
    method: place.query.get('method') ?? '',
    status: place.query.get('status') ?? '',
    token: place.query.get('token') ?? '',
    faulted: place.query.get('faulted') ?? '',
    applied: place.query.get('applied') ?? '',
  };
  const before = place.query.get('before') ?? undefined;
  const table = createRequestTable({ href });
  const summary = h('p', { class: 'hint', role: 'status' });
  const older = h('a', { class: 'button', href: '#', hidden: true }, 'Older');
  const newest = h(
    'a',
    { class: 'button', href: href(place.path, filter), hidden: before === undefined },
    'Newest',
  );

  let loaded = false;
  async function load() {
    loaded = true;
    /** @type {JournalTail} */
    const tail = await api.get('requests', { ...filter, before, limit: PAGE }, closed);
    const isFiltered = Object.values(filter).some((value) => value !== '');
    table.show(tail.results, isFiltered ? 'No request fits the filter.' : 'No request so far.');
    say(summary, describe(tail.results, tail.next !== null));
    older.hidden = tail.next === null;
    older.setAttribute('href', href(place.path, { ...filter, before: tail.next ?? undefined }));
  }

  /** @param {Partial<typeof filter>} change */
  const narrow = (change) => {
    Object.assign(filter, change);
    if (before === undefined) {
      remember(filter);
      void act(load);
    } else location.hash = href(place.path, filter);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const text = h('input', {
    type: 'search',
    value: filter.text,
    placeholder: 'Path, fault, worker, trace id',
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => narrow({ text: text.value }), TYPING_MS);
    },
  });
  const method = select(METHODS, filter.method, { onchange: () => narrow({ method: method.value }) });
  const status = select(STATUSES, filter.status, { onchange: () => narrow({ status: status.value }) });
  const token = select(
    [['', 'Any token'], ...state.tokens.map(({ id }) => /** @type {const} */ ([id, id]))],
    filter.token,
    { onchange: () => narrow({ token: token.value }) },
  );

  return {
    title: 'Requests',
    nodes: [
      h(
        'form',
        {
          class: 'filters',
          role: 'search',
          onsubmit: (/** @type {Event} */ event) => event.preventDefault(),
        },
        field('Search', text),
        field('Method', method),
        field('Answer', status),
        field('Token', token),
        h(
          'div',
          { class: 'ticks' },
          tick('With a fault', filter.faulted === 'true', (on) => narrow({ faulted: on ? 'true' : '' })),
          tick('Changed something', filter.applied === 'true', (on) => narrow({ applied: on ? 'true' : '' })),
        ),
      ),
      h('section', { class: 'panel flush' }, table.node),
      h(
        'div',
        { class: 'row' },
        summary,
        newest,
        older,
        button(
          'Forget all requests',
          () => void act(() => api.post('reset', { only: ['journal'] }), 'The journal is empty.'),
          { class: 'end' },
        ),
      ),
    ],
    async refresh() {
      // Older pages stay as they are.
      if (before === undefined || !loaded) await load();
    },
  };
}

/**
 * @param {readonly JournalEntry[]} entries
 * @param {boolean} more
 */
function describe(entries, more) {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) return '';
  return `${count(entries.length)} shown, no. ${count(last.n)} to ${count(first.n)}${more ? '' : ', the oldest that is kept'}`;
}
