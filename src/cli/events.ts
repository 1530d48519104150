import type { Command } from 'commander';
import { SpokeError } from '../errors.ts';
import type { EventFilter } from '../outbox/event-filter.ts';
import { cancelEvents, countWaiting, listEvents, showEvent } from '../outbox/events.ts';
import { wholeNumber } from './arguments.ts';
import { type CommandModule, type Console, EXIT, print } from './command.ts';
import { eventId, type FilterArguments, filterOf, filterOrAll, withFilter } from './event-filter.ts';
import { eventTable, eventText } from './event-text.ts';
import { loadEnvironment, withMigrated } from './load.ts';

interface ListArguments extends FilterArguments {
  limit: string;
  json?: boolean;
}

interface ChangeArguments extends FilterArguments {
  all?: boolean;
  yes?: boolean;
  json?: boolean;
}

const MAX_LISTED = 10_000;

/** `spoke events list|show|cancel`: what an operator does with the outbox. */
export const eventsCommand: CommandModule = (program, console, finish) => {
  const events = program.command('events').description('look at events, take waiting ones out');

  withFilter(events.command('list').description('list events, newest first'))
    .option('--limit <n>', 'at most so many', '20')
    .option('--json', 'print one JSON object')
    .action(async (options: ListArguments) => {
      const filter = filterOf([], options);
      const limit = wholeNumber('--limit', options.limit, 1, MAX_LISTED);
      // One more than is shown tells whether there is more.
      const found = await withMigrated(loadEnvironment(console), (db) => listEvents(db, filter, limit + 1));
      const shown = found.slice(0, limit);
      const more = found.length > limit;
      print(console, options.json, { events: shown, more }, eventTable(shown, more));
      finish(EXIT.done);
    });

  events
    .command('show')
    .description('show one event with its payload, calls and effects')
    .argument('<id>', 'event id')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: { json?: boolean }) => {
      const number = eventId(id);
      const event = await withMigrated(loadEnvironment(console), (db) => showEvent(db, number));
      if (event === undefined) throw new SpokeError('EVENT_NOT_FOUND', `There is no event ${number}.`);
      print(console, options.json, event, eventText(event));
      finish(EXIT.done);
    });

  withChange(events.command('cancel'))
    .description('take waiting events out for good')
    .action(async (ids: string[], options: ChangeArguments) => {
      const filter = filterOrAll(ids, options);
      const code = await withMigrated(loadEnvironment(console), async (db) => {
        const matching = await countWaiting(db, filter);
        if (!options.yes) return preview(console, matching, 'would be cancelled', options.json);
        const { cancelled, inFlight } = await cancelEvents(db, filter);
        const left = `${plural(inFlight)} in a worker's hands ${inFlight === 1 ? 'was' : 'were'} left alone; try again in a moment.`;
        const text = `${plural(cancelled)} cancelled.${inFlight > 0 ? ` ${left}` : ''}`;
        print(console, options.json, { cancelled, inFlight }, text);
        return inFlight > 0 ? EXIT.failed : exitOf(cancelled, filter);
      });
      finish(code);
    });
};

function withChange(command: Command): Command {
  return withFilter(command.argument('[ids...]', 'event ids'))
    .option('--all', 'every waiting event')
    .option('--yes', 'do it; without it only the number is told')
    .option('--json', 'print one JSON object');
}

function preview(console: Console, matching: number, what: string, json: boolean | undefined): number {
  print(console, json, { matching }, `${plural(matching)} ${what}.`);
  if (matching === 0) return EXIT.done;
  if (!json) console.err('Nothing was changed: repeat with --yes.');
  return EXIT.needsYes;
}

/** A filter that fits nothing is no failure; a named event that is not there is. */
function exitOf(changed: number, { ids }: EventFilter): number {
  return ids !== undefined && changed < new Set(ids).size ? EXIT.failed : EXIT.done;
}

const plural = (count: number) => `${count} ${count === 1 ? 'event' : 'events'}`;
