import type { UploadDetail, UploadSummary } from '../uploads/list-uploads.ts';
import { columns, timeText } from './event-text.ts';
import { printable } from './printable.ts';

/** A table for people, with a line that says when there is more. */
export function uploadTable(uploads: readonly Omit<UploadSummary, 'cursor'>[], more: boolean): string {
  if (uploads.length === 0) return 'No uploads.';
  const rows = [
    ['id', 'state', 'asked for', 'kind', 'bytes', 'score', 'submission', 'event', 'name'],
    ...uploads.map(({ id, state, createdAt, kind, size, score, submissionId, eventId, name }) => [
      id,
      state,
      timeText(createdAt),
      kind,
      String(size),
      score === null ? '' : score.toFixed(2),
      submissionId ?? '',
      eventId === null ? '' : String(eventId),
      name,
    ]),
  ];
  const rest = more ? `\n(the newest ${uploads.length}; --limit shows more)` : '';
  return printable(`${columns(rows)}${rest}`);
}

/** Everything about one file, for people. */
export function uploadText(upload: Omit<UploadDetail, 'cursor'>): string {
  const { id, profile, createdAt, storedAt, eventId, ...rest } = upload;
  const facts: [string, string | null][] = [
    ['name', rest.name],
    ['state', rest.state],
    ['reason', rest.reason],
    ['kind', rest.kind],
    ['bytes', String(rest.size)],
    ['asked for', timeText(createdAt)],
    ['all there', storedAt && timeText(storedAt)],
    ['submission', rest.submissionId],
    ['event', eventId === null ? null : String(eventId)],
    ['holds', profile?.summary ?? null],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const table = profile?.columns.map(({ name, type, missingRate, oddRate, distinct }) => [
    name,
    type,
    percent(missingRate),
    percent(oddRate),
    String(distinct),
  ]);
  return printable(
    [
      `Upload ${id}`,
      ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(width)}  ${value}`])),
      ...(table === undefined
        ? []
        : ['Columns', columns([['name', 'type', 'missing', 'odd', 'different'], ...table])]),
    ].join('\n'),
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
