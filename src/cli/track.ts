import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openAppDatabase } from '../app.ts';
import { SpokeError } from '../errors.ts';
import { createMapper } from '../mapping/mapper.ts';
import { type ImportReport, importEvents } from '../outbox/import-events.ts';
import { createTracker } from '../outbox/track.ts';
import { PRIORITIES, type PriorityName } from '../outbox/track-event.ts';
import { wakeChannel } from '../outbox/wake.ts';
import { trackTypes } from '../spoke.ts';
import { type CommandModule, type Console, EXIT, type Loaded, loadEverything } from './command.ts';
import { createProgressLine } from './progress-line.ts';

interface TrackArguments {
  file?: string;
  idempotencyKey?: string;
  recordKey?: string;
  occurredAt?: string;
  priority?: string;
  config?: string;
  json?: boolean;
}

/** `spoke track TYPE JSON` and `spoke track --file events.ndjson`: records events from outside an application. */
export const trackCommand: CommandModule = (program, console, finish) => {
  program
    .command('track')
    .description('record one event, or every line of a file of events')
    .argument('[type]', 'event type')
    .argument('[payload]', 'payload as JSON')
    .option(
      '--file <file>',
      'NDJSON, one {type, payload, idempotencyKey?, recordKey?, occurredAt?, priority?} a line; "-" for standard input',
    )
    .option('--idempotency-key <key>', 'the same key again is the same event')
    .option('--record-key <key>', 'order this event among those with the same key')
    .option('--occurred-at <time>', 'when it happened, ISO 8601 (default: now)')
    .option('--priority <name>', `${Object.keys(PRIORITIES).join(', ')} (default: that of the event)`)
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(
      async (
        type: string | undefined,
        payload: string | undefined,
        options: TrackArguments,
        command: Command,
      ) => {
        if (options.file === undefined && (type === undefined || payload === undefined))
          command.error('Give TYPE and JSON, or --file FILE.');
        if (options.file !== undefined && type !== undefined)
          command.error('Give either TYPE and JSON, or --file FILE, not both.');
        const priority = priorityOf(options.priority, command);
        const loaded = await loadEverything(console, options.config);
        finish(
          options.file === undefined
            ? await trackOne(console, loaded, type ?? '', payload ?? '', { ...options, priority })
            : await trackFile(console, loaded, options.file, { ...options, priority }),
        );
      },
    );
};

type Given = Omit<TrackArguments, 'priority'> & { priority: PriorityName | undefined };

async function trackOne(
  console: Console,
  loaded: Loaded,
  type: string,
  text: string,
  given: Given,
): Promise<number> {
  const occurredAt = given.occurredAt === undefined ? undefined : dateOf(given.occurredAt);
  const payload = parsed(text);
  const db = await openAppDatabase(loaded.settings, loaded.log);
  try {
    const { tracker } = trackerOf(loaded);
    const { idempotencyKey, recordKey, priority } = given;
    const receipt = await tracker.track(db, type, payload, {
      idempotencyKey,
      recordKey,
      priority,
      occurredAt,
    });
    if (receipt.status !== 'refused') await db.notify(wakeChannel(db.schema));
    if (given.json) console.out(JSON.stringify(receipt));
    else if (receipt.status === 'refused') console.err(`${receipt.code}: ${receipt.message}`);
    else
      console.out(`Event ${receipt.id} ${receipt.status === 'recorded' ? 'recorded' : 'was there already'}.`);
    return receipt.status === 'refused' ? EXIT.failed : EXIT.done;
  } finally {
    await db.close();
  }
}

async function trackFile(console: Console, loaded: Loaded, file: string, given: Given): Promise<number> {
  const path = resolve(console.cwd, file);
  if (file !== '-') {
    await access(path).catch((cause: unknown) => {
      throw new SpokeError('CONFIG_INVALID', `The file ${path} cannot be read: check path and permissions.`, {
        cause,
      });
    });
  }
  const db = await openAppDatabase(loaded.settings, loaded.log);
  const progress = createProgressLine(console, given.json === true);
  try {
    const { tracker, mapper } = trackerOf(loaded);
    const startedAt = performance.now();
    const report = await importEvents({
      input: file === '-' ? process.stdin : createReadStream(path),
      db,
      tracker,
      route: mapper.route,
      priority: given.priority,
      signal: console.stopping,
      onProgress: ({ lines, recorded, repeated, refused }) =>
        progress.show(`${lines} lines: ${recorded} recorded, ${repeated} repeated, ${refused} refused`),
      onRefused: ({ line, code, message }) => {
        if (!given.json) progress.print(`line ${line}: ${code}: ${message}`);
      },
    });
    progress.end();
    if (report.recorded > 0) await db.notify(wakeChannel(db.schema));
    if (given.json) console.out(JSON.stringify(report));
    else console.out(summary(report, performance.now() - startedAt));
    return report.refused > 0 || !report.complete ? EXIT.failed : EXIT.done;
  } finally {
    progress.end();
    await db.close();
  }
}

function trackerOf({ config, settings, log }: Loaded) {
  const mapper = createMapper(config, { ownerId: settings.hubspotOwnerId });
  const tracker = createTracker({
    schema: settings.schema,
    // What is refused is reported by the command itself.
    log: { error: () => undefined },
    types: trackTypes(config),
    maxPayloadBytes: settings.maxPayloadBytes,
  });
  log.debug({}, 'tracker ready');
  return { tracker, mapper };
}

function summary(report: ImportReport, ms: number): string {
  const { lines, recorded, repeated, refused, complete } = report;
  const stopped = complete
    ? ''
    : '\nStopped before the end of the file. With idempotency keys it can be run again from the start.';
  return `${lines} lines in ${(ms / 1_000).toFixed(1)} s: ${recorded} recorded, ${repeated} repeated, ${refused} refused.${stopped}`;
}

function priorityOf(name: string | undefined, command: Command): PriorityName | undefined {
  if (name === undefined || Object.hasOwn(PRIORITIES, name)) return name as PriorityName | undefined;
  return command.error(`--priority must be one of ${Object.keys(PRIORITIES).join(', ')}, was ${name}.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SpokeError(
      'OUTBOX_PAYLOAD_INVALID',
      `The payload is not JSON: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new SpokeError(
      'OUTBOX_OPTION_INVALID',
      `--occurred-at must be an ISO 8601 time, was ${JSON.stringify(text)}.`,
    );
  return date;
}
