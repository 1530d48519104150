import { fill, h, say } from '../dom.js';
import { counted, dayAndTime, when, words } from '../format.js';
import { moment } from '../parts/field.js';
import { createTable } from '../parts/table.js';

/** @import { ListDetail } from '../../list-detail.ts' */
/** @import { Context, View } from '../context.js' */

const PAGE = 50;

/**
 * One list: what it is filled by, and its members, those that joined last first.
 *
 * @param {Context} context
 * @returns {Promise<View>}
 */
export async function listView({ api, href, place, closed }) {
  const [, id = ''] = place.path;
  const skip = place.query.get('skip') ?? undefined;
  const load = () => api.get(`members/${encodeURIComponent(id)}`, { skip, limit: PAGE }, closed);
  /** @type {ListDetail} */
  let list = await load();

  const facts = h('p', { class: 'facts' });
  const table = createTable({
    caption: 'Members, those that joined last first',
    columns: [
      {
        name: 'Member',
        class: 'main',
        cell: (/** @type {ListDetail['members'][number]} */ member) => [
          h('a', { class: 'title', href: href(['records', list.type, member.id]) }, member.title),
          h('span', { class: 'hint sub' }, h('code', {}, member.id)),
        ],
      },
      { name: 'Joined', class: 'number', cell: ({ joinedAt }) => moment(Date.parse(joinedAt), when) },
    ],
    keyOf: (member) => member.id,
    empty: 'The list has no members.',
  });
  const older = h('a', { class: 'button', href: '#', hidden: true }, 'Older');
  const newest = h('a', { class: 'button', href: href(place.path), hidden: skip === undefined }, 'Newest');
  const filters = h('pre', { tabindex: '0', 'aria-label': 'Filters as JSON' });

  return {
    title: list.name,
    nodes: [
      h('p', { class: 'crumbs' }, h('a', { href: href(['lists']) }, 'All lists')),
      facts,
      h('section', { class: 'panel flush' }, table.node),
      h('div', { class: 'row' }, newest, older),
      h(
        'section',
        { class: 'panel', hidden: list.filterBranch === undefined },
        h('h2', {}, 'Filters'),
        filters,
      ),
    ],
    async refresh() {
      list = await load();
      table.show(list.members);
      older.hidden = list.next === null;
      older.setAttribute('href', href(place.path, { skip: list.next ?? undefined }));
      say(filters, JSON.stringify(list.filterBranch, null, 2) ?? '');
      fill(
        facts,
        list.deletedAt === undefined ? '' : h('span', { class: 'pill cut' }, 'deleted'),
        list.processingStatus === 'COMPLETE' ? '' : h('span', { class: 'pill refused' }, 'working'),
        h('span', {}, `${words(list.processingType)} list of ${words(list.type).toLowerCase()}`),
        h('span', {}, counted(list.size, 'member')),
        h('span', {}, 'Id ', h('code', {}, list.listId)),
        h('span', {}, 'Created ', moment(Date.parse(list.createdAt), dayAndTime)),
      );
    },
  };
}
