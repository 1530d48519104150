import { randomUUID } from 'node:crypto';
import { type App, openAppDatabase, startApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import type { SpokeConfig } from '../config/define-config.ts';
import { suggestion } from '../config/nearest-name.ts';
import { dryRun } from '../delivery/dry-run.ts';
import { SpokeError } from '../errors.ts';
import { createMapper } from '../mapping/mapper.ts';
import { showEvent } from '../outbox/events.ts';
import { createTracker } from '../outbox/track.ts';
import { trackTypes } from '../spoke.ts';
import { type CommandModule, EXIT, type Loaded, loadEverything } from './command.ts';

interface SmokeArguments {
  payload?: string;
  timeout: string;
  config?: string;
  json?: boolean;
}

interface SmokeReport {
  readonly type: string;
  readonly event: number | null;
  readonly arrived: boolean;
  readonly hubspotId: string | null;
  readonly seconds: number;
  readonly problem: string | null;
}

const LOOK_EVERY_MS = 100;

/** `spoke smoke [TYPE]`: puts a test event through the whole path and says whether it arrived. */
export const smokeCommand: CommandModule = (program, console, finish) => {
  program
    .command('smoke')
    .description('put a test event through the whole path and say whether it arrived')
    .argument('[type]', 'event type (default: the first one with a sample in the config)')
    .option('--payload <json>', "payload instead of the config's sample; use an address of your own")
    .option('--timeout <seconds>', 'how long to wait for it', '60')
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(async (type: string | undefined, options: SmokeArguments) => {
      const loaded = await loadEverything(console, options.config);
      const seconds = Number(options.timeout);
      if (!(seconds > 0 && seconds <= 3_600))
        throw new SpokeError(
          'CONFIG_INVALID',
          `--timeout must be 1 to 3600 seconds, was ${options.timeout}.`,
        );
      const chosen = chooseEvent(loaded.config, type, options.payload);
      const { settings } = loaded;
      if (!settings.hubspotEnabled || !settings.hubspotSendLive) {
        const text = await describeDry(loaded, chosen.type, chosen.payload);
        if (options.json) console.out(JSON.stringify({ type: chosen.type, arrived: false, dryRun: text }));
        else
          console.out(
            `${text.join('\n')}\nNothing was sent: HUBSPOT_ENABLED and HUBSPOT_SEND_LIVE must both be true for that.`,
          );
        return finish(EXIT.findings);
      }
      const report = await sendOne(loaded, chosen, seconds * 1_000, console.stopping);
      if (options.json) console.out(JSON.stringify(report));
      else if (report.arrived)
        console.out(
          `Event ${report.event} (${report.type}) arrived in ${report.seconds.toFixed(1)} s: contact ${report.hubspotId} of portal ${settings.hubspotPortalId}.`,
        );
      else console.err(`Event ${report.event ?? '-'} (${report.type}) did not arrive: ${report.problem}`);
      finish(report.arrived ? EXIT.done : EXIT.failed);
    });
};

interface Chosen {
  readonly type: string;
  readonly payload: unknown;
}

function chooseEvent(config: SpokeConfig, type: string | undefined, payload: string | undefined): Chosen {
  const names = Object.keys(config.events);
  const chosen = type ?? names.find((name) => config.events[name]?.sample !== undefined);
  const definition = chosen === undefined ? undefined : config.events[chosen];
  if (chosen === undefined)
    throw new SpokeError('CONFIG_INVALID', 'No event of the config has a sample: give TYPE and --payload.');
  if (definition === undefined)
    throw new SpokeError(
      'EVENT_TYPE_UNKNOWN',
      `The config defines no event ${JSON.stringify(chosen)}.${suggestion(chosen, names)}`,
    );
  if (payload === undefined && definition.sample === undefined)
    throw new SpokeError(
      'CONFIG_INVALID',
      `The event ${chosen} has no sample in the config: give --payload.`,
    );
  try {
    return { type: chosen, payload: payload === undefined ? definition.sample : JSON.parse(payload) };
  } catch {
    throw new SpokeError('OUTBOX_PAYLOAD_INVALID', '--payload is not JSON.');
  }
}

async function describeDry(loaded: Loaded, type: string, payload: unknown): Promise<string[]> {
  // The database is part of the path: a smoke test that does not reach it would say nothing.
  const db = await openAppDatabase(loaded.settings, loaded.log);
  await db.close();
  const report = dryRun(
    { id: 0, type, payload, occurred_at: new Date() },
    createMapper(loaded.config),
    undefined,
  );
  return [
    `[DRY-RUN] ${type}`,
    ...report.problems.map((problem) => `  would be refused: ${problem}`),
    ...report.effects.map((effect) => `  ${JSON.stringify(effect)}`),
  ];
}

async function sendOne(
  loaded: Loaded,
  { type, payload }: Chosen,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<SmokeReport> {
  const startedAt = performance.now();
  const app = await startApp(loaded);
  const report = (part: Partial<SmokeReport>): SmokeReport => ({
    type,
    event: null,
    arrived: false,
    hubspotId: null,
    problem: null,
    ...part,
    seconds: (performance.now() - startedAt) / 1_000,
  });
  try {
    const tracker = createTracker({
      schema: loaded.settings.schema,
      log: loaded.log,
      types: trackTypes(loaded.config),
    });
    const receipt = await tracker.track(app.db, type, payload, {
      idempotencyKey: `smoke-${randomUUID()}`,
      priority: 'interactive',
    });
    if (receipt.status === 'refused') return report({ problem: `${receipt.code}: ${receipt.message}` });
    app.wake();
    return await waitFor(app, receipt.id, startedAt + timeoutMs, stopping, report);
  } finally {
    await app.stop();
  }
}

async function waitFor(
  app: App,
  id: number,
  deadline: number,
  stopping: AbortSignal,
  report: (part: Partial<SmokeReport>) => SmokeReport,
): Promise<SmokeReport> {
  for (;;) {
    const event = await showEvent(app.db, id);
    if (event?.state === 'delivered') return report({ event: id, arrived: true, hubspotId: event.hubspotId });
    const why = event?.lastErrorCode
      ? `${event.lastErrorCode}: ${event.lastError}`
      : 'nothing has been heard of it yet';
    if (event === undefined || event.state === 'dead' || event.state === 'cancelled')
      return report({ event: id, problem: why });
    if (performance.now() > deadline || stopping.aborted)
      return report({
        event: id,
        problem: `it still waits (${why}); it stays in the outbox, see spoke events show ${id}.`,
      });
    await systemClock.sleep(LOOK_EVERY_MS, stopping);
  }
}
