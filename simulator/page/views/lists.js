import { h } from '../dom.js';
import { count, when, words } from '../format.js';
import { moment } from '../parts/field.js';
import { createTable } from '../parts/table.js';

/** @import { ListView } from '../../list-view.ts' */
/** @import { Context, View } from '../context.js' */

/** @type {Record<string, string>} */
const TYPES = { '0-1': 'Contacts', '0-2': 'Companies', '0-3': 'Deals', '0-5': 'Tickets' };

/**
 * The lists of the portal, deleted ones at the end.
 *
 * @param {Context} context
 * @returns {View}
 */
export function listsView({ api, href, closed }) {
  const table = createTable({
    caption: 'Lists',
    columns: [
      {
        name: 'List',
        class: 'main',
        cell: (/** @type {ListView} */ { listId, name, deletedAt }) => [
          h('a', { class: 'title', href: href(['lists', listId]) }, name),
          deletedAt === undefined ? '' : h('span', { class: 'pill cut' }, 'deleted'),
          h('span', { class: 'hint sub' }, h('code', {}, listId)),
        ],
      },
      { name: 'Of', cell: ({ objectTypeId }) => TYPES[objectTypeId] ?? objectTypeId },
      {
        name: 'Kind',
        class: 'wide',
        cell: ({ processingType, processingStatus }) => [
          words(processingType),
          processingStatus === 'COMPLETE' ? '' : h('span', { class: 'pill refused' }, 'working'),
        ],
      },
      { name: 'Members', class: 'number', cell: ({ size }) => count(size) },
      { name: 'Changed', class: 'number wide', cell: ({ updatedAt }) => moment(Date.parse(updatedAt), when) },
    ],
    keyOf: ({ listId }) => listId,
    empty: 'No list yet.',
  });
  return {
    title: 'Lists',
    nodes: [h('section', { class: 'panel flush' }, table.node)],
    async refresh() {
      /** @type {{ results: ListView[] }} */
      const { results } = await api.get('lists', {}, closed);
      const isDeleted = (/** @type {ListView} */ { deletedAt }) => Number(deletedAt !== undefined);
      table.show(results.sort((one, other) => isDeleted(one) - isDeleted(other)));
    },
  };
}
