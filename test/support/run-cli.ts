import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { runCli } from '../../src/cli/program.ts';
import { waitFor } from './wait-for.ts';

/** Well above what any command takes on a busy machine. */
const LIMIT_MS = 60_000;

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What is piped in. */
  readonly input?: string;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Resolves when stdout and stderr together hold this text. */
  says(text: string): Promise<void>;
  /** Stdout so far. */
  said(): string;
  /** What a signal does. */
  stop(): Promise<Finished>;
  readonly finished: Promise<Finished>;
}

/** Runs one command line in this process, with a console of its own. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<Finished> {
  return startCli(args, options).finished;
}

/** The same for commands that run until they are told to stop; told so at the end of the test at the latest. */
export function startCli(args: readonly string[], options: CliOptions = {}): Running {
  const stopping = new AbortController();
  let stdout = '';
  let stderr = '';
  const finished = runCli(args, {
    env: options.env ?? {},
    cwd: options.cwd ?? tmpdir(),
    input: Readable.from([options.input ?? '']),
    out: (text) => (stdout += `${text}\n`),
    err: (text) => (stderr += `${text}\n`),
    live: () => undefined,
    isTty: false,
    color: false,
    stopping: stopping.signal,
  }).then((code) => ({ code, stdout, stderr }));
  onTestFinished(async () => {
    stopping.abort();
    await finished;
  });
  return {
    finished,
    async says(text) {
      const said = () => stdout.includes(text) || stderr.includes(text);
      await waitFor(said, { timeout: LIMIT_MS, what: `${args.join(' ')} to say ${text}` });
    },
    said: () => stdout,
    stop() {
      stopping.abort();
      return finished;
    },
  };
}

/** A folder with the given files, removed at the end of the test. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
