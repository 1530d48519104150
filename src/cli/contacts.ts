import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { type ExportQuery, exportCsv, exportNdjson } from '../mirror/export-records.ts';
import { findRecord, findRecords, MAX_PAGE, type SortOrder } from '../mirror/find-records.ts';
import { expectKnownObject } from '../mirror/known-objects.ts';
import { readMirrorStats } from '../mirror/mirror-stats.ts';
import type { RecordQuery } from '../mirror/record-query.ts';
import type { MirrorRecord } from '../mirror/record-row.ts';
import { wholeNumber } from './arguments.ts';
import { type CommandModule, type Console, EXIT, print, usageError } from './command.ts';
import { loadEnvironment, withMigrated } from './load.ts';
import { mirrorStatsText } from './mirror-stats-text.ts';
import { printable } from './printable.ts';
import { OBJECT_OPTION, type QueryArguments, queryOf, withQuery } from './query-options.ts';
import { tellReadingState } from './tell-reading-state.ts';
import { namesOf } from './with-pull-tools.ts';

type ListArguments = QueryArguments & { properties?: string };

const JSON_OPTION = ['--json', 'print one JSON object'] as const;
/** Shown of each record where they have a value. */
const SHOWN = [
  'email',
  'firstname',
  'lastname',
  'company',
  'name',
  'domain',
  'dealname',
  'amount',
  'subject',
];

/** Shown of a record that has none of them. */
const OWN_SHOWN = 3;

/** `spoke contacts list|show|export|stats`: questions to the mirror. */
export const contactsCommand: CommandModule = (program, console, finish) => {
  const contacts = program.command('contacts').description('look through the mirror and export from it');
  const withChoice = (command: Command) =>
    withQuery(command).option('--properties <names>', 'only these properties, with commas between them');

  withChoice(contacts.command('list', { isDefault: true }))
    .description('list records of the mirror; `spoke contacts` alone does the same')
    .option('--sort <property>', 'by id, createdAt, updatedAt or a property; -updatedAt is descending', 'id')
    .option('--limit <n>', `at most so many, up to ${MAX_PAGE}`, '20')
    .option('--cursor <text>', 'go on behind an earlier page')
    .option(...JSON_OPTION)
    .action(
      async (options: ListArguments & { sort: string; limit: string; cursor?: string; json?: boolean }) => {
        const limit = wholeNumber('--limit', options.limit, 1, MAX_PAGE);
        const query = { ...chosenOf(options), sort: sortOf(options.sort), limit, total: true };
        const { cursor } = options;
        const page = await withMigrated(loadEnvironment(console), async (db) => {
          const found = await findRecords(db, cursor === undefined ? query : { ...query, cursor });
          await tellReadingState(db, options.object, console);
          return found;
        });
        const about = page.isEstimate ? 'about ' : '';
        print(
          console,
          options.json,
          page,
          [
            ...page.records.map((record) => lineOf(record, query.properties)),
            `${page.records.length} of ${about}${page.total} ${options.object}.`,
            ...(page.next === undefined ? [] : [`More: --cursor ${page.next}`]),
          ].join('\n'),
        );
        finish(EXIT.done);
      },
    );

  contacts
    .command('show')
    .description('show one record with all its values')
    .argument('<id>', "HubSpot's id, or the e-mail address of a contact")
    .option(...OBJECT_OPTION)
    .option(...JSON_OPTION)
    .action(async (given: string, options: { object: string; json?: boolean }) => {
      const record = await withMigrated(loadEnvironment(console), (db) => lookUp(db, options.object, given));
      if (record === undefined) {
        console.err(printable(`The mirror has none of the ${options.object} under ${given}.`));
        return finish(EXIT.failed);
      }
      print(console, options.json, record, cardOf(record));
      finish(EXIT.done);
    });

  withChoice(contacts.command('export'))
    .description('write all records that are found, as CSV or NDJSON, in order of their ids')
    .option('--csv <file>', 'write CSV to this file; - is stdout')
    .option('--ndjson <file>', 'write one JSON object a line to this file; - is stdout')
    .option('--bom', 'begin the CSV with the mark by which Excel knows UTF-8')
    .option('--max-contacts <n>', 'at most so many')
    .option('--after <id>', 'only those behind this id, to go on with an export that broke off')
    .action(
      async (
        options: ListArguments & {
          csv?: string;
          ndjson?: string;
          bom?: boolean;
          maxContacts?: string;
          after?: string;
        },
      ) => {
        const { csv, ndjson, bom = false, maxContacts, after } = options;
        const target = csv ?? ndjson;
        if (target === undefined || (csv !== undefined && ndjson !== undefined))
          throw usageError('Give one of --csv FILE and --ndjson FILE; - is stdout.');
        if (after !== undefined && !/^\d{1,18}$/.test(after))
          throw usageError(`--after must be the id of a record, was ${JSON.stringify(after)}.`);
        const query: ExportQuery = {
          ...chosenOf(options),
          ...(maxContacts === undefined ? {} : { limit: wholeNumber('--max-contacts', maxContacts, 1) }),
          ...(after === undefined ? {} : { afterId: after }),
        };
        await withMigrated(loadEnvironment(console), async (db) => {
          const blocks = csv === undefined ? exportNdjson(db, query) : exportCsv(db, { ...query, bom });
          await write(target, blocks, console);
          await tellReadingState(db, options.object, console);
        });
        finish(console.stopping.aborted ? EXIT.failed : EXIT.done);
      },
    );

  contacts
    .command('stats')
    .description('say what the mirror holds of every object type, and when it was last read and proven')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) => {
      const stats = await withMigrated(loadEnvironment(console), readMirrorStats);
      print(console, options.json, stats, mirrorStatsText(stats, systemClock.now()));
      finish(EXIT.done);
    });
};

function chosenOf(options: ListArguments): RecordQuery & { readonly properties?: readonly string[] } {
  const { properties } = options;
  return {
    ...queryOf(options),
    ...(properties === undefined ? {} : { properties: namesOf(properties) }),
  };
}

function sortOf(text: string): SortOrder {
  return text.startsWith('-') ? { by: text.slice(1), direction: 'descending' } : { by: text };
}

async function lookUp(db: Database, objectType: string, given: string): Promise<MirrorRecord | undefined> {
  if (!given.includes('@')) {
    await expectKnownObject(db, objectType);
    return findRecord(db, objectType, given);
  }
  const { records } = await findRecords(db, {
    objectType,
    where: { property: 'email', is: given },
    limit: 1,
  });
  return records[0];
}

async function write(target: string, blocks: AsyncIterable<string>, console: Console): Promise<void> {
  if (target === '-') {
    for await (const block of blocks) {
      if (console.stopping.aborted) return;
      console.out(block.replace(/\n$/, ''));
    }
    return;
  }
  const file = await open(target, 'w').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`The file cannot be written (${reason}): name another.`);
  });
  try {
    for await (const block of blocks) {
      if (console.stopping.aborted) return;
      await file.appendFile(block);
    }
  } finally {
    await file.close();
  }
}

function lineOf({ id, properties, segments }: MirrorRecord, names?: readonly string[]): string {
  const usual = names ?? SHOWN.filter((name) => properties[name] !== undefined);
  const telling = usual.length > 0 ? usual : ownNames(properties).slice(0, OWN_SHOWN);
  const values = telling.flatMap((name) => properties[name] ?? []);
  return printable([id, ...values, ...(segments.length > 0 ? [`[${segments.join(', ')}]`] : [])].join('  '));
}

/** Of a custom object's properties, those that are not HubSpot's. */
function ownNames(properties: MirrorRecord['properties']): string[] {
  return Object.keys(properties)
    .filter((name) => !name.startsWith('hs_'))
    .sort();
}

function cardOf({ id, properties, createdAt, updatedAt, lists, segments }: MirrorRecord): string {
  const names = Object.keys(properties).sort();
  return [
    `id          ${id}`,
    `created     ${createdAt?.toISOString() ?? 'not known'}`,
    `updated     ${updatedAt.toISOString()}`,
    `lists       ${lists.join(', ') || 'none'}`,
    `segments    ${segments.join(', ') || 'none'}`,
    ...names.map((name) => `${name}: ${properties[name]}`),
  ]
    .map(printable)
    .join('\n');
}
