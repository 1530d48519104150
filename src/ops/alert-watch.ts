import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Alert } from './alert-step.ts';
import { type DueNotice, markTold } from './alert-store.ts';
import { type AlertWebhook, alertMessage } from './alert-webhook.ts';
import { type AlertSettings, lookAtRules } from './look-at-rules.ts';

export interface AlertWatchOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: AlertSettings;
  /** Without one, alerts stand in the table and the log only. */
  readonly webhook?: AlertWebhook | undefined;
  /** Between two looks of all processes together, ms. Default 30,000. */
  readonly everyMs?: number;
}

const EVERY_MS = 30_000;
/** Of the interval: a process that comes a little early looks all the same. */
const EARLY_SHARE = 0.1;

/**
 * Looks at the rules beside the same watch of other processes, logs what is new, and tells the webhook.
 *
 * States: running → stopped (`stop` gives up a message under way; it is sent again by whoever looks next). A lost database or webhook
 * never ends it.
 */
export function startAlertWatch(options: AlertWatchOptions): { stop(): Promise<void> } {
  const { db, clock, log, settings, everyMs = EVERY_MS } = options;
  const stopping = new AbortController();

  async function look(): Promise<void> {
    const report = await lookAtRules(db, settings, everyMs * (1 - EARLY_SHARE));
    for (const alert of report?.news ?? []) logAlert(log, alert);
    for (const notice of report?.due ?? []) await tell(notice);
  }

  async function tell(notice: DueNotice): Promise<void> {
    try {
      await options.webhook?.send(alertMessage(notice), stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.warn({ alert: notice.id, err: errorText(error) }, 'an alert could not be sent and is sent again');
      return;
    }
    await markTold(db, notice);
  }

  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (error) {
        log.warn({ err: errorText(error) }, 'the rules of the alerts could not be looked at');
      }
      await clock.sleep(everyMs, stopping.signal);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function logAlert(log: Logger, alert: Alert): void {
  const { rule, subject, state, summary } = alert;
  const fields = { rule, ...(subject === '' ? {} : { subject }), state, summary };
  if (alert.notice === 'resolved') log.info(fields, 'alert resolved');
  else log.warn(fields, alert.notice === 'reminder' ? 'alert still open' : 'alert opened');
}

const errorText = (error: unknown) => (error instanceof Error ? error.message : String(error));
