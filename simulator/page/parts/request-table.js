import { h } from '../dom.js';
import { count, counted, duration, time } from '../format.js';
import { moment } from './field.js';
import { statusPill } from './status.js';
import { createTable } from './table.js';

/** @import { JournalEntry } from '../../journal.ts' */
/** @import { Column } from './table.js' */

/**
 * Requests as the portal saw them.
 *
 * @param {object} options
 * @param {(path: readonly string[]) => string} options.href
 * @param {boolean} [options.compact] the columns that say most
 */
export function createRequestTable({ href, compact = false }) {
  /** @type {readonly Column<JournalEntry>[]} */
  const columns = [
    { name: 'No.', class: 'number wide', cell: ({ n }) => count(n) },
    { name: 'Time', class: 'wide', cell: ({ at }) => moment(at, time) },
    { name: 'Request', class: 'main', cell: (entry) => requestCell(entry, href) },
    { name: 'Answer', cell: ({ status }) => statusPill(status) },
    {
      name: 'Took',
      class: 'number wide',
      cell: ({ durationMs, status }) => (status === 0 && durationMs === 0 ? '' : duration(durationMs)),
    },
  ];
  /** @type {readonly Column<JournalEntry>[]} */
  const more = [
    { name: 'Inputs', class: 'number wide', cell: ({ inputs }) => (inputs === 0 ? '' : count(inputs)) },
    { name: 'Changed', class: 'wide', cell: ({ applied }) => (applied ? 'yes' : '') },
    { name: 'Token', class: 'wide', cell: ({ tokenId }) => tokenId ?? h('span', { class: 'hint' }, 'none') },
    { name: 'Worker', class: 'wide', cell: ({ worker }) => worker ?? '' },
  ];
  return createTable({
    caption: 'Requests, newest first',
    columns: compact ? columns : [...columns, ...more],
    keyOf: ({ n }) => String(n),
    empty: 'No request so far.',
  });
}

/**
 * A path that is broken between its parts, not at the hyphen of a version.
 *
 * @param {string} address
 */
const pieces = (address) => address.split(/(?=\/)/).map((piece) => h('span', {}, piece));

/**
 * @param {JournalEntry} entry
 * @param {(path: readonly string[]) => string} href
 */
function requestCell({ method, path, at, durationMs, inputs, tokenId, fault, traceIds }, href) {
  const [address = '', query] = path.split(/\?(.*)/s);
  return [
    h('span', { class: `method ${method.toLowerCase()}` }, method),
    ' ',
    h(
      'code',
      { class: 'path' },
      pieces(address),
      query === undefined ? '' : h('span', { class: 'hint' }, `?${query}`),
    ),
    ' ',
    fault === undefined ? '' : h('a', { class: 'pill fault', href: href(['faults']) }, `fault ${fault}`),
    h(
      'span',
      { class: 'narrow hint' },
      moment(at, time),
      ` · ${duration(durationMs)}`,
      inputs === 0 ? '' : ` · ${counted(inputs, 'input')}`,
      tokenId === null ? '' : ` · ${tokenId}`,
    ),
    traceIds === undefined
      ? ''
      : h(
          'details',
          { class: 'traces' },
          h('summary', {}, counted(traceIds.length, 'trace id')),
          h('code', {}, traceIds.join(' ')),
        ),
  ];
}
