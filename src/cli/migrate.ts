import { readEnvironment } from '../config/environment.ts';
import { migrate, migrationSql } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { createLogger } from '../log.ts';
import { type CommandModule, EXIT } from './command.ts';

/** `spoke migrate`: creates or updates Spoke's schema; `--print` shows the SQL instead. */
export const migrateCommand: CommandModule = (program, console, finish) => {
  program
    .command('migrate')
    .description("create or update Spoke's tables")
    .option('--print', 'print the SQL for an empty database instead of running it')
    .option('--json', 'print one JSON object')
    .action(async (options: { print?: boolean; json?: boolean }) => {
      const settings = readEnvironment(console.env);
      if (options.print) {
        console.out(await migrationSql(settings.schema));
        return finish(EXIT.done);
      }
      const log = createLogger({ level: settings.logLevel === 'info' ? 'warn' : settings.logLevel });
      const db = await openDatabase({
        url: settings.databaseUrl,
        dataDir: settings.dataDir,
        schema: settings.schema,
        log,
      });
      try {
        const applied = await migrate(db, { log });
        const names = applied.map(
          (migration) => `${String(migration.version).padStart(4, '0')}-${migration.name}`,
        );
        if (options.json) console.out(JSON.stringify({ schema: settings.schema, applied: names }));
        else if (names.length === 0) console.out(`The schema "${settings.schema}" is up to date.`);
        else
          console.out(
            `Applied to the schema "${settings.schema}":\n${names.map((name) => `  ${name}`).join('\n')}`,
          );
      } finally {
        await db.close();
      }
      finish(EXIT.done);
    });
};
