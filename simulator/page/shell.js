import { createChildren, fill, h, say } from './dom.js';
import { count, dayAndTime, words } from './format.js';
import { button, moment, select } from './parts/field.js';

/** @import { SimulatorState } from '../state.ts' */

/** Places of a portal with their names; the records' types stand under their own heading. */
/** @type {readonly (readonly [path: string, name: string])[]} */
const LOOK = [
  ['', 'Overview'],
  ['requests', 'Requests'],
  ['lists', 'Lists'],
];
/** @type {readonly (readonly [path: string, name: string])[]} */
const STEER = [
  ['limits', 'Limits'],
  ['faults', 'Faults'],
  ['switches', 'Switches'],
  ['clock', 'Clock'],
  ['tokens', 'Tokens'],
];

/**
 * @typedef {object} ShellActions
 * @property {(path: readonly string[]) => string} href
 * @property {(portal: number) => void} choosePortal
 * @property {(live: boolean) => void} setLive
 */

/**
 * What stands around every view: name and portal, the ways to the views, the portal's time, and a line for what was done.
 *
 * @param {ShellActions} actions
 */
export function createShell(actions) {
  const portals = h('div', { class: 'portal' });
  const look = h('ul');
  const records = h('ul');
  const steer = h('ul');
  const heading = h('h1', { tabindex: '-1' });
  const clock = h('p', { class: 'portal-time' });
  const alarm = h('p', { class: 'alarm', role: 'alert', hidden: true });
  const told = h('p', { class: 'told', role: 'status' });
  const view = h('div', { class: 'view' });
  const live = button('Live', () => actions.setLive(live.getAttribute('aria-pressed') !== 'true'), {
    class: 'live',
    'aria-pressed': 'true',
    title: 'Refresh once a second',
  });
  const nav = h(
    'nav',
    { 'aria-label': 'Portal', id: 'nav' },
    h('div', { class: 'nav-group' }, look),
    h('div', { class: 'nav-group' }, h('h2', {}, 'Records'), records),
    h('div', { class: 'nav-group' }, h('h2', {}, 'Steer'), steer),
  );
  const menu = button('Menu', () => showMenu(menu.getAttribute('aria-expanded') !== 'true'), {
    class: 'menu',
    'aria-expanded': 'false',
    'aria-controls': 'nav',
  });
  const side = h(
    'header',
    { class: 'side' },
    h(
      'div',
      { class: 'brand' },
      h('img', { src: 'icon.svg', alt: '', width: 26, height: 26 }),
      h('span', {}, h('b', {}, 'Spoke simulator'), portals),
      menu,
    ),
    nav,
    h('p', { class: 'imprint' }, 'An imitation for tests, on this machine. Not a product of HubSpot.'),
  );
  const main = h(
    'main',
    { id: 'main' },
    h('div', { class: 'head' }, heading, h('div', { class: 'head-end' }, clock, live)),
    alarm,
    view,
  );
  const skip = h('a', { class: 'skip', href: '#main' }, 'Skip to the content');
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    heading.focus();
  });
  document.body.replaceChildren(skip, side, main, told);

  const listOf = (/** @type {Element} */ list) =>
    createChildren(
      list,
      (/** @type {Entry} */ entry) => entry.href,
      ({ href, name, badge, alert, current, quiet }) =>
        h(
          'li',
          {},
          h(
            'a',
            { href, class: quiet ? 'quiet' : undefined, 'aria-current': current ? 'page' : undefined },
            h('span', {}, name),
            badge === undefined ? '' : h('span', { class: alert ? 'badge alert' : 'badge' }, badge),
          ),
        ),
    );
  const lists = { look: listOf(look), records: listOf(records), steer: listOf(steer) };

  /** @param {boolean} open */
  function showMenu(open) {
    menu.setAttribute('aria-expanded', String(open));
    side.classList.toggle('open', open);
  }

  return {
    view,
    /** @param {string} title */
    open(title) {
      say(heading, title);
      document.title = `${title} · Simulated portal`;
      showMenu(false);
    },
    focus: () => heading.focus(),
    /** @param {string} text */
    announce(text) {
      told.textContent = text;
      told.classList.remove('fresh');
      // Reading the layout in between starts the fading anew.
      void told.offsetWidth;
      told.classList.add('fresh');
    },
    /** @param {string | undefined} text undefined: all is well */
    alarm(text) {
      alarm.hidden = text === undefined;
      say(alarm, text ?? '');
    },
    /** @param {boolean} on */
    showLive(on) {
      live.setAttribute('aria-pressed', String(on));
      say(live, on ? 'Live' : 'Paused');
    },
    /**
     * @param {SimulatorState} state
     * @param {readonly number[]} portalIds
     * @param {readonly string[]} path of the view that is open
     */
    show(state, portalIds, path) {
      showPortals(state, portalIds);
      const entry = entryOf(actions.href, path);
      /** @type {Record<string, number>} */
      const counts = { requests: state.requests.requests, lists: state.lists };
      lists.look(
        LOOK.map(([place, name]) => {
          const number = counts[place];
          return entry(
            [place],
            name,
            number === undefined ? {} : { badge: count(number), quiet: number === 0 },
          );
        }),
      );
      lists.records(
        Object.entries(state.counts).map(([type, { live: alive, archived }]) =>
          entry(['records', type], words(type), { badge: count(alive), quiet: alive + archived === 0 }),
        ),
      );
      const faults = state.faults.length + (state.hold ? 1 : 0);
      lists.steer(
        STEER.map(([place, name]) => {
          if (place === 'faults' && faults > 0)
            return entry([place], name, { badge: count(faults), alert: true });
          if (place === 'clock' && state.frozen)
            return entry([place], name, { badge: 'stopped', alert: true });
          return entry([place], name);
        }),
      );
      fill(clock, state.frozen ? 'Portal time, stopped ' : 'Portal time ', moment(state.now, dayAndTime));
    },
  };

  /**
   * @param {SimulatorState} state
   * @param {readonly number[]} portalIds
   */
  function showPortals(state, portalIds) {
    const shown = `${state.portalId} of ${portalIds.join()}`;
    if (portals.dataset.shown === shown) return;
    portals.dataset.shown = shown;
    if (portalIds.length < 2) {
      fill(portals, `Portal ${state.portalId}`);
      return;
    }
    const picker = select(
      portalIds.map((id) => /** @type {const} */ ([String(id), `Portal ${id}`])),
      String(state.portalId),
      { 'aria-label': 'Portal', onchange: () => actions.choosePortal(Number(picker.value)) },
    );
    fill(portals, picker);
  }
}

/** @typedef {{ href: string, name: string, current: boolean, badge?: string, alert?: boolean, quiet?: boolean }} Entry */

/**
 * @param {ShellActions['href']} href
 * @param {readonly string[]} path
 */
function entryOf(href, path) {
  return (
    /** @type {readonly string[]} */ place,
    /** @type {string} */ name,
    /** @type {{ badge?: string, alert?: boolean, quiet?: boolean }} */ more = {},
  ) => {
    const wanted = place.filter((part) => part !== '');
    const current =
      wanted.length === 0 ? path.length === 0 : wanted.every((part, index) => part === path[index]);
    return { href: href(wanted), name, current, ...more };
  };
}
