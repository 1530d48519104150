import type { EventDetail, EventSummary } from '../outbox/events.ts';
import { printable } from './printable.ts';

const MAX_CELL = 60;

/** A table for people, with a line that says when there is more. */
export function eventTable(events: readonly EventSummary[], more: boolean): string {
  if (events.length === 0) return 'No events.';
  const rows = [
    ['id', 'type', 'state', 'tries', 'recorded', 'error'],
    ...events.map((event) => [
      String(event.id),
      event.type,
      event.state,
      String(event.attemptCount),
      timeText(event.createdAt),
      event.lastErrorCode === null ? '' : cut(`${event.lastErrorCode}: ${event.lastError ?? ''}`),
    ]),
  ];
  const rest = more ? `\n(the newest ${events.length}; --limit shows more)` : '';
  return printable(`${columns(rows)}${rest}`);
}

/** Everything about one event, for people. */
export function eventText(event: EventDetail): string {
  const facts: [string, string | null][] = [
    ['type', event.type],
    ['state', event.state],
    ['record', event.recordKey],
    ['HubSpot id', event.hubspotId],
    ['idempotency key', event.idempotencyKey],
    ['occurred', timeText(event.occurredAt)],
    ['recorded', timeText(event.createdAt)],
    ['processed', event.processedAt && timeText(event.processedAt)],
    ['tries', String(event.attemptCount)],
    ['last error', event.lastErrorCode && `${event.lastErrorCode}: ${event.lastError ?? ''}`],
    ['lane', event.lane && laneText(event.lane)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [`  ${name.padEnd(width)}  ${value}`],
  );
  const attempts = event.attempts.map(
    (attempt) =>
      `  ${timeText(attempt.startedAt)}  ${attempt.call}  ${attempt.status ?? 'no answer'}  ${attempt.durationMs ?? '?'} ms${attempt.correlationId ? `  ${attempt.correlationId}` : ''}${attempt.error ? `  ${cut(attempt.error)}` : ''}`,
  );
  const effects = event.effects.map(
    (effect) => `  ${effect.kind} ${effect.mark}  ${effect.hubspotId ?? 'not known to be there'}`,
  );
  const text = [
    `Event ${event.id}`,
    ...lines,
    ...(effects.length > 0 ? ['Activities', ...effects] : []),
    ...(attempts.length > 0 ? ['Calls', ...attempts] : []),
    'Payload',
    ...JSON.stringify(event.payload, null, 2)
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
  return printable(text);
}

/** Lines of cells, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function laneText(lane: NonNullable<EventDetail['lane']>): string {
  const holder =
    lane.leasedBy === null
      ? `ready at ${timeText(lane.readyAt)}`
      : `held by ${lane.leasedBy} until ${timeText(lane.readyAt)}`;
  const failing = lane.failures > 0 ? `, failed ${lane.failures} times in a row` : '';
  return `${lane.waiting} waiting, ${holder}${failing}`;
}

export const timeText = (date: Date) =>
  date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');

const cut = (text: string) =>
  (text.length <= MAX_CELL ? text : `${text.slice(0, MAX_CELL - 1)}…`).replaceAll(/\s+/g, ' ');
