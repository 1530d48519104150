import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.ts';

const STOP_TIMEOUT_MS = 20_000;
/** A worker that ends by itself is started again after this long, so that a broken one does not fill the disk with logs. */
const CRASH_PAUSE_MS = 500;
/** Crashes after which nobody waits any longer for the workers to start. */
const MAX_CRASHES = 3;
/** Of the log of a worker that ended by itself. */
const SHOWN_LOG = 300;
/** Exit code of a start that does not reach its database or HubSpot: a supervisor's cue to try again. */
const NOT_REACHED = 4;
/** In the line that a worker logs when delivery begins. */
const STARTED_SIGN = 'spoke started';

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One `spoke start`. States: running -> (stopped <-> running) -> ended. */
export interface Worker {
  /** Place in the pool; the links to Postgres and to the portal belong to the place. */
  readonly slot: number;
  /** Different for every process: sent to the portal, so that a held write names the process that sent it. */
  readonly name: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly ended: Promise<WorkerExit>;
  readonly running: boolean;
  /** True between SIGSTOP and SIGCONT. */
  readonly stopped: boolean;
  /** Whether it has said that it started. */
  readonly ready: boolean;
}

export interface WorkerPoolOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment of a worker: nothing of the harness's own is inherited. */
  environment(slot: number, name: string): Record<string, string>;
  /** One log file for each process: `<name>.log`. */
  readonly logFolder: string;
}

export interface WorkerPool {
  /** Processes that run now, stopped ones included. */
  readonly workers: readonly Worker[];
  /** Processes started so far. */
  readonly started: number;
  /** Workers that ended although nobody had told them to. */
  readonly crashes: readonly string[];
  /** Starts that ended because the database could not be reached, as they should. */
  readonly failedStarts: number;
  byName(name: string): Worker | undefined;
  /** Starts or drains workers until `count` places are kept alive. */
  scale(count: number): Promise<void>;
  /** Resolves when every place holds a worker that has started; throws after `timeoutMs`. */
  allReady(timeoutMs: number): Promise<void>;
  /** SIGKILL; the place is filled again. Resolves when the process is gone; false when it was gone already. */
  kill(worker: Worker): Promise<boolean>;
  /** SIGSTOP and SIGCONT. */
  stall(worker: Worker): boolean;
  resume(worker: Worker): void;
  /** SIGTERM; the place stays empty. Resolves with how it ended, after SIGKILL if it took longer than `timeoutMs`. */
  drain(worker: Worker, timeoutMs?: number): Promise<WorkerExit>;
  /** Drains all and starts none again. */
  drainAll(): Promise<WorkerExit[]>;
  /** Kills whatever is left. */
  stop(): Promise<void>;
}

/** Keeps a number of worker processes alive whatever is done to them. */
export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const members = new Map<number, Member>();
  const crashes: string[] = [];
  let wanted = 0;
  let started = 0;
  let failedStarts = 0;
  let closing = false;

  const start = (slot: number): void => {
    started += 1;
    const member = new Member(slot, `w${slot}-${started}`, options);
    members.set(slot, member);
    void member.ended.then(async (exit) => {
      if (members.get(slot) === member) members.delete(slot);
      if (!member.told) {
        if (exit.code === NOT_REACHED && !member.ready) failedStarts += 1;
        else {
          crashes.push(
            `worker ${member.name} ended by itself: code ${exit.code}, signal ${exit.signal}: ${member.lastWords}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, CRASH_PAUSE_MS));
      }
      if (!closing && slot < wanted && !members.has(slot)) start(slot);
    });
  };
  const memberOf = (worker: Worker): Member | undefined => {
    const member = members.get(worker.slot);
    return member === worker ? member : undefined;
  };
  const drain = async (worker: Worker, timeoutMs = STOP_TIMEOUT_MS): Promise<WorkerExit> => {
    const member = memberOf(worker);
    if (!member) return worker.ended;
    member.signal('SIGCONT');
    member.tell('SIGTERM');
    const timer = setTimeout(() => member.signal('SIGKILL'), timeoutMs);
    const exit = await member.ended;
    clearTimeout(timer);
    return exit;
  };
  // The harness may end by an exception or a signal: no worker may outlive it.
  const killAll = (): void => {
    closing = true;
    for (const member of members.values()) member.tell('SIGKILL');
  };
  process.once('exit', killAll);

  const pool: WorkerPool = {
    get workers() {
      return [...members.values()];
    },
    get started() {
      return started;
    },
    crashes,
    get failedStarts() {
      return failedStarts;
    },
    byName: (name) => [...members.values()].find((member) => member.name === name),
    async scale(count) {
      wanted = count;
      const surplus = [...members.values()].filter((member) => member.slot >= count);
      for (let slot = 0; slot < count; slot += 1) {
        if (!members.has(slot)) start(slot);
      }
      await Promise.all(surplus.map((member) => drain(member)));
    },
    async allReady(timeoutMs) {
      const isReady = (): boolean => {
        if (crashes.length > MAX_CRASHES) throw new Error(crashes[0]);
        return members.size >= wanted && [...members.values()].every((one) => one.ready);
      };
      await waitFor(isReady, { timeout: timeoutMs, what: 'every worker to start' });
    },
    async kill(worker) {
      const member = memberOf(worker);
      if (!member?.tell('SIGKILL')) return false;
      await member.ended;
      return true;
    },
    stall(worker) {
      const member = memberOf(worker);
      if (!member || member.told || !member.signal('SIGSTOP')) return false;
      member.stopped = true;
      return true;
    },
    resume(worker) {
      const member = memberOf(worker);
      member?.signal('SIGCONT');
      if (member) member.stopped = false;
    },
    async drain(worker, timeoutMs) {
      // Emptied for good: another scale() fills it again.
      if (worker.slot === wanted - 1) wanted -= 1;
      return drain(worker, timeoutMs);
    },
    async drainAll() {
      wanted = 0;
      return Promise.all([...members.values()].map((member) => drain(member)));
    },
    async stop() {
      process.removeListener('exit', killAll);
      const left = [...members.values()];
      killAll();
      await Promise.all(left.map((member) => member.ended));
    },
  };
  return pool;
}

class Member implements Worker {
  readonly slot: number;
  readonly name: string;
  readonly pid: number;
  readonly startedAt = Date.now();
  readonly ended: Promise<WorkerExit>;
  running = true;
  stopped = false;
  /** Whether somebody has asked it to end. */
  told = false;
  private readonly child: ChildProcess;
  private readonly log: string;
  private saidReady = false;

  constructor(slot: number, name: string, options: WorkerPoolOptions) {
    this.slot = slot;
    this.name = name;
    this.log = join(options.logFolder, `${name}.log`);
    const log = openSync(this.log, 'a');
    const [command, ...args] = options.command;
    this.child = spawn(command ?? process.execPath, args, {
      cwd: options.cwd,
      env: options.environment(slot, name),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.pid = this.child.pid ?? -1;
    this.ended = new Promise((resolve) => {
      this.child.once('error', () => this.end(resolve, { code: -1, signal: null }));
      this.child.once('exit', (code, signal) => this.end(resolve, { code, signal }));
    });
  }

  get ready(): boolean {
    this.saidReady ||= readFileSync(this.log, 'utf8').includes(STARTED_SIGN);
    return this.saidReady;
  }

  get lastWords(): string {
    return readFileSync(this.log, 'utf8').trim().slice(-SHOWN_LOG);
  }

  /** Sends a signal that ends it. */
  tell(signal: NodeJS.Signals): boolean {
    this.told = true;
    return this.signal(signal);
  }

  signal(signal: NodeJS.Signals): boolean {
    return this.running && this.child.kill(signal);
  }

  private end(resolve: (exit: WorkerExit) => void, exit: WorkerExit): void {
    this.running = false;
    resolve(exit);
  }
}
