import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { loadConfig } from '../config/load-config.ts';
import { SpokeError } from '../errors.ts';
import { createMapper, type Mapper } from '../mapping/mapper.ts';
import { finishRedrive } from '../outbox/move-redrive.ts';
import { previewRedrive } from '../outbox/redrive-preview.ts';
import { REDRIVE_MODES, type RedriveFilter, type RedriveRequest } from '../outbox/redrive-request.ts';
import { abortRedrive, listRedrives, showRedrive, startRedrive } from '../outbox/redrives.ts';
import { PRIORITIES, type PriorityName } from '../outbox/track-event.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { type CommandModule, type Console, EXIT, print } from './command.ts';
import { type FilterArguments, filterOrAll, withFilter } from './event-filter.ts';
import { loadEnvironment, type Surroundings, withMigrated } from './load.ts';
import { previewText, redriveTable, redriveText } from './redrive-text.ts';

interface ChoiceArguments extends FilterArguments {
  all?: boolean;
  mode?: string;
  priority?: string;
  limit?: string;
  config?: string;
  yes?: boolean;
  json?: boolean;
}

const STATES = ['dead', 'cancelled'] as const;
const PRIORITY_NAMES = Object.keys(PRIORITIES) as PriorityName[];
const MAX_EVENTS = 2_147_483_647;
const LISTED = 20;

/** `spoke redrive preview|start|status|abort`: puts dead and cancelled events back. */
export const redriveCommand: CommandModule = (program, console, finish) => {
  const redrive = program
    .command('redrive')
    .description('put dead and cancelled events back, and follow that');

  withChoice(redrive.command('preview'))
    .description('say what a redrive would put back, what it would cost and how long it would take')
    .action(async (ids: string[], options: ChoiceArguments) => {
      const request = requestOf(console, ids, options);
      const surroundings = loadEnvironment(console);
      const mapper = await mapperOf(console, surroundings, options.config);
      const preview = await withMigrated(surroundings, (db) => previewRedrive(db, request, mapper));
      print(console, options.json, preview, previewText(preview));
      finish(EXIT.done);
    });

  withChoice(redrive.command('start'))
    .description(
      'put dead events back, and by id or --state cancelled ones; stopped, the workers go on with it',
    )
    .option('--yes', 'do it; without it the preview is shown')
    .action(async (ids: string[], options: ChoiceArguments) => {
      const request = requestOf(console, ids, options);
      const surroundings = loadEnvironment(console);
      const mapper = options.yes ? undefined : await mapperOf(console, surroundings, options.config);
      const code = await withMigrated(surroundings, async (db) => {
        if (!options.yes) {
          const preview = await previewRedrive(db, request, mapper);
          print(console, options.json, preview, previewText(preview));
          if (preview.total === 0) return EXIT.done;
          if (!options.json) console.err('Nothing was changed: repeat with --yes.');
          return EXIT.needsYes;
        }
        const id = await startRedrive(db, request);
        let moved = 0;
        await finishRedrive(db, id, {
          clock: systemClock,
          stopping: console.stopping,
          onChunk(events) {
            moved += events;
            console.live(`redrive ${id}: ${moved} events put back`);
          },
        });
        console.live('');
        const done = await showRedrive(db, id);
        print(console, options.json, done, redriveText(done));
        return missing(done.moved, request.filter) ? EXIT.failed : EXIT.done;
      });
      finish(code);
    });

  redrive
    .command('status')
    .description('show one redrive, or the latest ones: what was put back and what has come of it')
    .argument('[id]', 'redrive id')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { json?: boolean }) => {
      const number = id === undefined ? undefined : wholeNumber('ID', id, 1);
      await withMigrated(loadEnvironment(console), async (db) => {
        if (number === undefined) {
          const redrives = await listRedrives(db, LISTED);
          print(console, options.json, { redrives }, redriveTable(redrives));
        } else {
          const one = await showRedrive(db, number);
          print(console, options.json, one, redriveText(one));
        }
      });
      finish(EXIT.done);
    });

  redrive
    .command('abort')
    .description('end a running redrive; what it has not put back yet stays as it is')
    .argument('<id>', 'redrive id')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: { json?: boolean }) => {
      const number = wholeNumber('ID', id, 1);
      const ended = await withMigrated(loadEnvironment(console), (db) => abortRedrive(db, number));
      print(console, options.json, ended, redriveText(ended));
      finish(ended.state === 'aborted' ? EXIT.done : EXIT.failed);
    });
};

function withChoice(command: Command): Command {
  return withFilter(command.argument('[ids...]', 'event ids'), STATES)
    .option('--all', 'every dead event')
    .option('--limit <n>', 'at most so many events, the oldest')
    .option('--mode <mode>', `${REDRIVE_MODES.join(', ')} (default: anew)`)
    .option('--priority <name>', `${PRIORITY_NAMES.join(', ')} (default: bulk, and by id what they had)`)
    .option('--config <file>', 'config file, for the estimate (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object');
}

function requestOf(console: Console, ids: readonly string[], options: ChoiceArguments): RedriveRequest {
  const { state, ...filter } = filterOrAll(ids, options);
  return {
    filter: { ...filter, ...(state === undefined ? {} : { state: oneOf('--state', state, STATES) }) },
    mode: options.mode === undefined ? undefined : oneOf('--mode', options.mode, REDRIVE_MODES),
    priority:
      options.priority === undefined ? undefined : oneOf('--priority', options.priority, PRIORITY_NAMES),
    limit: options.limit === undefined ? undefined : wholeNumber('--limit', options.limit, 1, MAX_EVENTS),
    requestedBy: `cli (${console.env.USER ?? console.env.LOGNAME ?? 'unknown'})`.slice(0, 100),
  };
}

/** The estimate is better with the config and possible without it. */
async function mapperOf(
  console: Console,
  { settings }: Surroundings,
  path: string | undefined,
): Promise<Mapper | undefined> {
  try {
    const { config } = await loadConfig({ cwd: console.cwd, path: path ?? settings.configPath });
    return createMapper(config, { ownerId: settings.hubspotOwnerId });
  } catch (error) {
    const none = error instanceof SpokeError && error.code === 'CONFIG_NOT_FOUND';
    if (none && path === undefined && settings.configPath === undefined) return undefined;
    throw error;
  }
}

/** A filter that fits nothing is no failure; a named event that was not put back is. */
function missing(moved: number, { ids }: RedriveFilter): boolean {
  return ids !== undefined && moved < new Set(ids).size;
}
