import { mkdir } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import { SpokeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { hideValues } from './connection-fault.ts';
import { type Connection, runTransaction, withScope } from './connection-scope.ts';
import type { Database, Queryable, Row, Subscription } from './database.ts';
import { schemaExpander } from './expand-schema.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { type Subscriber, Subscribers } from './subscribers.ts';
import { Turnstile } from './turnstile.ts';
import { encodeValue, WIRE_PARSERS } from './wire-values.ts';
import { WorkGate } from './work-gate.ts';

const TURN_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 10_000;

export interface PgliteOptions {
  /** Folder of the data, made when missing; without one everything is in memory. */
  dataDir?: string | undefined;
  schema: string;
  log: Logger;
  /** How long a statement waits for its turn, ms. Default 30,000. */
  connectTimeout?: number | undefined;
  /** How long `close` waits for running work, ms. Default 10,000. */
  closeTimeout?: number | undefined;
  /** Content to start from, made by PGlite's dumpDataDir; only for a new database. */
  content?: Blob | undefined;
}

/** Throws PGLITE_MISSING, PGLITE_FAILED, or DATABASE_LOCKED when another process has the folder open. */
export async function openPgliteDatabase(options: PgliteOptions): Promise<Database> {
  const expand = schemaExpander(options.schema);
  const { PGlite } = await importPglite();
  if (options.dataDir !== undefined) await mkdir(options.dataDir, { recursive: true });
  const lock = options.dataDir === undefined ? undefined : await lockFolder(options.dataDir);
  try {
    const engine = await PGlite.create({
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      ...(options.content ? { loadDataDir: options.content } : {}),
    });
    const { rows } = await engine.query<{ server_version_num: string }>('show server_version_num');
    return new PgliteDatabase({
      options,
      engine,
      expand,
      lock,
      serverVersion: Number(rows[0]?.server_version_num),
    });
  } catch (error) {
    await lock?.release();
    throw new SpokeError(
      'PGLITE_FAILED',
      `The embedded database ${options.dataDir === undefined ? 'in memory' : `in ${options.dataDir}`} could not be opened: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

interface Parts {
  options: PgliteOptions;
  engine: PGlite;
  expand: (text: string) => string;
  lock: FolderLock | undefined;
  serverVersion: number;
}

class PgliteDatabase implements Database {
  readonly kind = 'pglite';
  readonly schema: string;
  readonly serverVersion: number;
  readonly #engine: PGlite;
  readonly #connection: Connection;
  readonly #expand: (text: string) => string;
  readonly #lock: FolderLock | undefined;
  readonly #log: Logger;
  readonly #closeTimeout: number;
  /** There is one session: whoever is in a transaction holds up everybody else. */
  readonly #turnstile: Turnstile;
  readonly #subscribers: Subscribers;
  readonly #gate = new WorkGate();
  #closing: Promise<void> | undefined;

  constructor({ options, engine, expand, lock, serverVersion }: Parts) {
    this.schema = options.schema;
    this.serverVersion = serverVersion;
    this.#engine = engine;
    this.#connection = connectionOf(engine);
    this.#expand = expand;
    this.#lock = lock;
    this.#log = options.log;
    this.#closeTimeout = options.closeTimeout ?? CLOSE_TIMEOUT_MS;
    this.#subscribers = new Subscribers(options.log);
    // Not PGlite's own `listen`, which mistakes quoted names.
    engine.onNotification((channel, payload) => this.#subscribers.tell(payload, channel));
    this.#turnstile = new Turnstile(options.connectTimeout ?? TURN_TIMEOUT_MS);
  }

  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return this.#lend(async () => (await this.#connection.run(this.#expand(text), values)).rows as R[]);
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#lend(() => runTransaction(this.#connection, this.#expand, work));
  }

  session<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    return this.#lend(async () => {
      try {
        return await withScope(this.#connection, this.#expand, work);
      } finally {
        // Not `discard all`: that would also end every LISTEN.
        await this.#connection.run('rollback; reset all; select pg_advisory_unlock_all()');
      }
    });
  }

  async listen(channel: string, onNotify: (payload: string) => void): Promise<Subscription> {
    const subscriber = this.#subscribers.add(channel, onNotify);
    try {
      await this.query(`listen ${quote(channel)}`);
    } catch (error) {
      this.#subscribers.remove(subscriber);
      throw error;
    }
    return { stop: () => this.#unsubscribe(subscriber) };
  }

  async notify(channel: string, payload = ''): Promise<void> {
    await this.query('select pg_notify($1, $2)', [channel, payload]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #unsubscribe(subscriber: Subscriber): Promise<void> {
    if (!this.#subscribers.remove(subscriber) || this.#closing) return;
    if (!this.#subscribers.channels.has(subscriber.channel))
      await this.query(`unlisten ${quote(subscriber.channel)}`);
  }

  async #close(): Promise<void> {
    this.#subscribers.clear();
    const ended = await this.#gate.close(this.#closeTimeout);
    if (!ended)
      this.#log.warn({ closeTimeoutMs: this.#closeTimeout }, 'closing the database cut off running work');
    try {
      await this.#engine.close();
    } finally {
      await this.#lock?.release();
    }
  }

  #lend<T>(work: () => Promise<T>): Promise<T> {
    return this.#gate.run(() => this.#turnstile.run(work));
  }
}

function connectionOf(engine: PGlite): Connection {
  // Values arrive as text for every type, so that both drivers send the same.
  const serializers = new Proxy({}, { get: () => String });
  const parsers = WIRE_PARSERS;
  return {
    async run(text, values) {
      try {
        const answer = values
          ? await engine.query<Row>(text, values.map(encodeValue), { serializers, parsers })
          : (await engine.exec(text, { parsers })).at(-1);
        return { rows: (answer?.rows ?? []) as Row[], command: answer?.command ?? '' };
      } catch (error) {
        throw hideValues(error);
      }
    },
  };
}

function quote(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`;
}

async function importPglite(): Promise<typeof import('@electric-sql/pglite')> {
  try {
    return await import('@electric-sql/pglite');
  } catch (error) {
    throw new SpokeError(
      'PGLITE_MISSING',
      'DATABASE_URL is not set and the package of the embedded database is missing: set DATABASE_URL, or install @electric-sql/pglite.',
      { cause: error },
    );
  }
}
