import type { Command } from 'commander';
import type { SpokeConfig } from '../config/define-config.ts';
import { readEnvironment, type Settings } from '../config/environment.ts';
import { loadConfig } from '../config/load-config.ts';
import { SpokeError } from '../errors.ts';
import { createLogger, type Logger } from '../log.ts';
import { checkSamples } from '../mapping/check-samples.ts';

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, findings: 3, unreachable: 4, needsYes: 5 } as const;

/** What a command is given; handed in so that tests run commands without a process. */
export interface Console {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Results only. */
  out(text: string): void;
  /** Progress, notices and errors. */
  err(text: string): void;
  readonly isTty: boolean;
  /** Aborted by SIGINT and SIGTERM. */
  readonly stopping: AbortSignal;
}

/** Adds one command; its action returns the exit code. */
export type CommandModule = (program: Command, console: Console, finish: (code: number) => void) => void;

export interface Loaded {
  readonly settings: Settings;
  readonly config: SpokeConfig;
  readonly log: Logger;
}

/** The environment and the config, both checked; `--config` goes before SPOKE_CONFIG. */
export async function loadEverything(console: Console, configPath?: string): Promise<Loaded> {
  const settings = readEnvironment(console.env);
  const { config } = await loadConfig({
    cwd: console.cwd,
    path: configPath ?? settings.configPath,
    check: checkSamples,
  });
  return { settings, config, log: createLogger({ level: settings.logLevel }) };
}

/** Which exit code an error means. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof SpokeError)) return EXIT.failed;
  if (
    /^(CONFIG|PORTAL|EVENT|OUTBOX_TYPE|OUTBOX_PAYLOAD|OUTBOX_OPTION|IMPORT|TOKEN|HUBSPOT_URL|PGLITE)/.test(
      error.code,
    )
  )
    return EXIT.usage;
  if (/^(DATABASE|HUBSPOT)/.test(error.code)) return EXIT.unreachable;
  return EXIT.failed;
}

export function errorLine(error: unknown): string {
  if (error instanceof SpokeError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
