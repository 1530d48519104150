import { createApi, Failure } from './api.js';
import { fill, h } from './dom.js';
import { hashOf, parsePlace } from './router.js';
import { createShell } from './shell.js';
import { clockView } from './views/clock.js';
import { faultsView } from './views/faults.js';
import { limitsView } from './views/limits.js';
import { listView } from './views/list.js';
import { listsView } from './views/lists.js';
import { overviewView } from './views/overview.js';
import { recordView } from './views/record.js';
import { recordsView } from './views/records.js';
import { requestsView } from './views/requests.js';
import { switchesView } from './views/switches.js';
import { tokensView } from './views/tokens.js';

/** @import { SimulatorState } from '../state.ts' */
/** @import { Context, View, ViewMaker } from './context.js' */
/** @import { Place } from './router.js' */

const REFRESH_EVERY_MS = 1_000;

/** @type {Record<string, ViewMaker>} */
const VIEWS = {
  requests: requestsView,
  limits: limitsView,
  faults: faultsView,
  switches: switchesView,
  clock: clockView,
  tokens: tokensView,
};

/** @param {readonly string[]} path */
function viewOf(path) {
  const [name, type, id] = path;
  if (name === undefined) return overviewView;
  if (name === 'records' && type !== undefined) return id === undefined ? recordsView : recordView;
  if (name === 'lists') return type === undefined ? listsView : listView;
  return VIEWS[name];
}

/** Starts the page: a view for each address, the open one refreshed once a second while somebody looks. */
function start() {
  let place = parsePlace(location.hash);
  let api = createApi(place.portal);
  /** @type {View | undefined} */
  let view;
  let closing = new AbortController();
  let live = true;
  /** @type {number[]} */
  let portalIds = [];
  /** Rises with each opening: what was begun for an earlier one is dropped. */
  let opening = 0;

  const shell = createShell({
    href: (path) => hashOf(place.portal, path),
    choosePortal: (portal) => {
      location.hash = hashOf(portal, place.path.slice(0, place.path[0] === 'records' ? 2 : 1));
    },
    setLive(on) {
      live = on;
      shell.showLive(on);
      if (on) void refresh();
    },
  });

  /** @param {boolean} focus whether the heading takes the focus: after following a link, not at the start */
  async function open(focus) {
    opening += 1;
    const mine = opening;
    closing.abort();
    closing = new AbortController();
    place = parsePlace(location.hash);
    api = createApi(place.portal);
    const { signal } = closing;
    await guarded(async () => {
      const state = await look(signal);
      const make = viewOf(place.path);
      const made = make ? await make(contextFor(place, state, signal)) : nowhere();
      if (mine !== opening) return;
      view = made;
      shell.open(made.title);
      shell.show(state, portalIds, place.path);
      fill(shell.view, ...made.nodes);
      if (focus) shell.focus();
      window.scrollTo(0, 0);
      await made.refresh?.(state);
      // Tests and screenshots wait for this.
      document.body.dataset.shown = location.hash;
    });
  }

  async function refresh() {
    const mine = opening;
    await guarded(async () => {
      const state = await look(closing.signal);
      if (mine !== opening) return;
      shell.show(state, portalIds, place.path);
      await view?.refresh?.(state);
    });
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<SimulatorState>}
   */
  async function look(signal) {
    /** @type {[{ results: { portalId: number }[] }, SimulatorState]} */
    const [portals, state] = await Promise.all([
      api.get('portals', {}, signal),
      api.get('state', {}, signal),
    ]);
    portalIds = portals.results.map(({ portalId }) => portalId);
    return state;
  }

  /** @param {() => Promise<void>} work */
  async function guarded(work) {
    try {
      await work();
      shell.alarm(undefined);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      shell.alarm(error instanceof Failure ? error.message : `This page has a mistake: ${String(error)}`);
      if (!(error instanceof Failure)) throw error;
    }
  }

  /**
   * @param {Place} at
   * @param {SimulatorState} state
   * @param {AbortSignal} closed
   * @returns {Context}
   */
  function contextFor(at, state, closed) {
    return {
      api,
      place: at,
      state,
      closed,
      href: (path, query) => hashOf(at.portal, path, query),
      remember(query) {
        const hash = hashOf(at.portal, at.path, query);
        history.replaceState(null, '', hash);
      },
      announce: shell.announce,
      async act(work, done) {
        try {
          await work();
          if (done !== undefined) shell.announce(done);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          shell.announce(error.message);
        }
        await refresh();
      },
    };
  }

  /** @returns {View} */
  function nowhere() {
    return {
      title: 'Not found',
      nodes: [
        h(
          'p',
          {},
          'Nothing has this address. ',
          h('a', { href: hashOf(place.portal, []) }, 'To the overview'),
        ),
      ],
    };
  }

  async function keepFresh() {
    if (live && !document.hidden) await refresh();
    setTimeout(() => void keepFresh(), REFRESH_EVERY_MS);
  }

  window.addEventListener('hashchange', () => void open(true));
  void open(false).then(() => setTimeout(() => void keepFresh(), REFRESH_EVERY_MS));
}

start();
