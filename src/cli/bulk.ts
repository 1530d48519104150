import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import {
  abortBulkChange,
  listBulkChanges,
  showBulkChange,
  startBulkChange,
} from '../records/bulk-changes.ts';
import type { BulkAction, BulkRequest } from '../records/bulk-request.ts';
import { previewBulkChange } from '../records/preview-bulk.ts';
import { finishBulkChange } from '../records/record-bulk.ts';
import { wholeNumber } from './arguments.ts';
import { bulkPreviewText, bulkTable, bulkText } from './bulk-text.ts';
import { type CommandModule, type Console, EXIT, print, usageError } from './command.ts';
import { loadEnvironment, withMigrated } from './load.ts';
import { type QueryArguments, queryOf, withQuery } from './query-options.ts';
import { tellReadingState } from './tell-reading-state.ts';

interface BulkArguments extends QueryArguments {
  all?: boolean;
  limit?: string;
  yes?: boolean;
  json?: boolean;
}

const MAX_RECORDS = 2_147_483_647;
const LISTED = 20;

/** `spoke bulk update|archive|add-to-list|status|abort`: one change for many records of the mirror, as work of the outbox. */
export const bulkCommand: CommandModule = (program, console, finish) => {
  const bulk = program
    .command('bulk')
    .description('change many records at once, and follow that; without --yes the preview is shown');

  withChoice(bulk.command('update'))
    .description('set properties on all records that are found')
    .requiredOption(
      '--set <name=value>',
      'a property and its value, empty clears it; again for several',
      collect,
    )
    .action(async (options: BulkArguments & { set: string[] }) =>
      finish(
        await run(console, options, { kind: 'update', set: Object.fromEntries(options.set.map(pairOf)) }),
      ),
    );

  withChoice(bulk.command('archive'))
    .description('move all records that are found to the recycle bin')
    .action(async (options: BulkArguments) => finish(await run(console, options, { kind: 'archive' })));

  withChoice(bulk.command('add-to-list'))
    .description('put all records that are found on a manual list')
    .requiredOption('--to <list>', 'name or id of the list')
    .action(async (options: BulkArguments & { to: string }) =>
      finish(await run(console, options, { kind: 'add-to-list', list: options.to })),
    );

  bulk
    .command('status')
    .description('show one bulk change, or the latest ones: what was recorded and what has come of it')
    .argument('[id]', 'id of the bulk change')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { json?: boolean }) => {
      const number = id === undefined ? undefined : wholeNumber('ID', id, 1);
      await withMigrated(loadEnvironment(console), async (db) => {
        if (number === undefined) {
          const changes = await listBulkChanges(db, LISTED);
          print(console, options.json, { bulkChanges: changes }, bulkTable(changes));
        } else {
          const one = await showBulkChange(db, number);
          print(console, options.json, one, bulkText(one));
        }
      });
      finish(EXIT.done);
    });

  bulk
    .command('abort')
    .description('end a running bulk change; what it has recorded is still delivered')
    .argument('<id>', 'id of the bulk change')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: { json?: boolean }) => {
      const number = wholeNumber('ID', id, 1);
      const ended = await withMigrated(loadEnvironment(console), (db) => abortBulkChange(db, number));
      print(console, options.json, ended, bulkText(ended));
      finish(ended.state === 'aborted' ? EXIT.done : EXIT.failed);
    });
};

function withChoice(command: Command): Command {
  return withQuery(command)
    .option('--all', 'every record of the object type')
    .option('--limit <n>', 'at most so many records, those with the lowest ids')
    .option('--yes', 'do it; without it the preview is shown')
    .option('--json', 'print one JSON object');
}

async function run(console: Console, options: BulkArguments, action: BulkAction): Promise<number> {
  const request: BulkRequest = {
    query: { ...queryOf(options), ...(options.all ? { all: true } : {}) },
    action,
    ...(options.limit === undefined ? {} : { limit: wholeNumber('--limit', options.limit, 1, MAX_RECORDS) }),
    requestedBy: `cli (${console.env.USER ?? console.env.LOGNAME ?? 'unknown'})`.slice(0, 100),
  };
  return withMigrated(loadEnvironment(console), async (db) => {
    if (!options.yes) {
      const preview = await previewBulkChange(db, request);
      await tellReadingState(db, options.object, console);
      print(console, options.json, preview, bulkPreviewText(preview, action));
      if (preview.total === 0) return EXIT.done;
      if (!options.json) console.err('Nothing was changed: repeat with --yes.');
      return EXIT.needsYes;
    }
    const id = await startBulkChange(db, request);
    await tellReadingState(db, options.object, console);
    let recorded = 0;
    await finishBulkChange(db, id, {
      clock: systemClock,
      stopping: console.stopping,
      onChunk(events) {
        recorded += events;
        console.live(`bulk change ${id}: ${recorded} recorded`);
      },
    });
    console.live('');
    const done = await showBulkChange(db, id);
    print(console, options.json, done, bulkText(done));
    return done.state === 'aborted' ? EXIT.failed : EXIT.done;
  });
}

function pairOf(text: string): [string, string | null] {
  const at = text.indexOf('=');
  if (at < 1)
    throw usageError(
      `--set must be a property and its value such as city=Berlin, was ${JSON.stringify(text)}.`,
    );
  const value = text.slice(at + 1);
  return [text.slice(0, at), value === '' ? null : value];
}

function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}
