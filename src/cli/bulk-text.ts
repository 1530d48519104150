import type { BulkChange } from '../records/bulk-changes.ts';
import type { BulkAction } from '../records/bulk-request.ts';
import type { BulkPreview } from '../records/preview-bulk.ts';
import { columns, timeText } from './event-text.ts';
import { printable } from './printable.ts';
import { durationText, plural } from './redrive-text.ts';

/** What a bulk change would do, for people. */
export function bulkPreviewText(
  { total, isEstimate, sample, estimate }: BulkPreview,
  action: BulkAction,
): string {
  if (total === 0) return 'No record of the mirror is found.';
  const { calls, callsPerSecond, seconds, waiting } = estimate;
  const time =
    seconds === null
      ? 'How long it takes is not known before a worker has run.'
      : `At ${callsPerSecond} calls/s all is sent in ${durationText(seconds)} at the earliest.`;
  const before =
    waiting.events > 0 ? ` What waits already goes first: ${plural(waiting.events, 'event')}.` : '';
  return printable(
    [
      `${isEstimate ? 'About ' : ''}${plural(total, 'record')} would be ${done(action)}, among them:`,
      columns(sample.map(({ id, properties }) => [`  ${id}`, present(properties, action)])),
      `It costs about ${plural(calls, 'call')}.${before} ${time}`,
    ].join('\n'),
  );
}

/** One bulk change, for people. */
export function bulkText(change: BulkChange): string {
  const { id, state, action, query, recorded, total, events, error } = change;
  const facts: [string, string][] = [
    ['state', error === null ? state : `${state}: ${error}`],
    ['recorded', `${recorded} of ${total ?? '?'}`],
    ['delivered', String(events.delivered)],
    ['waiting', String(events.waiting)],
    ['dead', String(events.dead)],
    ...(events.cancelled > 0 ? [['cancelled', String(events.cancelled)] as [string, string]] : []),
    ...(events.elsewhere > 0 ? [['deleted since', String(events.elsewhere)] as [string, string]] : []),
    ['asked for by', change.requestedBy],
    ['action', JSON.stringify(action)],
    ['records', JSON.stringify(query)],
    ['begun', timeText(change.createdAt)],
    ...(change.finishedAt ? [['ended', timeText(change.finishedAt)] as [string, string]] : []),
  ];
  return printable(`Bulk change ${id}\n${columns(facts.map(([name, value]) => [`  ${name}`, value]))}`);
}

/** Several bulk changes, for people. */
export function bulkTable(changes: readonly BulkChange[]): string {
  if (changes.length === 0) return 'No bulk changes.';
  return printable(
    columns([
      ['id', 'state', 'recorded', 'delivered', 'waiting', 'dead', 'begun', 'asked for by'],
      ...changes.map(({ id, state, recorded, total, events, createdAt, requestedBy }) => [
        String(id),
        state,
        `${recorded}/${total ?? '?'}`,
        String(events.delivered),
        String(events.waiting),
        String(events.dead),
        timeText(createdAt),
        requestedBy,
      ]),
    ]),
  );
}

/** What tells a record apart, and the values that it has of what is to be changed. */
function present(properties: Readonly<Record<string, string>>, action: BulkAction): string {
  const changed = action.kind === 'update' ? Object.keys(action.set) : [];
  return Object.entries(properties)
    .map(([name, value]) => (changed.includes(name) ? `(${name} is ${value})` : value))
    .join('  ');
}

function done(action: BulkAction): string {
  if (action.kind === 'archive') return 'archived';
  if (action.kind === 'add-to-list') return `put on the list ${action.list}`;
  return `given ${Object.entries(action.set)
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join(', ')}`;
}
