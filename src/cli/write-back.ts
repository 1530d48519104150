import type { SpokeConfig } from '../config/define-config.ts';
import { suggestion } from '../config/nearest-name.ts';
import { tableParts, type WriteBackTable } from '../config/write-back.ts';
import { SpokeError } from '../errors.ts';
import { writeBackColumns } from '../outbox/write-back.ts';
import { writeBackSql } from '../outbox/write-back-sql.ts';
import { type CommandModule, type Console, EXIT, print, usageError } from './command.ts';
import { loadEverything } from './load.ts';

interface SqlArguments {
  name?: string;
  config?: string;
  json?: boolean;
}

/** `spoke write-back sql`: the columns in which an application's table shows what became of its rows. */
export const writeBackCommand: CommandModule = (program, console, finish) => {
  const writeBack = program
    .command('write-back')
    .description("prepare the application's tables for what Spoke writes into them");

  writeBack
    .command('sql')
    .description('print the SQL that adds the columns of write-back to a table; needs no database')
    .argument('<table>', 'table, with its schema if it is not on the search path: leads, app.leads')
    .option(
      '--name <name>',
      'entry under writeBack in the config (default: the one of this table; without one the usual columns)',
    )
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(async (table: string, options: SqlArguments) => {
      if (tableParts(table) === undefined)
        throw usageError('Name a table: leads, or app.leads with its schema.');
      const entry = { ...(await entryOf(console, table, options)), table };
      if (writeBackColumns(entry).size === 0)
        throw usageError('The config leaves out every column: there is nothing to add.');
      const sql = writeBackSql(entry);
      print(console, options.json, { table, columns: Object.fromEntries(writeBackColumns(entry)), sql }, sql);
      finish(EXIT.done);
    });
};

/** The entry of the config that is about the table; none is needed, not even a config. */
async function entryOf(
  console: Console,
  table: string,
  { name, config: path }: SqlArguments,
): Promise<Omit<WriteBackTable, 'table'>> {
  const tables = await tablesOf(console, path, name !== undefined);
  if (name === undefined) return Object.values(tables).find((each) => each.table === table) ?? {};
  const entry = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (entry) return entry;
  const known = Object.keys(tables);
  const hint = suggestion(name, known) || (known.length > 0 ? ` It has: ${known.join(', ')}.` : '');
  throw usageError(`The config has no ${JSON.stringify(name)} under writeBack.${hint}`);
}

async function tablesOf(
  console: Console,
  path: string | undefined,
  isNeeded: boolean,
): Promise<NonNullable<SpokeConfig['writeBack']>> {
  try {
    return (await loadEverything(console, path)).config.writeBack ?? {};
  } catch (error) {
    const isNone = error instanceof SpokeError && error.code === 'CONFIG_NOT_FOUND';
    if (isNone && !isNeeded && path === undefined) return {};
    throw error;
  }
}
