import type { Judgement } from './alert-rules.ts';

/**
 * One alert as it stands.
 *
 * States: pending (trouble is seen, not yet for long enough; forgotten when it goes) → open (told once, and again every `remindMs`) →
 * resolved (the trouble has not been seen for `quietMs`; told once; final, the next trouble is another alert).
 */
export interface Alert {
  readonly rule: string;
  readonly subject: string;
  readonly state: 'pending' | 'open' | 'resolved';
  readonly summary: string;
  readonly since: number;
  readonly openedAt: number | null;
  readonly clearSince: number | null;
  readonly resolvedAt: number | null;
  readonly notice: Notice | null;
  readonly notifiedAt: number | null;
}

/** What is to be told of an alert. */
export type Notice = 'opened' | 'reminder' | 'resolved';

/** What a look has found of one alert. */
export interface StepFinding {
  readonly rule: string;
  readonly subject: string;
  readonly judgement: Judgement;
  /** How long the trouble has to last before the alert opens, ms. */
  readonly forMs: number;
}

export interface AlertPace {
  /** How long the trouble must be gone before an alert resolves: one that flaps is one alert. */
  readonly quietMs: number;
  readonly remindMs: number;
}

/** The alert after one more look; undefined when there is none (any more). Pure. `now` in ms. */
export function stepAlert(
  alert: Alert | undefined,
  finding: StepFinding,
  { now, pace }: { readonly now: number; readonly pace: AlertPace },
): Alert | undefined {
  const { rule, subject, judgement, forMs } = finding;
  if (alert === undefined) {
    if (judgement.kind !== 'trouble') return undefined;
    const seen: Alert = {
      rule,
      subject,
      state: 'pending',
      summary: judgement.summary,
      since: now,
      openedAt: null,
      clearSince: null,
      resolvedAt: null,
      notice: null,
      notifiedAt: null,
    };
    return opened(seen, now, forMs);
  }
  if (alert.state === 'pending') {
    if (judgement.kind === 'none') return undefined;
    if (judgement.kind === 'unknown') return alert;
    return opened({ ...alert, ...summaryOf(judgement) }, now, forMs);
  }
  if (judgement.kind !== 'none')
    return reminded({ ...alert, ...summaryOf(judgement), clearSince: null }, now, pace.remindMs);
  const clearSince = alert.clearSince ?? now;
  if (now - clearSince < pace.quietMs) return { ...alert, clearSince };
  return { ...alert, state: 'resolved', clearSince, resolvedAt: now, notice: 'resolved' };
}

function opened(alert: Alert, now: number, forMs: number): Alert {
  if (now - alert.since < forMs) return alert;
  return { ...alert, state: 'open', openedAt: now, notice: 'opened' };
}

function reminded(alert: Alert, now: number, remindMs: number): Alert {
  const due = alert.notice === null && alert.notifiedAt !== null && now - alert.notifiedAt >= remindMs;
  return due ? { ...alert, notice: 'reminder' } : alert;
}

function summaryOf(judgement: Judgement): { summary?: string } {
  return judgement.kind === 'trouble' ? { summary: judgement.summary } : {};
}
