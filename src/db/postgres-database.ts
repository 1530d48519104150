import pg from 'pg';
import { type Clock, systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { connectFault, type Endpoint, place, statementFault } from './connection-fault.ts';
import { type Connection, runTransaction, withScope } from './connection-scope.ts';
import type { Database, Queryable, Row, Subscription } from './database.ts';
import { schemaExpander } from './expand-schema.ts';
import { PostgresListener } from './postgres-listener.ts';
import { encodeValue, WIRE_PARSERS } from './wire-values.ts';
import { WorkGate } from './work-gate.ts';

const OLDEST_VERSION = 130_000;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
/** How much longer than the server's own time-out the client waits: past it the connection is taken for dead. */
const ANSWER_MARGIN_MS = 5_000;
const IDLE_CONNECTION_MS = 30_000;
const KEEPALIVE_MS = 10_000;
const CLOSE_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 2_000;
/** Stands for "no limit" where pg takes 0 as "the default" (the longest delay of a Node timer). */
const UNLIMITED_MS = 2 ** 31 - 1;

export interface PostgresOptions {
  url: string;
  schema: string;
  poolSize: number;
  log: Logger;
  applicationName: string;
  /** To connect, or to get a free connection, ms. Default 10,000. */
  connectTimeout?: number | undefined;
  /** Limit of one statement, ms; 0 = none. Default 30,000. `session` has no limit. */
  statementTimeout?: number | undefined;
  /** The server ends a transaction that waits this long for its client, ms; 0 = never. Default 30,000. */
  idleInTransactionTimeout?: number | undefined;
  /** How long `close` waits for running work before it cuts the connections, ms. Default 10,000. */
  closeTimeout?: number | undefined;
  clock?: Clock | undefined;
}

/** Connects once to look at the server's version. Throws DATABASE_UNREACHABLE, _REFUSED, _TOO_OLD or _URL_INVALID. */
export async function openPostgresDatabase(options: PostgresOptions): Promise<Database> {
  const database = new PostgresDatabase(options);
  try {
    await database.open();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly schema: string;
  serverVersion = 0;
  readonly #expand: (text: string) => string;
  readonly #pool: pg.Pool;
  readonly #clients = new Set<pg.PoolClient>();
  readonly #listener: PostgresListener;
  readonly #endpoint: Endpoint;
  readonly #log: Logger;
  readonly #poolSize: number;
  readonly #connectTimeout: number;
  readonly #closeTimeout: number;
  readonly #clock: Clock;
  readonly #gate = new WorkGate();
  #closing: Promise<void> | undefined;

  constructor(options: PostgresOptions) {
    const config = clientConfig(options);
    this.schema = options.schema;
    this.#expand = schemaExpander(options.schema);
    this.#endpoint = endpointOf(config);
    this.#log = options.log;
    this.#poolSize = options.poolSize;
    this.#connectTimeout = options.connectTimeout ?? CONNECT_TIMEOUT_MS;
    this.#closeTimeout = options.closeTimeout ?? CLOSE_TIMEOUT_MS;
    this.#clock = options.clock ?? systemClock;
    this.#pool = new pg.Pool({ ...config, max: options.poolSize, idleTimeoutMillis: IDLE_CONNECTION_MS });
    this.#pool.on('error', (error) => this.#log.warn({ err: error }, 'an idle database connection was lost'));
    this.#pool.on('connect', (client) => {
      this.#clients.add(client);
      // While a client is lent, the pool does not listen to its errors, and an unheard one ends the process.
      client.on('error', (error) => this.#log.debug({ err: error }, 'a database connection was lost'));
    });
    this.#pool.on('remove', (client) => this.#clients.delete(client));
    this.#listener = new PostgresListener({
      config,
      endpoint: this.#endpoint,
      log: options.log,
      clock: this.#clock,
    });
  }

  async open(): Promise<void> {
    const [row] = await this.query<{ server_version_num: string }>('show server_version_num');
    this.serverVersion = Number(row?.server_version_num);
    if (this.serverVersion >= OLDEST_VERSION) return;
    throw new SpokeError(
      'DATABASE_TOO_OLD',
      `The database server at ${place(this.#endpoint)} is version ${Math.floor(this.serverVersion / 10_000)}: Spoke needs PostgreSQL 13 or newer.`,
      { facts: { serverVersion: this.serverVersion } },
    );
  }

  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return this.#lend(async (connection) => (await connection.run(this.#expand(text), values)).rows as R[]);
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#lend((connection) => runTransaction(connection, this.#expand, work));
  }

  session<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    return this.#lend(
      (connection) =>
        withScope(connection, this.#expand, async (session) => {
          await session.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
          return work(session);
        }),
      { ofItsOwn: true },
    );
  }

  listen(channel: string, onNotify: (payload: string) => void): Promise<Subscription> {
    return this.#gate.run(() => this.#listener.listen(channel, onNotify));
  }

  async notify(channel: string, payload = ''): Promise<void> {
    await this.query('select pg_notify($1, $2)', [channel, payload]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const [ended] = await Promise.all([this.#gate.close(this.#closeTimeout), this.#listener.close()]);
    if (!ended) {
      this.#log.warn({ closeTimeoutMs: this.#closeTimeout }, 'closing the database cut off running work');
      for (const client of this.#clients) streamOf(client).destroy();
    }
    // Neither a server that does not answer the goodbye nor work that never ends may hold up the shutdown.
    const limit = new AbortController();
    const late = this.#clock.sleep(END_TIMEOUT_MS, limit.signal);
    await Promise.race([this.#pool.end(), late]);
    limit.abort();
    for (const client of this.#clients) streamOf(client).destroy();
  }

  /** Lends a connection to `work`; one that is broken, or was to be used once, does not go back to the pool. */
  #lend<T>(work: (connection: Connection) => Promise<T>, options: { ofItsOwn?: boolean } = {}): Promise<T> {
    return this.#gate.run(async () => {
      const client = await this.#acquire();
      const lent = new LentConnection(client, this.#endpoint, options.ofItsOwn ?? false);
      try {
        return await work(lent);
      } finally {
        client.release(lent.broken || options.ofItsOwn === true);
      }
    });
  }

  async #acquire(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (error instanceof Error && error.message === 'timeout exceeded when trying to connect') {
        throw new SpokeError(
          'DATABASE_BUSY',
          `None of the ${this.#poolSize} database connections became free within ${this.#connectTimeout} ms: raise SPOKE_POOL_SIZE or look for long transactions.`,
          { cause: error },
        );
      }
      throw connectFault(error, this.#endpoint);
    }
  }
}

class LentConnection implements Connection {
  broken = false;
  readonly #client: pg.PoolClient;
  readonly #endpoint: Endpoint;
  readonly #unlimited: boolean;

  constructor(client: pg.PoolClient, endpoint: Endpoint, unlimited: boolean) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#unlimited = unlimited;
  }

  async run(text: string, values?: readonly unknown[]) {
    const query: pg.QueryConfig & { query_timeout?: number } = { text };
    if (values) query.values = values.map(encodeValue);
    if (this.#unlimited) query.query_timeout = UNLIMITED_MS;
    try {
      const answer: pg.QueryResult | pg.QueryResult[] = await this.#client.query(query);
      const last = Array.isArray(answer) ? answer.at(-1) : answer;
      return { rows: last?.rows ?? [], command: last?.command ?? '' };
    } catch (error) {
      const fault = statementFault(error, this.#endpoint);
      if (fault !== error) this.broken = true;
      if (this.broken && text === 'commit') {
        throw new SpokeError(
          'DATABASE_COMMIT_UNKNOWN',
          `The connection to the database at ${place(this.#endpoint)} was lost during COMMIT: whether it was committed is not known.`,
          { cause: fault },
        );
      }
      throw fault;
    }
  }
}

function clientConfig(options: PostgresOptions): pg.ClientConfig {
  const statementTimeout = options.statementTimeout ?? STATEMENT_TIMEOUT_MS;
  return {
    connectionString: options.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeout ?? CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeout,
    query_timeout: statementTimeout === 0 ? 0 : statementTimeout + ANSWER_MARGIN_MS,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeout ?? IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    types: { getTypeParser: (oid: number) => WIRE_PARSERS[oid] ?? String },
  };
}

/** Reads the connection string as pg does, with its defaults and PG* variables. */
function endpointOf(config: pg.ClientConfig): Endpoint {
  try {
    if (!/^postgres(ql)?:\/\//.test(config.connectionString ?? '')) throw new TypeError('unknown scheme');
    const { host, port, database, user } = new pg.Client(config);
    return { host, port, database: database ?? '', user: user ?? '' };
  } catch {
    // Without its cause, whose text may repeat the password.
    throw new SpokeError(
      'DATABASE_URL_INVALID',
      'DATABASE_URL is not a connection string: write postgres://user:password@host:5432/database.',
    );
  }
}

/** pg's types leave the connection out of pooled clients, which are pg.Client like any other. */
function streamOf(client: pg.PoolClient): { destroy(): void } {
  if (client instanceof pg.Client) return client.connection.stream;
  throw new TypeError('a pooled client is not a pg.Client');
}
