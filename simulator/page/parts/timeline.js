import { createChildren, h } from '../dom.js';
import { dayAndTime, words } from '../format.js';
import { moment } from './field.js';
import { richText } from './rich-text.js';

/** @import { TimelineEntry } from '../../record-timeline.ts' */

const HAPPENINGS = {
  consent: 'Consent',
  submission: 'Form submission',
  event: 'Custom event',
  'app-event': 'App event',
};

/**
 * What happened to a record, newest first.
 *
 * @param {(path: readonly string[]) => string} href
 */
export function createTimeline(href) {
  const list = h('ol', { class: 'timeline' });
  const none = h('p', { class: 'empty', hidden: true }, 'Nothing happened here yet.');
  const show = createChildren(list, keyOf, (/** @type {Keyed} */ { entry }) => item(entry, href));
  return {
    node: h('div', {}, list, none),
    /** @param {readonly TimelineEntry[]} entries */
    show(entries) {
      // Two writes of one moment may say the same: counted from the oldest, each keeps its key when newer ones come.
      show(entries.map((entry, place) => ({ entry, age: entries.length - place })));
      none.hidden = entries.length > 0;
    },
  };
}

/** @typedef {{ entry: TimelineEntry, age: number }} Keyed */

/** @param {Keyed} keyed */
const keyOf = ({ entry, age }) => `${age} ${entry.kind}`;

/**
 * @param {TimelineEntry} entry
 * @param {(path: readonly string[]) => string} href
 */
function item(entry, href) {
  if ('facts' in entry) {
    return h(
      'li',
      { class: 'happening' },
      head(HAPPENINGS[entry.kind], entry.at),
      h('p', {}, entry.title),
      h(
        'dl',
        { class: 'changes' },
        entry.facts.flatMap(({ name, value }) => [h('dt', {}, name), h('dd', {}, value)]),
      ),
    );
  }
  if (entry.kind !== 'activity') {
    return h(
      'li',
      { class: entry.kind },
      head(words(entry.kind), entry.at, words(entry.source)),
      entry.changes.length === 0
        ? ''
        : h(
            'dl',
            { class: 'changes' },
            entry.changes.flatMap(({ name, before, after }) => [
              h('dt', {}, h('code', {}, name)),
              h(
                'dd',
                {},
                before === '' ? '' : h('del', {}, before),
                before === '' ? '' : ' → ',
                after === '' ? h('i', {}, 'empty') : after,
              ),
            ]),
          ),
    );
  }
  return h(
    'li',
    { class: 'activity' },
    head(
      h('a', { href: href(['records', entry.type, entry.id]) }, words(entry.type).replace(/s$/, '')),
      entry.at,
    ),
    entry.body === '' ? h('p', {}, entry.title) : richText(entry.body),
    /[<&]/.test(entry.body)
      ? h('details', {}, h('summary', {}, 'As it was sent'), h('pre', {}, entry.body))
      : '',
  );
}

/**
 * @param {Node | string} what
 * @param {number} at
 * @param {string} [by]
 */
function head(what, at, by = '') {
  return h(
    'p',
    { class: 'timeline-head' },
    h('b', {}, what),
    h('span', { class: 'hint' }, moment(at, dayAndTime), by === '' ? '' : ` · ${by}`),
  );
}
