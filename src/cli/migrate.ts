import { migrate, migrationSql } from '../db/migrate.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, withDatabase } from './load.ts';

interface MigrateArguments {
  print?: boolean;
  json?: boolean;
}

/** `spoke migrate`: creates or updates Spoke's schema; `--print` shows the SQL instead. */
export const migrateCommand: CommandModule = (program, console, finish) => {
  program
    .command('migrate')
    .description("create or update Spoke's tables")
    .option('--print', 'print the SQL for an empty database instead of running it')
    .option('--json', 'print one JSON object')
    .action(async (options: MigrateArguments) => {
      const surroundings = loadEnvironment(console);
      const { schema } = surroundings.settings;
      if (options.print) {
        const sql = await migrationSql(schema);
        print(console, options.json, { schema, sql }, sql.trimEnd());
        return finish(EXIT.done);
      }
      const migrations = await withDatabase(surroundings, (db) => migrate(db, { log: surroundings.log }));
      const applied = migrations.map(({ version, name }) => `${String(version).padStart(4, '0')}-${name}`);
      print(
        console,
        options.json,
        { schema, applied },
        applied.length === 0
          ? `The schema "${schema}" is up to date.`
          : [`Applied to the schema "${schema}":`, ...applied.map((name) => `  ${name}`)].join('\n'),
      );
      finish(EXIT.done);
    });
};
