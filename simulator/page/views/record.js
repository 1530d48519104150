import { createChildren, fill, h } from '../dom.js';
import { count, counted, dayAndTime, words } from '../format.js';
import { field, moment } from '../parts/field.js';
import { createTimeline } from '../parts/timeline.js';

/** @import { LinkedRecords, PropertyValue, RecordDetail } from '../../record-detail.ts' */
/** @import { Context, View } from '../context.js' */

/** Longer values are folded. */
const LONG = 280;

/**
 * One record: every value, what is linked to it, and what happened.
 *
 * @param {Context} context
 * @returns {Promise<View>}
 */
export async function recordView({ api, href, place, closed }) {
  const [, type = '', id = ''] = place.path;
  const path = `browse/${type}/${encodeURIComponent(id)}`;
  /** @type {RecordDetail} */
  let record = await api.get(path, {}, closed);

  const facts = h('p', { class: 'facts' });
  const redirected = h('p', { class: 'notice', hidden: record.id === id });
  fill(redirected, `The record ${id} was merged into this one, ${record.id}.`);
  const properties = h('div', { class: 'groups' });
  const none = h('p', { class: 'empty', hidden: true }, 'No property has this in its name or value.');
  const showGroups = createChildren(
    properties,
    (/** @type {{ group: string, values: PropertyValue[] }} */ { group }) => group,
    ({ group, values }) =>
      h(
        'section',
        {},
        h('h3', {}, group === '' ? 'Without a group' : group),
        h('dl', { class: 'values' }, values.flatMap(valueRow)),
      ),
  );
  const links = h('div', { class: 'links' });
  const showLinks = createChildren(
    links,
    (/** @type {LinkedRecords} */ linked) => linked.type,
    (linked) => linkGroup(linked, href),
  );
  const unlinked = h('p', { class: 'empty', hidden: true }, 'No other record is linked to this one.');
  const timeline = createTimeline(href);
  const narrow = h('input', { type: 'search', placeholder: 'Name or value', oninput: () => show() });

  function show() {
    const wanted = narrow.value.trim().toLowerCase();
    const fitting = record.properties.filter(({ name, label, value }) =>
      [name, label, value].some((text) => text.toLowerCase().includes(wanted)),
    );
    const groups = [...new Set(fitting.map(({ group }) => group))].map((group) => ({
      group,
      values: fitting.filter((property) => property.group === group),
    }));
    showGroups(groups);
    none.hidden = fitting.length > 0;
    showLinks(record.associations);
    unlinked.hidden = record.associations.length > 0;
    timeline.show(record.timeline);
    fill(
      facts,
      record.archived ? h('span', { class: 'pill cut' }, 'archived') : '',
      h('span', {}, 'Id ', h('code', {}, record.id)),
      h('span', {}, 'Created ', moment(Date.parse(record.createdAt), dayAndTime)),
      h('span', {}, 'Changed ', moment(Date.parse(record.updatedAt), dayAndTime)),
    );
  }

  return {
    title: record.title,
    nodes: [
      h(
        'p',
        { class: 'crumbs' },
        h('a', { href: href(['records', type]) }, `All ${words(type).toLowerCase()}`),
      ),
      facts,
      redirected,
      h(
        'div',
        { class: 'columns record' },
        h(
          'section',
          { class: 'panel' },
          h('div', { class: 'panel-head' }, h('h2', {}, 'Properties'), field('Find', narrow)),
          properties,
          none,
        ),
        h(
          'div',
          { class: 'stack grow' },
          h('section', { class: 'panel' }, h('h2', {}, 'Associations'), links, unlinked),
          h('section', { class: 'panel' }, h('h2', {}, 'Timeline'), timeline.node),
        ),
      ),
    ],
    async refresh() {
      record = await api.get(path, {}, closed);
      show();
    },
  };
}

/** @param {PropertyValue} property */
function valueRow({ name, label, value, versions, type }) {
  const earlier = versions.slice(1);
  return [
    h('dt', {}, label, h('code', { class: 'hint' }, name)),
    h(
      'dd',
      {},
      shownValue(value, type),
      earlier.length === 0
        ? ''
        : h(
            'details',
            {},
            h('summary', {}, counted(earlier.length, 'earlier value')),
            h(
              'ol',
              { class: 'versions' },
              earlier.map((version) =>
                h(
                  'li',
                  {},
                  version.value === '' ? h('i', {}, 'empty') : version.value,
                  h('span', { class: 'hint' }, moment(version.at, dayAndTime), ` · ${words(version.source)}`),
                ),
              ),
            ),
          ),
    ),
  ];
}

/**
 * @param {string} value
 * @param {string} type
 */
function shownValue(value, type) {
  if (value === '') return h('i', { class: 'hint' }, 'empty');
  if (type === 'datetime') {
    const at = /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
    if (Number.isFinite(at)) return moment(at, dayAndTime);
  }
  if (value.length <= LONG) return h('span', { class: 'value' }, value);
  return h(
    'details',
    {},
    h('summary', {}, `${value.slice(0, LONG)}… (${counted(value.length, 'character')})`),
    h('span', { class: 'value' }, value),
  );
}

/**
 * @param {LinkedRecords} linked
 * @param {(path: readonly string[]) => string} href
 */
function linkGroup({ type, total, results }, href) {
  return h(
    'section',
    {},
    h('h3', {}, `${words(type)} `, h('span', { class: 'badge' }, count(total))),
    h(
      'ul',
      { class: 'plain-list' },
      results.map(({ id, title, labels }) =>
        h(
          'li',
          {},
          h('a', { href: href(['records', type, id]) }, title),
          labels.map((label) => h('span', { class: 'pill plain' }, label)),
          h('code', { class: 'hint' }, id),
        ),
      ),
    ),
    total > results.length ? h('p', { class: 'hint' }, `and ${count(total - results.length)} more`) : '',
  );
}
