/** @import { SimulatorState } from '../state.ts' */
/** @import { Api } from './api.js' */
/** @import { Place } from './router.js' */

/**
 * What a view is given.
 *
 * @typedef {object} Context
 * @property {Api} api
 * @property {Place} place
 * @property {SimulatorState} state as it was when the view was opened
 * @property {(path: readonly string[], query?: Record<string, string | number | undefined>) => string} href
 *   address of another place of the same portal
 * @property {(query: Record<string, string | number | undefined>) => void} remember
 *   changes the query of this place's address without opening it anew
 * @property {(text: string) => void} announce tells what was done
 * @property {(work: () => Promise<unknown>, done?: string) => Promise<void>} act
 *   does something to the portal, tells what came of it and refreshes
 * @property {AbortSignal} closed aborted when the view is left
 */

/**
 * What a view is: built once, refreshed about once a second for as long as it is open.
 *
 * @typedef {object} View
 * @property {string} title
 * @property {Element[]} nodes
 * @property {(state: SimulatorState) => Promise<void> | void} [refresh]
 */

/** @typedef {(context: Context) => View | Promise<View>} ViewMaker */

export {};
