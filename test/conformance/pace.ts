import { setTimeout as wait } from 'node:timers/promises';

/** Lets calls pass one after the other with at least a gap between their starts. */
export class Pace {
  readonly #gapMs: number;
  #next = 0;

  constructor(perSecond: number) {
    this.#gapMs = 1_000 / perSecond;
  }

  /** Resolves when the caller may send. */
  async turn(): Promise<void> {
    const now = performance.now();
    const mine = Math.max(now, this.#next);
    this.#next = mine + this.#gapMs;
    if (mine > now) await wait(mine - now);
  }
}
