import { deleteUpload, listUploads, showUpload } from '../uploads/list-uploads.ts';
import { UPLOAD_STATES } from '../uploads/upload-rows.ts';
import { oneOf, wholeNumber } from './arguments.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, withMigrated } from './load.ts';
import { uploadTable, uploadText } from './upload-text.ts';

interface ListArguments {
  state?: string;
  limit: string;
  json?: boolean;
}

const MAX_LISTED = 10_000;
const JSON_OPTION = ['--json', 'print one JSON object'] as const;
const ID = 'upload id';

/** `spoke uploads list|show|delete`: the files of visitors. */
export const uploadsCommand: CommandModule = (program, console, finish) => {
  const uploads = program.command('uploads').description('see the files of visitors and what they hold');

  uploads
    .command('list')
    .description('list files, newest first (names may be personal data)')
    .option('--state <state>', UPLOAD_STATES.join(', '))
    .option('--limit <n>', 'at most so many', '50')
    .option(...JSON_OPTION)
    .action(async (options: ListArguments) => {
      const limit = wholeNumber('--limit', options.limit, 1, MAX_LISTED);
      const state = options.state === undefined ? undefined : oneOf('--state', options.state, UPLOAD_STATES);
      const found = await withMigrated(loadEnvironment(console), (db) =>
        listUploads(db, { state }, limit + 1),
      );
      const more = found.length > limit;
      const shown = found.slice(0, limit).map(({ cursor: _, ...upload }) => upload);
      print(console, options.json, { uploads: shown, more }, uploadTable(shown, more));
      finish(EXIT.done);
    });

  uploads
    .command('show')
    .description('show one file with what it holds, or why it was refused')
    .argument('<id>', ID)
    .option(...JSON_OPTION)
    .action(async (id: string, options: { json?: boolean }) => {
      const { cursor: _, ...found } = await withMigrated(loadEnvironment(console), (db) =>
        showUpload(db, id),
      );
      print(console, options.json, found, uploadText(found));
      finish(EXIT.done);
    });

  uploads
    .command('delete')
    .description('delete one file for good; nothing at HubSpot')
    .argument('<id>', ID)
    .option('--yes', 'do it')
    .option(...JSON_OPTION)
    .action(async (id: string, options: { yes?: boolean; json?: boolean }) => {
      if (!options.yes) {
        console.err('Nothing was deleted: say --yes.');
        return finish(EXIT.needsYes);
      }
      const deleted = await withMigrated(loadEnvironment(console), (db) => deleteUpload(db, id));
      print(
        console,
        options.json,
        deleted,
        'Deleted. A process of spoke start removes the file within seconds.',
      );
      finish(EXIT.done);
    });
};
