import {
  deleteSubmission,
  listSubmissions,
  notFound,
  releaseSubmission,
  SUBMISSION_STATES,
  showSubmission,
} from '../forms/submissions.ts';
import { usableEmail } from '../mapping/record-refs.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, withMigrated } from './load.ts';
import { submissionTable, submissionText } from './submission-text.ts';

interface ListArguments {
  state?: string;
  form?: string;
  email?: string;
  limit: string;
  json?: boolean;
}

const MAX_LISTED = 10_000;
const JSON_OPTION = ['--json', 'print one JSON object'] as const;
const ID = 'submission id';

/** `spoke submissions list|show|release|delete`: what visitors sent, and what waits for a person. */
export const submissionsCommand: CommandModule = (program, console, finish) => {
  const submissions = program
    .command('submissions')
    .description('see submissions of website forms, and let quarantined ones through');

  submissions
    .command('list')
    .description('list submissions, newest first (personal data)')
    .option('--state <state>', SUBMISSION_STATES.join(', '))
    .option('--form <name>', 'of this form only')
    .option('--email <address>', 'of this person only')
    .option('--limit <n>', 'at most so many', '50')
    .option(...JSON_OPTION)
    .action(async (options: ListArguments) => {
      const limit = wholeNumber('--limit', options.limit, 1, MAX_LISTED);
      const filter = {
        state: options.state === undefined ? undefined : oneOf('--state', options.state, SUBMISSION_STATES),
        form: options.form,
        email: options.email === undefined ? undefined : usableEmail(options.email),
      };
      const found = await withMigrated(loadEnvironment(console), (db) =>
        listSubmissions(db, filter, limit + 1),
      );
      const shown = found.slice(0, limit).map(({ cursor: _, ...submission }) => submission);
      const more = found.length > limit;
      print(console, options.json, { submissions: shown, more }, submissionTable(shown, more));
      finish(EXIT.done);
    });

  submissions
    .command('show')
    .description('show one submission: fields, consents, and what became of its event (personal data)')
    .argument('<id>', ID)
    .option(...JSON_OPTION)
    .action(async (id: string, options: { json?: boolean }) => {
      const submission = await withMigrated(loadEnvironment(console), (db) => showSubmission(db, id));
      if (!submission) throw notFound(id);
      const { cursor: _, ...found } = submission;
      print(console, options.json, found, submissionText(found));
      finish(EXIT.done);
    });

  submissions
    .command('release')
    .description('let a quarantined submission through: its event is recorded now')
    .argument('<id>', ID)
    .option(...JSON_OPTION)
    .action(async (id: string, options: { json?: boolean }) => {
      const released = await withMigrated(loadEnvironment(console), (db) =>
        releaseSubmission(db, id, 'command line'),
      );
      print(console, options.json, released, `Released: event ${released.eventId}.`);
      finish(EXIT.done);
    });

  submissions
    .command('delete')
    .description('delete a submission with its consents and files for good; nothing at HubSpot')
    .argument('<id>', ID)
    .option('--yes', 'do it')
    .option(...JSON_OPTION)
    .action(async (id: string, options: { yes?: boolean; json?: boolean }) => {
      if (!options.yes) {
        console.err('Nothing was deleted: say --yes.');
        return finish(EXIT.needsYes);
      }
      const deleted = await withMigrated(loadEnvironment(console), (db) => deleteSubmission(db, id));
      print(console, options.json, deleted, 'Deleted.');
      finish(EXIT.done);
    });
};
