import { consentsOf } from '../forms/consents.ts';
import { consentsCsv, consentsNdjson } from '../http/consent-export.ts';
import { usableEmail } from '../mapping/record-refs.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, withMigrated } from './load.ts';

/** `spoke consents EMAIL`: the proof of what a person agreed to. */
export const consentsCommand: CommandModule = (program, console, finish) => {
  program
    .command('consents')
    .description('print what a person was asked and answered, one JSON object a line (personal data)')
    .argument('<email>', 'address of the person')
    .option('--csv', 'as CSV, with a line of names')
    .option('--json', 'print one JSON object')
    .action(async (email: string, options: { csv?: boolean; json?: boolean }) => {
      const address = usableEmail(email);
      const consents = await withMigrated(loadEnvironment(console), (db) => consentsOf(db, address));
      const text = options.csv ? consentsCsv(consents) : consentsNdjson(consents);
      print(console, options.json, { consents }, text.trimEnd() || 'No consents.');
      finish(EXIT.done);
    });
};
