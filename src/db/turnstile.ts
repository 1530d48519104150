import { SpokeError } from '../errors.ts';

/** Lets one work in at a time, in the order of arrival; DATABASE_BUSY for who waits longer than `limitMs`. */
export class Turnstile {
  readonly #limitMs: number;
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) await this.#turn();
    this.#busy = true;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy = false;
    }
  }

  /** Resolves with the turn handed over: `busy` stays true in between, so nobody overtakes. */
  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(
          new SpokeError(
            'DATABASE_BUSY',
            `The embedded database, which does one thing at a time, was not free within ${this.#limitMs} ms: look for long transactions, or one opened inside another.`,
          ),
        );
      }, this.#limitMs);
      this.#waiting.push(enter);
    });
  }
}
