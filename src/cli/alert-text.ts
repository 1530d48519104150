import type { StoredAlert } from '../ops/alert-store.ts';
import { columns, timeText } from './event-text.ts';
import { printable } from './printable.ts';

/** Alerts for people, open ones first. */
export function alertTable(alerts: readonly StoredAlert[]): string {
  if (alerts.length === 0) return 'No alerts.';
  return printable(
    columns([
      ['state', 'rule', 'opened', 'resolved', 'told', 'what'],
      ...alerts.map(({ state, rule, subject, openedAt, resolvedAt, notifiedAt, notice, summary }) => [
        state,
        subject === '' ? rule : `${rule} ${subject}`,
        atText(openedAt),
        atText(resolvedAt),
        notice === null ? atText(notifiedAt) : 'not yet',
        summary,
      ]),
    ]),
  );
}

/** An alert for programs, with its times in ISO 8601. */
export function alertObject(alert: StoredAlert) {
  const { id, rule, subject, state, summary, notice } = alert;
  return {
    id,
    rule,
    subject,
    state,
    summary,
    since: new Date(alert.since),
    openedAt: dateOf(alert.openedAt),
    resolvedAt: dateOf(alert.resolvedAt),
    notifiedAt: dateOf(alert.notifiedAt),
    untold: notice,
  };
}

const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms));
const atText = (ms: number | null) => (ms === null ? '' : timeText(new Date(ms)));
