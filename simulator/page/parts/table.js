import { createChildren, h } from '../dom.js';

/** @import { Child } from '../dom.js' */

/**
 * @template T
 * @typedef {object} Column
 * @property {string} name '' for a column of buttons
 * @property {(item: T) => Child | Child[]} cell
 * @property {string} [class] `wide`: only where there is room; `number`: to the right; `main`: takes what is left;
 *   `clip`: cut where there is no room
 */

/**
 * A table whose rows follow items; the first column heads its row.
 *
 * @template T
 * @param {object} options
 * @param {string} options.caption said, not shown
 * @param {readonly Column<T>[]} options.columns
 * @param {(item: T) => string} options.keyOf
 * @param {string} options.empty shown while there is no item
 */
export function createTable({ caption, columns, keyOf, empty }) {
  const body = h('tbody');
  const none = h('p', { class: 'empty', hidden: true }, empty);
  const table = h(
    'table',
    {},
    h('caption', { class: 'unseen' }, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        columns.map((column) =>
          column.name === '' ? h('td', {}) : h('th', { scope: 'col', class: column.class }, column.name),
        ),
      ),
    ),
    body,
  );
  const rows = createChildren(body, keyOf, (item) =>
    h(
      'tr',
      {},
      columns.map(({ cell, class: name }, place) => {
        const children = [cell(item)].flat();
        return place === 0
          ? h('th', { scope: 'row', class: name }, children)
          : h('td', { class: name }, children);
      }),
    ),
  );
  return {
    node: h('div', { class: 'table-box' }, table, none),
    /**
     * @param {readonly T[]} items
     * @param {string} [emptyText]
     */
    show(items, emptyText) {
      rows(items);
      table.hidden = items.length === 0;
      none.hidden = items.length > 0;
      if (emptyText !== undefined) none.textContent = emptyText;
    },
  };
}
