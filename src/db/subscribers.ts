import type { Logger } from '../log.ts';

export interface Subscriber {
  readonly channel: string;
  readonly onNotify: (payload: string) => void;
}

/** Postgres cuts longer identifiers off, so that a NOTIFY would go to another channel. */
const CHANNEL_BYTES = 63;

/** Who listens to what. An error of one subscriber is logged and reaches nobody else. */
export class Subscribers {
  readonly #log: Logger;
  readonly #all = new Set<Subscriber>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get size(): number {
    return this.#all.size;
  }

  get channels(): ReadonlySet<string> {
    return new Set([...this.#all].map(({ channel }) => channel));
  }

  add(channel: string, onNotify: (payload: string) => void): Subscriber {
    const bytes = Buffer.byteLength(channel);
    if (bytes === 0 || bytes > CHANNEL_BYTES) {
      throw new RangeError(
        `The channel ${JSON.stringify(channel)} has ${bytes} bytes: give it 1 to ${CHANNEL_BYTES}.`,
      );
    }
    const subscriber = { channel, onNotify };
    this.#all.add(subscriber);
    return subscriber;
  }

  /** From here on it is not called; false when it was removed before. */
  remove(subscriber: Subscriber): boolean {
    return this.#all.delete(subscriber);
  }

  clear(): void {
    this.#all.clear();
  }

  /** Without `channel` everybody is told. */
  tell(payload: string, channel?: string): void {
    for (const subscriber of this.#all) {
      if (channel !== undefined && subscriber.channel !== channel) continue;
      try {
        subscriber.onNotify(payload);
      } catch (error) {
        this.#log.error({ err: error, channel: subscriber.channel }, 'a notification was not handled');
      }
    }
  }
}
