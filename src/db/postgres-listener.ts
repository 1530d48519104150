import pg from 'pg';
import type { Clock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { connectFault, type Endpoint } from './connection-fault.ts';
import type { Subscription } from './database.ts';
import { type Subscriber, Subscribers } from './subscribers.ts';

const PING_INTERVAL_MS = 30_000;
const PING_TIMEOUT_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
const END_TIMEOUT_MS = 1_000;

export interface ListenerOptions {
  config: pg.ClientConfig;
  endpoint: Endpoint;
  log: Logger;
  clock: Clock;
  /** ms between two signs of life. Default 30,000. */
  pingInterval?: number;
}

/**
 * LISTEN on a connection of its own, which exists while there are subscribers.
 *
 * States: idle (no subscriber) -> connecting -> listening -> (lost) connecting again, with a growing delay -> ... -> closed.
 * A connection counts as lost when it errs, ends, or does not answer a ping: a half-open socket would leave us deaf.
 */
export class PostgresListener {
  readonly #options: ListenerOptions;
  readonly #subscribers: Subscribers;
  readonly #closing = new AbortController();
  #connection: Promise<pg.Client> | undefined;
  #reconnecting: Promise<void> | undefined;
  /** True from the loss of a connection until the next one stands: what was sent between is lost. */
  #missed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#subscribers = new Subscribers(options.log);
  }

  async listen(channel: string, onNotify: (payload: string) => void): Promise<Subscription> {
    const subscriber = this.#subscribers.add(channel, onNotify);
    try {
      const client = await this.#connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await this.#unsubscribe(subscriber);
      throw connectFault(error, this.#options.endpoint);
    }
    return { stop: () => this.#unsubscribe(subscriber) };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#subscribers.clear();
    await this.#disconnect();
    await this.#reconnecting;
  }

  /** The connection that stands or is being made; one at a time. */
  #connect(): Promise<pg.Client> {
    if (this.#closing.signal.aborted) {
      return Promise.reject(
        new SpokeError('DATABASE_CLOSED', 'The database was closed: nothing can be listened to.'),
      );
    }
    if (!this.#connection) {
      const connection = this.#open();
      this.#connection = connection;
      connection.catch(() => {
        if (this.#connection === connection) this.#connection = undefined;
      });
    }
    return this.#connection;
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#options.config, query_timeout: PING_TIMEOUT_MS });
    client.on('error', (error) => this.#lose(client, error));
    client.on('end', () => this.#lose(client));
    client.on('notification', ({ channel, payload }) => this.#subscribers.tell(payload ?? '', channel));
    try {
      await client.connect();
      for (const channel of this.#subscribers.channels) {
        await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      }
    } catch (error) {
      await end(client);
      throw error;
    }
    this.#keepAlive(client);
    if (this.#missed) {
      this.#missed = false;
      this.#options.log.info('listening to the database again');
      this.#subscribers.tell('');
    }
    return client;
  }

  #keepAlive(client: pg.Client): void {
    const timer = setInterval(() => {
      client.query('select 1').catch((error: unknown) => this.#lose(client, error));
    }, this.#options.pingInterval ?? PING_INTERVAL_MS);
    timer.unref();
    client.once('end', () => clearInterval(timer));
  }

  /** A connection that is not the current one (given up, never stood) has nothing to lose. */
  #lose(client: pg.Client, error?: unknown): void {
    const connection = this.#connection;
    if (!connection || this.#closing.signal.aborted) return;
    void connection.then(
      (current) => {
        if (current !== client || this.#connection !== connection) return;
        this.#connection = undefined;
        this.#missed = true;
        this.#options.log.warn({ err: error }, 'the connection that listens to the database was lost');
        void end(client);
        this.#reconnecting ??= this.#reconnect().finally(() => {
          this.#reconnecting = undefined;
        });
      },
      () => undefined,
    );
  }

  async #reconnect(): Promise<void> {
    const { clock, log } = this.#options;
    for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
      // Half fixed, half by chance, so that many processes do not come back in step.
      await clock.sleep(delay / 2 + (Math.random() * delay) / 2, this.#closing.signal);
      if (this.#closing.signal.aborted || this.#subscribers.size === 0) return;
      try {
        await this.#connect();
        return;
      } catch (error) {
        log.debug({ err: error }, 'listening to the database again failed');
      }
    }
  }

  async #unsubscribe(subscriber: Subscriber): Promise<void> {
    if (!this.#subscribers.remove(subscriber)) return;
    if (this.#subscribers.size === 0) return this.#disconnect();
    if (this.#subscribers.channels.has(subscriber.channel)) return;
    const client = await this.#connection?.catch(() => undefined);
    // Failing is harmless: nobody is called for the channel any more.
    await client?.query(`unlisten ${pg.escapeIdentifier(subscriber.channel)}`).catch(() => undefined);
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#missed = false;
    const client = await connection?.catch(() => undefined);
    if (client) await end(client);
  }
}

/** Says goodbye, and cuts the socket when that takes longer than a second. */
async function end(client: pg.Client): Promise<void> {
  const cut = setTimeout(() => client.connection.stream.destroy(), END_TIMEOUT_MS);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
}
