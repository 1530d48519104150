import { hostname } from 'node:os';
import type { Clock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import type { Alert, Notice } from './alert-step.ts';

/** Sends messages to a Slack-compatible webhook. */
export interface AlertWebhook {
  /** Raises ALERT_NOT_SENT when it was not taken within some tries. */
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
}

/** `text` is what Slack shows; the rest is for programs. */
export interface AlertMessage {
  readonly text: string;
  readonly alert?: {
    readonly rule: string;
    readonly subject: string;
    readonly state: Alert['state'];
    readonly summary: string;
    readonly since: string;
    readonly openedAt: string | null;
    readonly resolvedAt: string | null;
  };
}

const TIMEOUT_MS = 5_000;
const TRIES = 3;
const RETRY_MS = 1_000;

const SIGNS: Readonly<Record<Notice, string>> = {
  opened: 'ALERT',
  reminder: 'STILL OPEN',
  resolved: 'RESOLVED',
};

/** Tries three times (5 s each) where the receiver does not answer, or with 429 or 5xx. The URL is a secret and stands in no message. */
export function createAlertWebhook(
  url: string,
  clock: Pick<Clock, 'sleep'>,
  timeoutMs = TIMEOUT_MS,
): AlertWebhook {
  return {
    async send(message, signal) {
      for (let attempt = 1; ; attempt += 1) {
        const result = await post(url, message, timeoutMs, signal);
        if (result.ok) return;
        if (!result.mayHeal || attempt === TRIES || signal.aborted)
          throw new SpokeError(
            'ALERT_NOT_SENT',
            `The webhook of SPOKE_ALERT_WEBHOOK_URL did not take the message: ${result.reason}; check the address with \`spoke alerts test\`.`,
          );
        await clock.sleep(RETRY_MS * 2 ** (attempt - 1), signal);
      }
    },
  };
}

/** What a webhook is told of an alert: rule, numbers and names of the config, nothing of a person. */
export function alertMessage(alert: Alert & { readonly notice: Notice }): AlertMessage {
  const { rule, subject, state, summary, since, openedAt, resolvedAt } = alert;
  const name = subject === '' ? rule : `${rule} (${subject})`;
  const open = `open for ${durationText((resolvedAt ?? Date.now()) - (openedAt ?? since))}`;
  const tail = alert.notice === 'opened' ? '' : ` (${open})`;
  return {
    text: `[${SIGNS[alert.notice]}] Spoke on ${hostname()}: ${name}: ${summary}${tail}`,
    alert: {
      rule,
      subject,
      state,
      summary,
      since: timeText(since),
      openedAt: openedAt === null ? null : timeText(openedAt),
      resolvedAt: resolvedAt === null ? null : timeText(resolvedAt),
    },
  };
}

type Posted =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly mayHeal: boolean };

async function post(
  url: string,
  message: AlertMessage,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Posted> {
  // Read again below, so it is held until then: `any` does not hold what it joins, and what is collected never fires.
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.any([signal, late]),
    });
    await response.body?.cancel();
    if (response.ok) return { ok: true };
    const { status } = response;
    return { ok: false, reason: `status ${status}`, mayHeal: status === 429 || status >= 500 };
  } catch (error) {
    const reason = late.aborted ? `no answer within ${timeoutMs / 1_000} s` : reasonOf(error);
    return { ok: false, reason, mayHeal: true };
  }
}

/** Without the message, which may hold the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const cause: unknown = error.cause;
  const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
  return `no answer${typeof code === 'string' ? ` (${code})` : ''}`;
}

const timeText = (ms: number) => new Date(ms).toISOString();

function durationText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
