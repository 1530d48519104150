/** Dead entries are dropped in one go once there are this many, so that counting stays cheap without a ring. */
const COMPACT_AT = 4_096;

/** Exact log of instants (ms): how many lie within the last so many ms. Instants come in ascending order. */
export class RollingWindow {
  #instants: number[] = [];
  #first = 0;
  /** Highest count seen by `add`. */
  highest = 0;

  /** An instant exactly `spanMs` old has left the window. */
  count(now: number, spanMs: number): number {
    const oldest = now - spanMs;
    while (this.#first < this.#instants.length && (this.#instants[this.#first] as number) <= oldest)
      this.#first += 1;
    if (this.#first >= COMPACT_AT) {
      this.#instants = this.#instants.slice(this.#first);
      this.#first = 0;
    }
    return this.#instants.length - this.#first;
  }

  add(now: number, spanMs: number): number {
    const last = this.#instants.at(-1);
    // The clock was moved back: what was counted lies in the future and would fill the window for ever.
    if (last !== undefined && last > now)
      this.#instants = this.#instants.map((instant) => Math.min(instant, now));
    this.#instants.push(now);
    const count = this.count(now, spanMs);
    if (count > this.highest) this.highest = count;
    return count;
  }

  reset(): void {
    this.#instants = [];
    this.#first = 0;
    this.highest = 0;
  }
}

/** The most instants that any window of `spanMs` holds; `instants` ascending. An instant exactly `spanMs` later is outside. */
export function maxInWindow(instants: readonly number[], spanMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < instants.length; last += 1) {
    while ((instants[last] as number) - (instants[first] as number) >= spanMs) first += 1;
    if (last - first + 1 > most) most = last - first + 1;
  }
  return most;
}
