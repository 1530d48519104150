import type { Command } from 'commander';
import { SpokeError } from '../errors.ts';

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, findings: 3, unreachable: 4, needsYes: 5 } as const;

/** What a command is given; handed in so that tests run commands without a process. */
export interface Console {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** What is piped in. */
  readonly input: AsyncIterable<Buffer | string>;
  /** Results only. */
  out(text: string): void;
  /** Notices, logs and errors. */
  err(text: string): void;
  /** On a terminal: a line below everything else that the next text replaces and an empty one removes. Into a pipe: nothing. */
  live(text: string): void;
  /** Whether there is a terminal to show progress on. */
  readonly isTty: boolean;
  /** Whether progress and notices may be coloured. */
  readonly color: boolean;
  /** Aborted by SIGINT and SIGTERM, and when nobody reads the output any more. */
  readonly stopping: AbortSignal;
}

/** Adds one command; its action hands the exit code to `finish`. */
export type CommandModule = (program: Command, console: Console, finish: (code: number) => void) => void;

/** Prints a result: as one JSON object where that was asked for, else as text. */
export function print(console: Console, json: boolean | undefined, object: object, text: string): void {
  console.out(json ? JSON.stringify(object) : text);
}

export function usageError(message: string): SpokeError {
  return new SpokeError('USAGE_INVALID', message);
}

/** Resolves when the process is told to stop, and keeps it alive until then. */
export function untilStopped({ stopping }: Console): Promise<void> {
  if (stopping.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // A signal handler alone does not keep Node running.
    const alive = setInterval(() => undefined, 60_000);
    stopping.addEventListener(
      'abort',
      () => {
        clearInterval(alive);
        resolve();
      },
      { once: true },
    );
  });
}
