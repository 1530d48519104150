import { h, say } from '../dom.js';
import { count, counted, when, words } from '../format.js';
import { field, moment } from '../parts/field.js';
import { createTable } from '../parts/table.js';

/** @import { BrowsePage, RecordSummary } from '../../browse.ts' */
/** @import { Context, View } from '../context.js' */
/** @import { Column } from '../parts/table.js' */

const PAGE = 50;
const TYPING_MS = 250;
/** Searches of larger types are not repeated by themselves: each goes through all records. */
const MAX_LIVE_SEARCH = 20_000;

/** Columns beside the title, by plural type name. Other types show what their records hold most often. */
/** @type {Record<string, readonly (readonly [property: string, label: string])[]>} */
const COLUMNS = {
  contacts: [
    ['email', 'E-mail'],
    ['lifecyclestage', 'Lifecycle stage'],
    ['phone', 'Phone'],
  ],
  companies: [
    ['domain', 'Domain'],
    ['city', 'City'],
    ['lifecyclestage', 'Lifecycle stage'],
  ],
  deals: [
    ['amount', 'Amount'],
    ['dealstage', 'Stage'],
    ['pipeline', 'Pipeline'],
  ],
  tickets: [
    ['hs_pipeline_stage', 'Stage'],
    ['hs_ticket_priority', 'Priority'],
  ],
  tasks: [
    ['hs_task_status', 'Status'],
    ['hs_task_priority', 'Priority'],
  ],
  notes: [],
};
const OWN =
  /^(hs_object_id|createdate|lastmodifieddate|hs_createdate|hs_lastmodifieddate|firstname|lastname|name|dealname)$/;

/**
 * The records of one type: newest first, searched, a page at a time.
 *
 * @param {Context} context
 * @returns {Promise<View>}
 */
export async function recordsView({ api, href, place, remember, closed, act }) {
  const type = place.path[1] ?? '';
  const before = place.query.get('before') ?? undefined;
  let search = place.query.get('search') ?? '';
  let searching = new AbortController();
  /** @type {string | undefined} what was searched for by what is shown */
  let loaded;

  /** @type {BrowsePage} */
  const first = await api.get(`browse/${type}`, { before, limit: PAGE }, closed);
  const table = createTable({
    caption: `${words(type)}, newest first`,
    columns: columnsFor(type, first.results, href),
    keyOf: ({ id }) => id,
    empty: '',
  });
  const summary = h('p', { class: 'hint', role: 'status' });
  const older = h('a', { class: 'button', href: '#', hidden: true }, 'Older');
  const newest = h(
    'a',
    { class: 'button', href: href(place.path, { search }), hidden: before === undefined },
    'Newest',
  );

  async function load() {
    searching.abort();
    searching = new AbortController();
    const signal = AbortSignal.any([closed, searching.signal]);
    /** @type {RecordSummary[]} */
    const found = [];
    /** @type {BrowsePage} */
    let page = { results: [], exact: null, next: before === undefined ? null : Number(before), scanned: 0 };
    let scanned = 0;
    do {
      page = await api.get(`browse/${type}`, { search, before: page.next ?? undefined, limit: PAGE }, signal);
      const { exact } = page;
      if (exact) found.unshift(exact);
      found.push(...page.results.filter(({ id }) => id !== found[0]?.id));
      scanned += page.scanned;
      show(found, scanned, page.next);
    } while (found.length < PAGE && page.next !== null);
    loaded = search;
  }

  /**
   * @param {readonly RecordSummary[]} found
   * @param {number} scanned
   * @param {number | null} next
   */
  function show(found, scanned, next) {
    const isWhole = found.length >= PAGE || next === null;
    table.show(found, emptyText(isWhole, search, type));
    say(
      summary,
      isWhole
        ? found.length === 0
          ? ''
          : `${counted(found.length, 'record')} shown${next === null ? ', the oldest last' : ''}`
        : `Looked at ${count(scanned)} records so far …`,
    );
    older.hidden = !isWhole || next === null;
    older.setAttribute('href', href(place.path, { search, before: next ?? undefined }));
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const box = h('input', {
    type: 'search',
    value: search,
    placeholder: 'Any value, or an id',
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => {
        search = box.value.trim();
        if (before === undefined) {
          remember({ search });
          void act(load);
        } else location.hash = href(place.path, { search });
      }, TYPING_MS);
    },
  });

  return {
    title: words(type),
    nodes: [
      h(
        'form',
        {
          class: 'filters',
          role: 'search',
          onsubmit: (/** @type {Event} */ event) => event.preventDefault(),
        },
        field(`Search ${words(type).toLowerCase()}`, box),
      ),
      h('section', { class: 'panel flush' }, table.node),
      h('div', { class: 'row' }, summary, newest, older),
    ],
    async refresh(latest) {
      const { live = 0, archived = 0 } = latest.counts[type] ?? {};
      const isCheap = search === '' || live + archived <= MAX_LIVE_SEARCH;
      if (loaded !== search || (before === undefined && isCheap)) await load();
    },
  };
}

/**
 * @param {boolean} isWhole
 * @param {string} search
 * @param {string} type
 */
function emptyText(isWhole, search, type) {
  if (!isWhole) return 'Searching …';
  return search === '' ? `No ${words(type).toLowerCase()} yet.` : `Nothing with “${search}” in any value.`;
}

/**
 * @param {string} type
 * @param {readonly RecordSummary[]} records
 * @param {(path: readonly string[]) => string} href
 * @returns {Column<RecordSummary>[]}
 */
function columnsFor(type, records, href) {
  const columns = COLUMNS[type] ?? commonNames(records);
  return [
    {
      name: 'Record',
      class: 'main',
      cell: ({ id, title, archived, properties }) => [
        h('a', { class: 'title', href: href(['records', type, id]) }, title),
        archived ? h('span', { class: 'pill cut' }, 'archived') : '',
        h(
          'span',
          { class: 'hint sub' },
          h('span', { class: 'narrow' }, properties[columns[0]?.[0] ?? ''] ?? ''),
          h('code', {}, id),
        ),
      ],
    },
    ...columns.map(([name, label]) => ({
      name: label,
      class: 'wide clip',
      cell: (/** @type {RecordSummary} */ { properties }) => properties[name] ?? '',
    })),
    {
      name: 'Changed',
      class: 'number',
      cell: ({ updatedAt }) => moment(Date.parse(updatedAt), when),
    },
    { name: 'Created', class: 'number wide', cell: ({ createdAt }) => moment(Date.parse(createdAt), when) },
  ];
}

/**
 * @param {readonly RecordSummary[]} records
 * @returns {[property: string, label: string][]}
 */
function commonNames(records) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { properties } of records)
    for (const name of Object.keys(properties))
      if (!OWN.test(name)) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 3)
    .map(([name]) => [name, words(name.replace(/^hs_/, ''))]);
}
