import type { SubmissionDetail, SubmissionSummary } from '../forms/submissions.ts';
import { columns, timeText } from './event-text.ts';
import { printable } from './printable.ts';

/** A table for people, with a line that says when there is more. */
export function submissionTable(
  submissions: readonly Omit<SubmissionSummary, 'cursor'>[],
  more: boolean,
): string {
  if (submissions.length === 0) return 'No submissions.';
  const rows = [
    ['id', 'form', 'state', 'received', 'e-mail', 'score', 'reasons', 'event'],
    ...submissions.map(({ id, form, state, receivedAt, email, score, reasons, eventId }) => [
      id,
      form,
      state,
      timeText(receivedAt),
      email ?? '',
      String(score),
      reasons.join(', '),
      eventId === null ? '' : String(eventId),
    ]),
  ];
  const rest = more ? `\n(the newest ${submissions.length}; --limit shows more)` : '';
  return printable(`${columns(rows)}${rest}`);
}

/** Everything about one submission, for people. */
export function submissionText(submission: Omit<SubmissionDetail, 'cursor'>): string {
  const {
    id,
    consents,
    raw,
    accepted,
    changes,
    flags,
    reasons,
    receivedAt,
    releasedAt,
    page,
    uploads,
    ...rest
  } = submission;
  const facts: [string, string | null][] = [
    ['form', rest.form],
    ['state', rest.state],
    ['received', timeText(receivedAt)],
    ['e-mail', rest.email],
    ['language', rest.language],
    ['page', page === null ? null : String(page.url)],
    ['score', `${rest.score}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`],
    ['event', eventText(rest)],
    ['error', rest.event?.errorCode ? `${rest.event.errorCode}: ${rest.event.error ?? ''}` : null],
    ...uploads.map(({ id, state, name }): [string, string] => ['file', `${id} ${state} ${name}`]),
    ['released', releasedAt && `${timeText(releasedAt)} by ${rest.releasedBy}`],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return printable(
    [
      `Submission ${id}`,
      ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(width)}  ${value}`])),
      ...part('As sent', raw),
      ...part('As accepted', accepted),
      ...(changes.length > 0 ? part('Changed', changes) : []),
      ...(flags.length > 0 ? part('Flagged', flags) : []),
      ...(consents.length > 0 ? part('Consents', consents) : []),
    ].join('\n'),
  );
}

/** Why it has arrived at HubSpot, or not. */
function eventText({ state, eventId, event }: Pick<SubmissionDetail, 'state' | 'eventId' | 'event'>): string {
  if (eventId === null)
    return state === 'quarantined' ? 'none: it waits in quarantine, see submissions release' : 'none';
  if (event === null) return `${eventId}, which is deleted`;
  const tries = event.tries === 0 ? 'not tried yet' : `${event.tries} ${event.tries === 1 ? 'try' : 'tries'}`;
  const ended = event.endedAt === null ? '' : ` at ${timeText(new Date(event.endedAt))}`;
  return `${eventId} ${event.state}${ended}, ${tries}`;
}

function part(title: string, value: unknown): string[] {
  const lines = JSON.stringify(value, null, 2).split('\n');
  return [title, ...lines.map((line) => `  ${line}`)];
}
