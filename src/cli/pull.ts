import { systemClock } from '../clock.ts';
import { PULL_KINDS, type PullRequest } from '../pull/pull-report.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { type CommandModule, type Console, EXIT, print, usageError } from './command.ts';
import { loadEverything } from './load.ts';
import { progressText, reportText } from './pull-text.ts';
import { namesOf, withPullTools } from './with-pull-tools.ts';

interface PullArguments {
  objects?: string;
  maxContacts?: string;
  pageSize?: string;
  list?: string;
  config?: string;
  json?: boolean;
}

/** Between two lines of progress where there is no terminal to replace them on. */
const TELL_EVERY_MS = 10_000;

/** `spoke pull [all|incremental|sweep|list]`: fills the mirror. */
export const pullCommand: CommandModule = (program, console, finish) => {
  program
    .command('pull')
    .description(
      'read records of the portal into the mirror: all, what has changed (incremental), what has left (sweep), or one list',
    )
    .argument('[kind]', `${PULL_KINDS.join(', ')} (default: incremental; all where nothing was read yet)`)
    .option('--objects <types>', 'object types, with commas between (default: all of the config)')
    .option('--list <name>', 'the list to read, by name or id; makes the kind list')
    .option('--max-contacts <n>', 'at most so many records of each type; the next run goes on behind them')
    .option('--page-size <n>', 'records per page, 1 to 100 (default: 100)')
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(async (kind: string | undefined, options: PullArguments) => {
      const request = requestOf(console, kind, options);
      const loaded = await loadEverything(console, options.config);
      const told = teller(console);
      const read = new Map<string, number>();
      const report = await withPullTools(loaded, console, async (tools) => {
        const { runPull } = await import('../pull/run-pull.ts');
        return runPull(tools, request, console.stopping, (progress) => {
          read.set(progress.objectType, progress.records);
          told(progress);
        });
      }).catch((error: unknown) => {
        console.live('');
        const records = [...read.values()].reduce((sum, count) => sum + count, 0);
        if (records > 0)
          console.err(`${records} records were read before and are kept: the next pull goes on behind them.`);
        throw error;
      });
      console.live('');
      print(console, options.json, report, reportText(report));
      finish(
        report.state === 'done' ? EXIT.done : report.state === 'incomplete' ? EXIT.findings : EXIT.failed,
      );
    });
};

function requestOf(console: Console, given: string | undefined, options: PullArguments): PullRequest {
  const { list, objects, maxContacts, pageSize } = options;
  const kind = oneOf('KIND', given ?? (list === undefined ? 'incremental' : 'list'), PULL_KINDS);
  if ((kind === 'list') !== (list !== undefined))
    throw usageError('Name the list with --list, which goes with the kind list only.');
  return {
    kind,
    ...(list === undefined ? {} : { list }),
    ...(objects === undefined
      ? {}
      : {
          objects: namesOf(objects),
        }),
    ...(maxContacts === undefined ? {} : { maxRecords: wholeNumber('--max-contacts', maxContacts, 1) }),
    ...(pageSize === undefined ? {} : { pageSize: wholeNumber('--page-size', pageSize, 1, 100) }),
    requestedBy: `cli (${console.env.USER ?? console.env.LOGNAME ?? 'unknown'})`.slice(0, 100),
  };
}

/** Progress on one line of a terminal, or as a line now and then. */
function teller(console: Console): (progress: Parameters<typeof progressText>[0]) => void {
  let toldAt = systemClock.monotonic();
  return (progress) => {
    if (console.isTty) return console.live(progressText(progress));
    if (systemClock.monotonic() - toldAt < TELL_EVERY_MS) return;
    toldAt = systemClock.monotonic();
    console.err(progressText(progress));
  };
}
