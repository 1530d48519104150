import { setTimeout as delay } from 'node:timers/promises';
import { SpokeError } from '../errors.ts';

/** Counts the work that a database runs, so that closing can wait for it and refuse what comes later. */
export class WorkGate {
  #running = 0;
  #closed = false;
  #onIdle: (() => void) | undefined;

  /** Runs `work`; throws DATABASE_CLOSED once `close` was called. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      throw new SpokeError('DATABASE_CLOSED', 'The database was closed: open it again, or close it later.');
    }
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Lets nothing in any more and waits up to `limitMs` for what runs; true when all of it ended. */
  async close(limitMs: number): Promise<boolean> {
    this.#closed = true;
    if (this.#running === 0) return true;
    const idle = new Promise<boolean>((resolve) => {
      this.#onIdle = () => resolve(true);
    });
    const limit = new AbortController();
    const late = delay(limitMs, false, { signal: limit.signal }).catch(() => false);
    try {
      return await Promise.race([idle, late]);
    } finally {
      limit.abort();
    }
  }
}
