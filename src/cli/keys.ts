import { createApiKey, listApiKeys, revokeApiKey, SCOPE_NAMES, type Scope } from '../http/api-keys.ts';
import { oneOf } from './arguments.ts';
import { type CommandModule, EXIT, print, usageError } from './command.ts';
import { keyTable } from './key-text.ts';
import { loadEnvironment, withMigrated } from './load.ts';

interface CreateArguments {
  name: string;
  scope: string[];
  json?: boolean;
}

const MAX_NAME = 90;

/** `spoke keys create|list|revoke`: the keys of the HTTP API. */
export const keysCommand: CommandModule = (program, console, finish) => {
  const keys = program.command('keys').description('make and revoke the keys of the HTTP API');

  keys
    .command('create')
    .description('make a key; it is shown once and stored as a hash only')
    .requiredOption('--name <name>', 'who will use it')
    .requiredOption('--scope <scopes...>', SCOPE_NAMES.join(', '))
    .option('--json', 'print one JSON object')
    .action(async (options: CreateArguments) => {
      const scopes: Scope[] = options.scope.map((scope) => oneOf('--scope', scope, SCOPE_NAMES));
      const name = options.name.trim();
      if (name === '' || name.length > MAX_NAME)
        throw usageError(`--name must have 1 to ${MAX_NAME} characters.`);
      const made = await withMigrated(loadEnvironment(console), (db) => createApiKey(db, { name, scopes }));
      print(console, options.json, made, made.key);
      if (!options.json) console.err(`Key ${made.id} of ${name}: keep it now, it is not shown again.`);
      finish(EXIT.done);
    });

  keys
    .command('list')
    .description('list keys with their scopes and last use, newest first')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const found = await withMigrated(loadEnvironment(console), listApiKeys);
      print(console, options.json, { keys: found }, keyTable(found));
      finish(EXIT.done);
    });

  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<id>', 'key id: the part of the key between spk_ and the second _')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: { json?: boolean }) => {
      const revoked = await withMigrated(loadEnvironment(console), (db) => revokeApiKey(db, id));
      print(console, options.json, revoked, `Key ${revoked.id} of ${revoked.name} is revoked.`);
      finish(EXIT.done);
    });
};
