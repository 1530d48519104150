import { randomUUID } from 'node:crypto';
import { type App, startApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { showEvent } from '../outbox/events.ts';
import { createTracker } from '../outbox/track.ts';
import { trackTypes } from '../spoke.ts';
import { EXIT } from './command.ts';
import { exitCodeOfCode } from './exit-code.ts';
import type { Loaded } from './load.ts';

export interface SmokeOptions extends Loaded {
  readonly type: string;
  readonly payload: unknown;
  readonly timeoutMs: number;
  readonly stopping: AbortSignal;
}

export interface SmokeReport {
  readonly event: number | null;
  readonly arrived: boolean;
  readonly hubspotId: string | null;
  readonly seconds: number;
  /** Why it did not arrive. */
  readonly problem: string | null;
  readonly exit: number;
}

type Verdict = Omit<SmokeReport, 'event' | 'seconds'>;

const LOOK_EVERY_MS = 100;
const NOT_HEARD = 'nothing has been heard of it yet';

/** Records one event, delivers it with a worker of its own, and waits for the outcome. */
export async function sendSmoke(options: SmokeOptions): Promise<SmokeReport> {
  const { settings, log, config, type, payload } = options;
  const startedAt = performance.now();
  const app = await startApp({ settings, log, config });
  try {
    const tracker = createTracker({
      schema: settings.schema,
      log,
      types: trackTypes(config),
      maxPayloadBytes: settings.maxPayloadBytes,
    });
    const receipt = await tracker.track(app.db, type, payload, {
      idempotencyKey: `smoke-${randomUUID()}`,
      priority: 'interactive',
    });
    const event = receipt.status === 'refused' ? null : receipt.id;
    app.wake();
    const verdict =
      receipt.status === 'refused'
        ? failed(`${receipt.code}: ${receipt.message}`, exitCodeOfCode(receipt.code))
        : await waitFor(app, receipt.id, startedAt + options.timeoutMs, options.stopping);
    return { event, ...verdict, seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    await app.stop();
  }
}

async function waitFor(app: App, id: number, deadline: number, stopping: AbortSignal): Promise<Verdict> {
  let portal: 'asked' | 'known' | Error = 'asked';
  app.ready.then(
    () => (portal = 'known'),
    (error: unknown) => (portal = error instanceof Error ? error : new Error(String(error))),
  );
  for (;;) {
    const event = await showEvent(app.db, id);
    if (event?.state === 'delivered')
      return { arrived: true, hubspotId: event.hubspotId, problem: null, exit: EXIT.done };
    const why = event?.lastErrorCode ? `${event.lastErrorCode}: ${event.lastError}` : NOT_HEARD;
    if (event === undefined || event.state === 'dead' || event.state === 'cancelled')
      return failed(why, EXIT.failed);
    const heard: unknown = portal;
    if (heard instanceof Error) throw heard;
    if (performance.now() > deadline || stopping.aborted) {
      const reason = heard === 'asked' ? 'HubSpot could not be reached' : why;
      const text = `it still waits (${reason}); it stays in the outbox, see spoke events show ${id}.`;
      return failed(text, heard === 'asked' ? EXIT.unreachable : exitCodeOfCode(event.lastErrorCode ?? ''));
    }
    await systemClock.sleep(LOOK_EVERY_MS, stopping);
  }
}

function failed(problem: string, exit: number): Verdict {
  return { arrived: false, hubspotId: null, problem, exit };
}
