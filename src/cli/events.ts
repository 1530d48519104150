import type { Command } from 'commander';
import { readEnvironment } from '../config/environment.ts';
import { suggestion } from '../config/nearest-name.ts';
import type { Database } from '../db/database.ts';
import { assertMigrated } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { SpokeError } from '../errors.ts';
import { createLogger } from '../log.ts';
import {
  cancelEvents,
  countMatching,
  EVENT_STATES,
  type EventFilter,
  type EventState,
  listEvents,
  redriveEvents,
  showEvent,
} from '../outbox/events.ts';
import { wakeChannel } from '../outbox/wake.ts';
import { type CommandModule, type Console, EXIT } from './command.ts';
import { eventTable, eventText } from './event-text.ts';

interface FilterArguments {
  state?: string;
  type?: string;
  code?: string;
  record?: string;
  since?: string;
  until?: string;
  all?: boolean;
  yes?: boolean;
  json?: boolean;
  limit?: string;
}

const MAX_LISTED = 10_000;

/** `spoke events list|show|redrive|cancel`: what an operator does with the outbox. */
export const eventsCommand: CommandModule = (program, console, finish) => {
  const events = program
    .command('events')
    .description('look at events, put dead ones back, take waiting ones out');

  withFilter(events.command('list').description('newest first'))
    .option('--limit <n>', 'at most so many', '20')
    .action(async (options: FilterArguments) => {
      const filter = filterOf([], options);
      const limit = wholeNumber('--limit', options.limit ?? '20', 1, MAX_LISTED);
      await withDatabase(console, async (db) => {
        const found = await listEvents(db, filter, limit);
        console.out(options.json ? JSON.stringify({ events: found }) : eventTable(found, limit));
      });
      finish(EXIT.done);
    });

  events
    .command('show')
    .description('one event with its payload, attempts and effects')
    .argument('<id>', 'event id')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: { json?: boolean }) => {
      const number = wholeNumber('ID', id, 1, Number.MAX_SAFE_INTEGER);
      const event = await withDatabase(console, (db) => showEvent(db, number));
      if (event === undefined) console.err(`There is no event ${number}.`);
      else console.out(options.json ? JSON.stringify(event) : eventText(event));
      finish(event === undefined ? EXIT.failed : EXIT.done);
    });

  withFilter(
    events
      .command('redrive')
      .description('put dead (or, by id, cancelled) events back, to be mapped anew and delivered'),
  )
    .argument('[ids...]', 'event ids')
    .option('--all', 'every dead event')
    .option('--yes', 'do it; without it only the number is told')
    .action(async (ids: string[], options: FilterArguments) => {
      const filter = chosen(ids, options, 'dead');
      finish(
        await withDatabase(console, async (db) => {
          const matching = await countMatching(db, filter, 'ended');
          if (!options.yes) return preview(console, matching, 'would be put back', options.json);
          const redriven = await redriveEvents(db, filter);
          await db.notify(wakeChannel(db.schema));
          console.out(options.json ? JSON.stringify({ redriven }) : `${plural(redriven)} put back.`);
          return redriven === 0 ? EXIT.failed : EXIT.done;
        }),
      );
    });

  withFilter(events.command('cancel').description('take waiting events out for good'))
    .argument('[ids...]', 'event ids')
    .option('--all', 'every waiting event')
    .option('--yes', 'do it; without it only the number is told')
    .action(async (ids: string[], options: FilterArguments) => {
      const filter = chosen(ids, options, undefined);
      finish(
        await withDatabase(console, async (db) => {
          const matching = await countMatching(db, filter, 'waiting');
          if (!options.yes) return preview(console, matching, 'would be cancelled', options.json);
          const { cancelled, inFlight } = await cancelEvents(db, filter);
          const left =
            inFlight > 0
              ? ` ${plural(inFlight)} in a worker's hands were left alone; try again in a moment.`
              : '';
          console.out(
            options.json ? JSON.stringify({ cancelled, inFlight }) : `${plural(cancelled)} cancelled.${left}`,
          );
          return cancelled === 0 ? EXIT.failed : EXIT.done;
        }),
      );
    });
};

function withFilter(command: Command): Command {
  return command
    .option('--state <state>', EVENT_STATES.join(', '))
    .option('--type <type>', 'event type')
    .option('--code <code>', 'code of the last error')
    .option('--record <key>', 'record key, for example contacts:email:ada@example.com')
    .option('--since <time>', 'recorded at or after, ISO 8601')
    .option('--until <time>', 'recorded before, ISO 8601')
    .option('--json', 'print one JSON object');
}

/** Redrive and cancel never mean everything by default. */
function chosen(
  ids: readonly string[],
  options: FilterArguments,
  state: EventState | undefined,
): EventFilter {
  const filter = filterOf(ids, options);
  if (Object.keys(filter).length === 0 && !options.all)
    throw new SpokeError('CONFIG_INVALID', 'Name ids, give a filter such as --type or --code, or say --all.');
  return state !== undefined && filter.ids === undefined
    ? { ...filter, state: filter.state ?? state }
    : filter;
}

function filterOf(ids: readonly string[], options: FilterArguments): EventFilter {
  return {
    ...(ids.length > 0 ? { ids: ids.map((id) => wholeNumber('ID', id, 1, Number.MAX_SAFE_INTEGER)) } : {}),
    ...(options.state === undefined ? {} : { state: stateOf(options.state) }),
    ...(options.type === undefined ? {} : { type: options.type }),
    ...(options.code === undefined ? {} : { code: options.code }),
    ...(options.record === undefined ? {} : { recordKey: options.record }),
    ...(options.since === undefined ? {} : { since: timeOf('--since', options.since) }),
    ...(options.until === undefined ? {} : { until: timeOf('--until', options.until) }),
  };
}

function stateOf(name: string): EventState {
  const state = EVENT_STATES.find((each) => each === name);
  if (state === undefined)
    throw new SpokeError(
      'CONFIG_INVALID',
      `--state must be one of ${EVENT_STATES.join(', ')}, was ${name}.${suggestion(name, EVENT_STATES)}`,
    );
  return state;
}

function timeOf(option: string, text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new SpokeError(
      'CONFIG_INVALID',
      `${option} must be an ISO 8601 time, was ${JSON.stringify(text)}.`,
    );
  return date;
}

function wholeNumber(option: string, text: string, from: number, to: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < from || number > to)
    throw new SpokeError(
      'CONFIG_INVALID',
      `${option} must be a whole number from ${from} to ${to}, was ${JSON.stringify(text)}.`,
    );
  return number;
}

function preview(console: Console, matching: number, what: string, json: boolean | undefined): number {
  console.out(json ? JSON.stringify({ matching }) : `${plural(matching)} ${what}.`);
  if (matching === 0) return EXIT.failed;
  console.err('Nothing was changed: repeat with --yes.');
  return EXIT.needsYes;
}

const plural = (count: number) => `${count} ${count === 1 ? 'event' : 'events'}`;

async function withDatabase<T>(console: Console, work: (db: Database) => Promise<T>): Promise<T> {
  const settings = readEnvironment(console.env);
  const log = createLogger({ level: settings.logLevel });
  const db = await openDatabase({
    url: settings.databaseUrl,
    dataDir: settings.dataDir,
    schema: settings.schema,
    log,
  });
  try {
    await assertMigrated(db);
    return await work(db);
  } finally {
    await db.close();
  }
}
