import type { DrivableClock } from './clock.ts';

/** Work that is done is dropped in one go once there is this much, so that taking the first stays cheap. */
const COMPACT_AT = 1_024;
/** The portal's clock is looked at again after this at the latest: its source need not run like the machine's. */
const MAX_TIMER_MS = 60_000;

/** What is to be done; it is handed the instant it was due, which lies in the past when the clock jumped over it. */
export type ScheduledWork = (dueAt: number) => void;

interface Item {
  dueAt: number;
  work: ScheduledWork | undefined;
}

/**
 * What the portal does later, on its own clock: contacts made from forms, an index that catches up, retries of webhooks.
 *
 * Work is waiting, done or cancelled. It is done in order of due time, and in order of `at` when due together: when the
 * clock is moved, when a request arrives or state is read, and by a real timer as long as the clock runs.
 */
export class Schedule {
  readonly #clock: DrivableClock;
  readonly #stopListening: () => void;
  /** Ascending by due time; before `#first` only what is done. */
  #items: Item[] = [];
  #first = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerFor = Number.POSITIVE_INFINITY;
  #running = false;
  #stopped = false;

  constructor(clock: DrivableClock) {
    this.#clock = clock;
    this.#stopListening = clock.onChange(() => {
      this.#disarm();
      this.runDue();
    });
  }

  /** Work that has not been done, cancelled work left out. */
  get waiting(): number {
    let count = 0;
    for (let place = this.#first; place < this.#items.length; place += 1)
      if (this.#items[place]?.work) count += 1;
    return count;
  }

  /**
   * Has `work` done at an instant (ms of the portal's clock); never within this call, even when that instant has passed.
   * Returns how to cancel it. After `stop` nothing is taken any more.
   */
  at(dueAt: number, work: ScheduledWork): () => void {
    if (!Number.isFinite(dueAt)) throw new TypeError(`work needs a finite due time, was ${dueAt}`);
    const item: Item = { dueAt, work };
    if (this.#stopped) return () => undefined;
    this.#items.splice(this.#placeAfter(dueAt), 0, item);
    this.#arm();
    return () => {
      item.work = undefined;
    };
  }

  /** Does everything that is due, also what that work adds and is due too. Returns how much was done. */
  runDue(): number {
    if (this.#running) return 0;
    this.#running = true;
    let done = 0;
    try {
      for (let item = this.#takeDue(); item; item = this.#takeDue()) {
        if (!item.work) continue;
        done += 1;
        item.work(item.dueAt);
      }
    } finally {
      this.#running = false;
      this.#arm();
    }
    return done;
  }

  /** Drops all work. */
  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#disarm();
  }

  /** Drops all work for good. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    this.clear();
  }

  #takeDue(): Item | undefined {
    const item = this.#items[this.#first];
    if (!item || item.dueAt > this.#clock.now()) return undefined;
    this.#first += 1;
    if (this.#first >= COMPACT_AT) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** Where work due at an instant belongs: behind all that is due at the same one. */
  #placeAfter(dueAt: number): number {
    let low = this.#first;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle] as Item).dueAt <= dueAt) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #arm(): void {
    const next = this.#items[this.#first];
    if (!next || this.#running || this.#clock.isFrozen || next.dueAt >= this.#timerFor) return;
    this.#disarm();
    this.#timerFor = next.dueAt;
    const wait = Math.min(Math.max(next.dueAt - this.#clock.now(), 1), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#disarm();
      this.runDue();
    }, wait);
    // Waiting work alone is no reason for a process to stay.
    this.#timer.unref();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerFor = Number.POSITIVE_INFINITY;
  }
}
