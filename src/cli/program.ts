import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { alertsCommand } from './alerts.ts';
import { bulkCommand } from './bulk.ts';
import { type CommandModule, type Console, EXIT, usageError } from './command.ts';
import { consentsCommand } from './consents.ts';
import { contactsCommand } from './contacts.ts';
import { demoCommand } from './demo.ts';
import { eventsCommand } from './events.ts';
import { exitCodeOf } from './exit-code.ts';
import { keysCommand } from './keys.ts';
import { listsCommand } from './lists.ts';
import { migrateCommand } from './migrate.ts';
import { planCommand } from './plan.ts';
import { propertiesCommand } from './properties.ts';
import { pullCommand } from './pull.ts';
import { reconcileCommand } from './reconcile.ts';
import { redriveCommand } from './redrive.ts';
import { reportError } from './report-error.ts';
import { runningCommand } from './running.ts';
import { segmentsCommand } from './segments.ts';
import { simulatorCommand } from './simulator.ts';
import { smokeCommand } from './smoke.ts';
import { startCommand } from './start.ts';
import { submissionsCommand } from './submissions.ts';
import { trackCommand } from './track.ts';
import { uploadsCommand } from './uploads.ts';
import { writeBackCommand } from './write-back.ts';

const COMMANDS: readonly CommandModule[] = [
  demoCommand,
  startCommand,
  migrateCommand,
  propertiesCommand,
  writeBackCommand,
  trackCommand,
  eventsCommand,
  redriveCommand,
  runningCommand,
  reconcileCommand,
  contactsCommand,
  bulkCommand,
  segmentsCommand,
  listsCommand,
  pullCommand,
  submissionsCommand,
  uploadsCommand,
  consentsCommand,
  keysCommand,
  planCommand,
  alertsCommand,
  smokeCommand,
  simulatorCommand,
];

/** Runs one command line (without node and script) and returns the exit code; never throws. */
export async function runCli(argv: readonly string[], console: Console): Promise<number> {
  let code: number = EXIT.done;
  const program = createProgram(console, (result) => (code = result));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      // Without a command the help was shown; there is no more to say.
      if (error.code !== 'commander.help')
        reportError(console, wantsJson(argv), usageOf(error, program, argv));
      return EXIT.usage;
    }
    reportError(console, wantsJson(argv), error);
    return exitCodeOf(error);
  }
}

/** Every command with its options; the reference page is written from it. */
export function createProgram(console: Console, finish: (code: number) => void): Command {
  const program = new Command('spoke')
    .description('Keeps an application and its HubSpot portal in step, and never loses a record.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => console.out(text.trimEnd()),
      writeErr: (text) => console.err(text.trimEnd()),
      // Said by `reportError`, like every other error.
      outputError: () => undefined,
    })
    .exitOverride();
  for (const add of COMMANDS) add(program, console, finish);
  for (const command of allCommands(program)) command.copyInheritedSettings(program);
  return program;
}

export function allCommands(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...allCommands(each)]);
}

/** Also where the rest of the command line is wrong. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json');
}

function usageOf(error: CommanderError, program: Command, argv: readonly string[]): Error {
  const message = error.message.replace(/^error: /, '').replace(/\n\((.*)\)$/, '. $1');
  const path = ['spoke'];
  let command: Command | undefined = program;
  for (const word of argv) {
    command = command?.commands.find((each) => each.name() === word);
    if (command === undefined) break;
    path.push(word);
  }
  return usageError(`${message.replace(/[^.?]$/, '$&.')} See ${path.join(' ')} --help.`);
}

/** Stands beside package.json in the source tree as in the built package. */
function ownVersion(): string {
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (typeof parsed === 'object' && parsed !== null && Reflect.get(parsed, 'name') === 'spoke')
        return String(Reflect.get(parsed, 'version'));
    } catch {
      // Not at this place.
    }
  }
  return 'unknown';
}
