import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { createTemplate, type TestPostgres } from '../support/test-databases.ts';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
/** Inside node_modules, so that the copied build finds its dependencies and no tool takes it for source. */
const RUNS = join(REPOSITORY, 'node_modules', '.cache', 'spoke-chaos');
const BUILD_TIMEOUT_MS = 180_000;
const SHOWN_BUILD_OUTPUT = 2_000;
/** Workers, their pools, the producers and the harness. */
const MAX_CONNECTIONS = 400;
/** The orphans of a killed server keep its memory for a moment. */
const RESTART_TRIES = 50;
const RESTART_PAUSE_MS = 100;
const run = promisify(execFile);

/** What all scenarios of a run share: a Postgres server, the built CLI and a folder for logs and ledgers. */
export interface Base {
  readonly postgres: TestPostgres;
  /** Runs Spoke's CLI; arguments follow. */
  readonly command: readonly string[];
  /** Logs, ledgers and the copied build; kept after the run. */
  readonly folder: string;
  /** kill -9 of the PostgreSQL server, and its start; resolves when it answers again. */
  killPostgres(): Promise<void>;
  stop(): Promise<void>;
}

export interface BaseOptions {
  /** Run the CLI from source instead of building it: slower to start, for work on the harness. */
  readonly fromSource: boolean;
  /** Use this build instead of making one. */
  readonly dist?: string;
  progress(line: string): void;
}

export async function openBase(options: BaseOptions): Promise<Base> {
  await mkdir(RUNS, { recursive: true });
  const folder = await mkdtemp(join(RUNS, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-`));
  const command = options.fromSource ? sourceCommand() : await builtCommand(folder, options);
  options.progress('starting PostgreSQL');
  const server = await startPostgres({
    maxConnections: MAX_CONNECTIONS,
    // What was committed has to outlive the server's process, though not the machine.
    settings: { synchronous_commit: 'on' },
  });
  try {
    return {
      postgres: await createTemplate(server.url, 'spoke'),
      command,
      folder,
      killPostgres: () => killAndRestart(server),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function killAndRestart(server: PostgresServer): Promise<void> {
  await server.halt('SIGKILL');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await server.restart();
    } catch (error) {
      if (attempt === RESTART_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
    }
  }
}

function sourceCommand(): string[] {
  const loader = fileURLToPath(import.meta.resolve('tsx'));
  return [process.execPath, '--import', loader, join(REPOSITORY, 'src/cli/main.ts')];
}

/** Works on a copy: another build during a long run must not pull the files away from under the workers. */
async function builtCommand(folder: string, { dist, progress }: BaseOptions): Promise<string[]> {
  const built = join(folder, 'dist');
  if (dist === undefined) {
    progress('building');
    await build(built);
  } else await cp(dist, built, { recursive: true });
  await cp(join(REPOSITORY, 'src/db/migrations'), join(built, 'migrations'), { recursive: true });
  await cp(join(REPOSITORY, 'package.json'), join(folder, 'package.json'));
  return [process.execPath, join(built, 'cli', 'main.mjs')];
}

async function build(folder: string): Promise<void> {
  const tsdown = join(REPOSITORY, 'node_modules', '.bin', 'tsdown');
  try {
    await run(tsdown, ['--out-dir', folder, '--no-dts', '--logLevel', 'error'], {
      cwd: REPOSITORY,
      timeout: BUILD_TIMEOUT_MS,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`The build failed:\n${output.slice(0, SHOWN_BUILD_OUTPUT)}`);
  }
}
