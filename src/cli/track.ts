import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { guardsFrom } from '../delivery/guards.ts';
import { createMapper } from '../mapping/mapper.ts';
import { type ImportReport, importEvents, type LineRefusal } from '../outbox/import-events.ts';
import { createTracker } from '../outbox/track.ts';
import { PRIORITIES, type PriorityName } from '../outbox/track-event.ts';
import { refused, type TrackReceipt } from '../outbox/track-receipt.ts';
import { wakeChannel } from '../outbox/wake.ts';
import { trackTypes } from '../spoke.ts';
import { oneOf, timeOf } from './arguments.ts';
import { type CommandModule, type Console, EXIT, print, usageError } from './command.ts';
import { exitCodeOfCode } from './exit-code.ts';
import { type Loaded, loadEverything, withMigrated } from './load.ts';

interface TrackArguments {
  file?: string;
  idempotencyKey?: string;
  recordKey?: string;
  occurredAt?: string;
  priority?: string;
  config?: string;
  json?: boolean;
}

const PRIORITY_NAMES = Object.keys(PRIORITIES) as PriorityName[];

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
    .option('--priority <name>', `${PRIORITY_NAMES.join(', ')} (default: that of the event)`)
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(async (type: string | undefined, payload: string | undefined, options: TrackArguments) => {
      const { file } = options;
      if (file !== undefined && type !== undefined)
        throw usageError('Give either TYPE and JSON, or --file FILE, not both.');
      if (file === undefined && (type === undefined || payload === undefined))
        throw usageError('Give TYPE and JSON, or --file FILE.');
      if (file !== undefined && (options.idempotencyKey ?? options.recordKey ?? options.occurredAt))
        throw usageError('With --file these stand in the lines: idempotencyKey, recordKey, occurredAt.');
      const priority =
        options.priority === undefined ? undefined : oneOf('--priority', options.priority, PRIORITY_NAMES);
      const occurredAt =
        options.occurredAt === undefined ? undefined : timeOf('--occurred-at', options.occurredAt);
      const given = { ...options, priority, occurredAt };
      if (file !== undefined && file !== '-') await assertReadable(resolve(console.cwd, file));
      const loaded = await loadEverything(console, options.config);
      finish(
        file === undefined
          ? await trackOne(console, loaded, type ?? '', payload ?? '', given)
          : await trackFile(console, loaded, file, given),
      );
    });
};

interface Given {
  readonly idempotencyKey?: string;
  readonly recordKey?: string;
  readonly occurredAt: Date | undefined;
  readonly priority: PriorityName | undefined;
  readonly json?: boolean;
}

async function trackOne(
  console: Console,
  loaded: Loaded,
  type: string,
  text: string,
  { json, ...given }: Given,
): Promise<number> {
  const receipt = await withMigrated(loaded, async (db): Promise<TrackReceipt> => {
    const parsed = parse(text);
    if ('problem' in parsed)
      return refused('OUTBOX_PAYLOAD_INVALID', `The payload is not JSON: ${parsed.problem}`);
    const { idempotencyKey, recordKey, priority, occurredAt } = given;
    const { dedupe } = guardsFrom(console.env.SPOKE_TEST_MUTANT);
    const options = { idempotencyKey: dedupe ? idempotencyKey : undefined, recordKey, priority, occurredAt };
    const result = await trackerOf(loaded).track(db, type, parsed.payload, options);
    if (result.status === 'recorded') await db.notify(wakeChannel(db.schema));
    return result;
  });
  if (receipt.status === 'refused') {
    if (json) console.out(JSON.stringify(receipt));
    else console.err(`${receipt.code}: ${receipt.message}`);
    return exitCodeOfCode(receipt.code);
  }
  const done = `Event ${receipt.id} ${receipt.status === 'recorded' ? 'recorded' : 'was there already'}.`;
  print(console, json, receipt, done);
  return EXIT.done;
}

async function trackFile(console: Console, loaded: Loaded, file: string, given: Given): Promise<number> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const report = await withMigrated(loaded, async (db) => {
    const result = await importEvents({
      input: file === '-' ? console.input : createReadStream(resolve(console.cwd, file)),
      db,
      tracker: trackerOf(loaded),
      route: createMapper(loaded.config).route,
      priority: given.priority,
      signal: console.stopping,
      onProgress: (counts) =>
        console.live(`${countsText(counts)} · ${Math.round(counts.lines / seconds())} lines/s`),
      onRefused: (refusal) => {
        if (!given.json) console.err(refusalText(refusal));
      },
    });
    if (result.recorded > 0) await db.notify(wakeChannel(db.schema));
    return result;
  });
  console.live('');
  const stopped = report.complete
    ? ''
    : '\nStopped before the end of the file. With idempotency keys it can be run again from the start.';
  print(console, given.json, report, `${countsText(report)}, in ${seconds().toFixed(1)} s.${stopped}`);
  return report.refused > 0 || !report.complete ? EXIT.failed : EXIT.done;
}

function trackerOf({ config, settings }: Loaded) {
  return createTracker({
    schema: settings.schema,
    // What is refused is reported by the command itself.
    log: { error: () => undefined },
    types: trackTypes(config),
    maxPayloadBytes: settings.maxPayloadBytes,
  });
}

function countsText({ lines, recorded, repeated, refused }: Omit<ImportReport, 'refusals' | 'complete'>) {
  return `${lines} lines: ${recorded} recorded, ${repeated} repeated, ${refused} refused`;
}

const refusalText = ({ line, code, message }: LineRefusal) => `line ${line}: ${code}: ${message}`;

async function assertReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
    if (!(await stat(path)).isDirectory()) return;
  } catch {
    // Said below.
  }
  throw usageError(`The file ${path} cannot be read: check path and permissions.`);
}

function parse(text: string): { payload: unknown } | { problem: string } {
  try {
    return { payload: JSON.parse(text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : '' };
  }
}
