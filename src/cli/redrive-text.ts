import type { RedriveEstimate, RedrivePreview } from '../outbox/redrive-preview.ts';
import type { Redrive } from '../outbox/redrives.ts';
import { columns, timeText } from './event-text.ts';
import { printable } from './printable.ts';

const MAX_GROUPS = 20;

/** What a redrive would do, for people. */
export function previewText(preview: RedrivePreview): string {
  const { total, records, groups, estimate } = preview;
  if (total === 0) return 'No events would be put back.';
  const rows = groups
    .slice(0, MAX_GROUPS)
    .map(({ type, code, events }) => [`  ${events}`, type, code ?? 'no error']);
  const rest = groups.length - MAX_GROUPS;
  return printable(
    [
      `${plural(total, 'event')} of ${plural(records, 'record')} would be put back.`,
      columns(rows),
      ...(rest > 0 ? [`  and ${rest} more kinds`] : []),
      costText(estimate),
    ].join('\n'),
  );
}

function costText(estimate: RedriveEstimate): string {
  const { calls, basis, waiting, callsPerSecond, heldSeconds, seconds, dailyCallsLeft } = estimate;
  const how =
    basis === 'mapping'
      ? 'by what samples of each type map to'
      : 'by its records; without a config, activities and associations are not counted';
  const before =
    waiting.events > 0
      ? ` What waits already goes first: ${plural(waiting.events, 'event')}, about ${plural(waiting.calls, 'call')}.`
      : '';
  const held = heldSeconds > 0 ? `, of which ${durationText(heldSeconds)} are a pause` : '';
  const time =
    seconds === null
      ? ' How long it takes is not known before a worker has run.'
      : ` At ${callsPerSecond} calls/s all is sent in ${durationText(seconds)} at the earliest${held}.`;
  const daily =
    dailyCallsLeft !== null && dailyCallsLeft < calls + waiting.calls
      ? ` Only ${plural(dailyCallsLeft, 'call')} of today's limit are left: the rest goes from midnight in the portal on.`
      : '';
  return `It costs about ${plural(calls, 'call')}, ${how}.${before}${time}${daily}`;
}

/** One redrive, for people. */
export function redriveText(redrive: Redrive): string {
  const { id, state, mode, moved, total, events, error } = redrive;
  const facts: [string, string][] = [
    ['state', error === null ? state : `${state}: ${error}`],
    ['put back', `${moved} of ${total ?? '?'} (${mode})`],
    ['delivered', String(events.delivered)],
    ['waiting', String(events.waiting)],
    ['dead again', String(events.deadAgain)],
    ...(events.cancelled > 0 ? [['cancelled', String(events.cancelled)] as [string, string]] : []),
    ...(events.elsewhere > 0
      ? [['put back once more, or deleted', String(events.elsewhere)] as [string, string]]
      : []),
    ['asked for by', redrive.rule === null ? redrive.requestedBy : `rule ${redrive.rule}`],
    ['filter', JSON.stringify(redrive.filter)],
    ['begun', timeText(redrive.createdAt)],
    ...(redrive.finishedAt ? [['ended', timeText(redrive.finishedAt)] as [string, string]] : []),
  ];
  return printable(`Redrive ${id}\n${columns(facts.map(([name, value]) => [`  ${name}`, value]))}`);
}

/** Several redrives, for people. */
export function redriveTable(redrives: readonly Redrive[]): string {
  if (redrives.length === 0) return 'No redrives.';
  return printable(
    columns([
      ['id', 'state', 'put back', 'delivered', 'waiting', 'dead again', 'begun', 'asked for by'],
      ...redrives.map(({ id, state, moved, total, events, createdAt, requestedBy }) => [
        String(id),
        state,
        `${moved}/${total ?? '?'}`,
        String(events.delivered),
        String(events.waiting),
        String(events.deadAgain),
        timeText(createdAt),
        requestedBy,
      ]),
    ]),
  );
}

/** A time for people. */
export function durationText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}

/** `1 event`, `2 events`. */
export const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
