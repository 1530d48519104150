import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type CommandModule, type Console, EXIT, errorLine, exitCodeOf } from './command.ts';
import { demoCommand } from './demo.ts';
import { eventsCommand } from './events.ts';
import { migrateCommand } from './migrate.ts';
import { simulatorCommand } from './simulator.ts';
import { smokeCommand } from './smoke.ts';
import { startCommand } from './start.ts';
import { trackCommand } from './track.ts';

const COMMANDS: readonly CommandModule[] = [
  demoCommand,
  startCommand,
  migrateCommand,
  trackCommand,
  eventsCommand,
  smokeCommand,
  simulatorCommand,
];

/** Runs one command line (without node and script) and returns the exit code; never throws. */
export async function runCli(argv: readonly string[], console: Console): Promise<number> {
  let code: number = EXIT.done;
  const program = new Command('spoke')
    .description('Keeps an application and its HubSpot portal in step, and never loses a record.')
    .version(ownVersion(), '-V, --version')
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({
      writeOut: (text) => console.out(text.trimEnd()),
      writeErr: (text) => console.err(text.trimEnd()),
    })
    .exitOverride();
  for (const add of COMMANDS) add(program, console, (result) => (code = result));
  for (const command of allCommands(program)) command.copyInheritedSettings(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    console.err(errorLine(error));
    return exitCodeOf(error);
  }
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...allCommands(each)]);
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
