import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, chown, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { processStart } from '../../src/db/process-identity.ts';
import { freePort } from './free-port.ts';
import { ownedFolder, quickestFolder, removeOrphans } from './owned-folder.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { waitFor } from './wait-for.ts';

const FOLDER_PREFIX = 'spoke-postgres-';
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;
/** A free port may be taken before the server gets to it. */
const START_TRIES = 5;
/** Who may run the server when we are root, which it refuses: the first that exists. */
const SERVER_USERS = ['postgres', 'nobody'];
/** The log is kept short, as it may be in memory. */
const QUICK = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '256MB' };
const run = promisify(execFile);

export interface PostgresServerOptions {
  /** Default false: fast, where there is room in memory rather than on the disk, and safe against a killed process but not against a power cut. */
  fsync?: boolean;
  maxConnections?: number;
  /** Further settings, for example { shared_buffers: '512MB' }. */
  settings?: Readonly<Record<string, string>>;
}

/** A throw-away server in a folder of its own: a direct child, so that it can be killed hard and started again. */
export interface PostgresServer {
  /** Superuser `postgres`, database `postgres`. */
  readonly url: string;
  /** Of the process that runs now. */
  readonly pid: number;
  readonly dataDir: string;
  /** The server's log. */
  readonly logFile: string;
  readonly port: number;
  /** Ends the server (by default at once, cutting its sessions) and leaves the folder; `restart` starts it again. */
  halt(signal?: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  /** Halts it if it runs, starts it on the same port and folder, and waits until it answers. */
  restart(signal?: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  /** Ends the server and removes its folder. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a server, or throws when there are no binaries (see `findPostgresBinaries`). Also removes what killed runs left. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const binaries = await findPostgresBinaries();
  if (!binaries)
    throw new Error('no PostgreSQL server (13 or newer) was found on PATH or in the usual folders');
  await removeOrphans(FOLDER_PREFIX, endServer);
  const owner = await serverOwner();
  const parent = options.fsync ? tmpdir() : await quickestFolder();
  const folder = await ownedFolder(parent, FOLDER_PREFIX);
  // The server's user has to pass through.
  await chmod(folder, 0o711);
  const server = new ThrowAwayServer({ binaries, owner, folder, options });
  try {
    await server.create();
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface Parts {
  binaries: PostgresBinaries;
  owner: Owner | undefined;
  folder: string;
  options: PostgresServerOptions;
}

class ThrowAwayServer implements PostgresServer {
  readonly dataDir: string;
  readonly logFile: string;
  readonly #parts: Parts;
  readonly #password = randomBytes(12).toString('hex');
  #port = 0;
  #child: ChildProcess | undefined;
  #stopped: Promise<void> | undefined;
  readonly #onExit = () => this.#discard();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.dataDir = join(parts.folder, 'data');
    this.logFile = join(parts.folder, 'server.log');
    process.on('exit', this.#onExit);
  }

  get url(): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/postgres`;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the server does not run');
    return this.#child.pid;
  }

  async create(): Promise<void> {
    const { binaries, owner, folder } = this.#parts;
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, this.#password, { mode: 0o600 });
    if (owner) {
      await chown(folder, owner.uid, owner.gid);
      await chown(passwordFile, owner.uid, owner.gid);
    }
    const args = ['-D', this.dataDir, '-U', 'postgres', '-A', 'password', `--pwfile=${passwordFile}`];
    args.push('-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions');
    const spawnOptions = { cwd: folder, ...owner };
    // A collation of words, as most installations have: it shows where a statement relies on the order of bytes.
    const words = binaries.major >= 15 ? ['--locale-provider=icu', '--icu-locale=en'] : [];
    const initdb = join(binaries.folder, 'initdb');
    try {
      await run(initdb, [...args, ...words], spawnOptions);
    } catch (error) {
      if (words.length === 0) throw error;
      await rm(this.dataDir, { recursive: true, force: true });
      await run(initdb, args, spawnOptions);
    }
  }

  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#port ||= await freePort();
      try {
        await this.#launch();
        return;
      } catch (error) {
        await this.halt();
        if (attempt === START_TRIES) throw error;
        this.#port = 0;
      }
    }
  }

  async halt(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL' = 'SIGQUIT'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(hard);
  }

  async restart(signal?: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    await this.halt(signal);
    await this.#launch();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.halt();
    process.off('exit', this.#onExit);
    await rm(this.#parts.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #launch(): Promise<void> {
    const { binaries, owner, folder, options } = this.#parts;
    const settings = { ...serverSettings(options, folder), port: String(this.#port) };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = await open(this.logFile, 'a');
    const child = spawn(join(binaries.folder, 'postgres'), ['-D', this.dataDir, ...args], {
      cwd: folder,
      stdio: ['ignore', log.fd, log.fd],
      ...owner,
    });
    this.#child = child;
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    await log.close();
    await waitFor(
      async () => {
        if (failure || child.exitCode !== null || child.signalCode !== null) {
          const text = await readFile(this.logFile, 'utf8');
          throw failure ?? new Error(`PostgreSQL did not start:\n${text.slice(-2_000)}`);
        }
        return answers(this.url);
      },
      { timeout: START_TIMEOUT_MS, interval: 50, what: 'PostgreSQL to answer' },
    );
  }

  /** The process is going: there is only time for what is synchronous. */
  #discard(): void {
    this.#child?.kill('SIGQUIT');
    rmSync(this.#parts.folder, { recursive: true, force: true });
  }
}

function serverSettings(options: PostgresServerOptions, folder: string): Record<string, string> {
  const durable = options.fsync ?? false;
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: String(options.maxConnections ?? 200),
    ...(durable ? {} : QUICK),
    ...options.settings,
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Undefined when we are not root and the server simply runs as we do. */
async function serverOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of SERVER_USERS) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, user])).stdout)),
      );
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error(`PostgreSQL does not run as root and there is no user ${SERVER_USERS.join(' or ')}`);
}

/** Ends the server that a killed process left in `folder`. */
async function endServer(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  if (!(pid > 0 && (await runsIn(pid, folder)))) return;
  process.kill(pid, 'SIGQUIT');
  await waitFor(async () => (await processStart(pid)) === undefined, {
    timeout: STOP_TIMEOUT_MS,
    what: 'a left-over PostgreSQL to end',
  }).catch(() => undefined);
}

/** The pid may be another process by now: only one whose command line names the folder is ours to end. */
async function runsIn(pid: number, folder: string): Promise<boolean> {
  try {
    return (await run('ps', ['-o', 'args=', '-p', String(pid), '-ww'])).stdout.includes(folder);
  } catch {
    return false;
  }
}
