import { createChildren, h } from '../dom.js';
import { count, counted, when, words } from '../format.js';
import { createGauge } from '../parts/gauge.js';
import { createPulseChart } from '../parts/pulse-chart.js';
import { createRequestTable } from '../parts/request-table.js';
import { busiestApp } from './limits.js';

/** @import { BrowsePage } from '../../browse.ts' */
/** @import { JournalTail } from '../../journal.ts' */
/** @import { PulseSecond } from '../../pulse.ts' */
/** @import { Context, View } from '../context.js' */

const REQUESTS = 8;
const NEWEST = 6;

/**
 * What arrived, at a glance.
 *
 * @param {Context} context
 * @returns {View}
 */
export function overviewView({ api, href, closed }) {
  const tiles = h('ul', { class: 'tiles' });
  const showTiles = createChildren(
    tiles,
    (/** @type {{ name: string, value: string, note: string, href: string, alert?: boolean }} */ tile) =>
      tile.name,
    (tile) =>
      h(
        'li',
        {},
        h(
          'a',
          { href: tile.href, class: tile.alert ? 'tile alert' : 'tile' },
          h('span', { class: 'tile-name' }, tile.name),
          h('b', {}, tile.value),
          h('span', { class: 'hint' }, tile.note),
        ),
      ),
  );
  const chart = createPulseChart();
  const window = createGauge('Calls in the rolling window');
  const daily = createGauge('Calls today');
  const requests = createRequestTable({ href, compact: true });
  const newestTitle = h('h2', {}, 'Newest records');
  const newest = h('ul', { class: 'plain-list' });
  const showNewest = createChildren(
    newest,
    (/** @type {{ id: string, type: string, title: string, said: string, at: number }} */ record) =>
      `${record.type}/${record.id}`,
    (record) =>
      h(
        'li',
        {},
        h('a', { href: href(['records', record.type, record.id]) }, record.title),
        h('span', { class: 'hint' }, record.said),
      ),
  );
  const quiet = h(
    'p',
    { class: 'empty', hidden: true },
    'The portal is empty. What an application writes to it appears here.',
  );

  return {
    title: 'Overview',
    nodes: [
      tiles,
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'stack' },
          h('section', { class: 'panel' }, h('h2', {}, 'The last minute'), chart.node),
          h(
            'section',
            { class: 'panel' },
            h(
              'div',
              { class: 'panel-head' },
              h('h2', {}, 'Last requests'),
              h('a', { href: href(['requests']) }, 'All requests'),
            ),
            requests.node,
          ),
        ),
        h(
          'div',
          { class: 'stack' },
          h('section', { class: 'panel gauges' }, h('h2', {}, 'Budgets'), window.node, daily.node),
          h('section', { class: 'panel' }, newestTitle, newest, quiet),
        ),
      ),
    ],
    async refresh(state) {
      const types = Object.keys(state.counts).filter((type) => (state.counts[type]?.live ?? 0) > 0);
      /** @type {[{ results: PulseSecond[] }, JournalTail, ...BrowsePage[]]} */
      const [beats, last, ...pages] = await Promise.all([
        api.get('pulse', {}, closed),
        api.get('requests', { limit: REQUESTS }, closed),
        ...types.map((type) => api.get(`browse/${type}`, { limit: NEWEST }, closed)),
      ]);
      chart.show(beats.results);
      requests.show(last.results);
      showTiles(tilesOf(state, href));
      const { used, app } = busiestApp(state);
      window.show(
        used,
        state.limits.perWindow,
        `${app === undefined ? 'No call yet' : `App ${app}`} · ${state.limits.windowMs / 1_000} s · at most ${count(state.maxCallsIn10s)} so far`,
      );
      daily.show(state.limits.dailyUsed, state.limits.daily, 'All tokens together');
      const found = types
        .flatMap((type, place) => (pages[place]?.results ?? []).map((record) => ({ type, record })))
        .sort((one, other) => Date.parse(other.record.createdAt) - Date.parse(one.record.createdAt))
        .slice(0, NEWEST)
        .map(({ type, record }) => {
          const at = Date.parse(record.createdAt);
          return { id: record.id, type, title: record.title, at, said: `${words(type)} · ${when(at)}` };
        });
      showNewest(found);
      quiet.hidden = found.length > 0;
    },
  };
}

/**
 * @param {import('../../state.ts').SimulatorState} state
 * @param {(path: readonly string[], query?: Record<string, string>) => string} href
 */
function tilesOf(state, href) {
  const { requests, applied, byStatus } = state.requests;
  const limited = byStatus['429'] ?? 0;
  const failed = Object.entries(byStatus)
    .filter(([status]) => Number(status) >= 500 || status === '0')
    .reduce((sum, [, times]) => sum + times, 0);
  const records = Object.entries(state.counts).filter(([, { live }]) => live > 0);
  return [
    ...records.slice(0, 4).map(([type, { live, archived }]) => ({
      name: words(type),
      value: count(live),
      note: archived > 0 ? `and ${count(archived)} archived` : 'in the portal',
      href: href(['records', type]),
    })),
    {
      name: 'Requests',
      value: count(requests),
      note: counted(applied, 'write'),
      href: href(['requests']),
    },
    {
      name: 'Rate limit',
      value: count(limited),
      note: 'answered 429',
      href: href(['requests'], { status: '429' }),
      alert: limited > 0,
    },
    {
      name: 'Failures',
      value: count(failed),
      note: '5xx or cut off',
      href: href(['requests'], { status: '5xx' }),
      alert: failed > 0,
    },
  ];
}
