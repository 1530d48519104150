import { maxInWindow, RollingWindow } from './rolling-window.ts';

const TEN_SECONDS = 10_000;

/** One request as the portal saw it. Entries are made on arrival and completed when the answer is decided. */
export interface JournalEntry {
  /** From 1, in order of arrival at this portal. */
  n: number;
  portalId: number;
  /** Arrival, ms of the portal's clock. */
  at: number;
  method: string;
  /** With the query string. */
  path: string;
  /** Status answered; 0 while unanswered, or when the connection was cut instead. */
  status: number;
  /** Bytes of the request's body. */
  bytes: number;
  /** Id of the token, not its secret; null when none was accepted. */
  tokenId: string | null;
  /** Whether the request changed the portal, whatever the caller was told. */
  applied: boolean;
  /** Header `x-spoke-worker`. */
  worker: string | null;
  /** Real ms from arrival to the end of the answer. */
  durationMs: number;
  /** Inputs of a batch; 1 for a single write; 0 for reads of one record. */
  inputs: number;
  /** Id of the fault that was played. */
  fault?: string;
  traceIds?: string[];
}

export interface JournalOptions {
  portalId: number;
  /** Entries kept in memory: 0 keeps none, Infinity keeps all. */
  capacity: number;
  /** Is also handed each entry, as JSON, when its answer ends. */
  append?: ((line: string) => void) | undefined;
}

export interface JournalTail {
  results: JournalEntry[];
  /** Hand to `before` for older ones. */
  next: number | null;
}

/** The requests that a portal received, newest `capacity` of them in memory. Counts and the 10 s maximum cover all requests. */
export class Journal {
  readonly capacity: number;
  readonly #portalId: number;
  readonly #append: ((line: string) => void) | undefined;
  #ring: JournalEntry[] = [];
  /** Place of the oldest entry once the ring is full. */
  #oldest = 0;
  #arrivals = new RollingWindow();
  #perToken = new Map<string, RollingWindow>();
  #total = 0;
  #applied = 0;
  #statuses = new Map<number, number>();

  constructor(options: JournalOptions) {
    this.capacity = options.capacity;
    this.#portalId = options.portalId;
    this.#append = options.append;
  }

  arrive(fields: Pick<JournalEntry, 'at' | 'method' | 'path' | 'worker'>): JournalEntry {
    this.#total += 1;
    this.#arrivals.add(fields.at, TEN_SECONDS);
    const entry: JournalEntry = {
      n: this.#total,
      portalId: this.#portalId,
      at: fields.at,
      method: fields.method,
      path: fields.path,
      status: 0,
      bytes: 0,
      tokenId: null,
      applied: false,
      worker: fields.worker,
      durationMs: 0,
      inputs: 0,
    };
    if (this.#ring.length < this.capacity) this.#ring.push(entry);
    else if (this.capacity > 0) {
      this.#ring[this.#oldest] = entry;
      this.#oldest = (this.#oldest + 1) % this.capacity;
    }
    return entry;
  }

  identify(entry: JournalEntry, tokenId: string): void {
    entry.tokenId = tokenId;
    const window = this.#perToken.get(tokenId) ?? new RollingWindow();
    this.#perToken.set(tokenId, window);
    window.add(entry.at, TEN_SECONDS);
  }

  finish(entry: JournalEntry, durationMs: number): void {
    entry.durationMs = Math.round(durationMs * 1_000) / 1_000;
    this.#statuses.set(entry.status, (this.#statuses.get(entry.status) ?? 0) + 1);
    if (entry.applied) this.#applied += 1;
    this.#append?.(JSON.stringify(entry));
  }

  /** Entries in memory with `n` above `after`, oldest first. */
  entries(after = 0, limit = Number.POSITIVE_INFINITY): JournalEntry[] {
    const found: JournalEntry[] = [];
    for (let place = 0; place < this.#ring.length && found.length < limit; place += 1) {
      const entry = this.#ring[(this.#oldest + place) % this.#ring.length] as JournalEntry;
      if (entry.n > after) found.push(entry);
    }
    return found;
  }

  /** Entries in memory, the last that arrived first. */
  *newestFirst(): Iterable<JournalEntry> {
    for (let place = this.#ring.length - 1; place >= 0; place -= 1)
      yield this.#ring[(this.#oldest + place) % this.#ring.length] as JournalEntry;
  }

  /** Entries below `before` that `accept` takes, the newest first; `next` goes on from there, null at the end. */
  tail(ask: { before: number; limit: number; accept: (entry: JournalEntry) => boolean }): JournalTail {
    const results: JournalEntry[] = [];
    for (const entry of this.newestFirst()) {
      if (entry.n >= ask.before || !ask.accept(entry)) continue;
      if (results.length === ask.limit) return { results, next: results.at(-1)?.n ?? null };
      results.push(entry);
    }
    return { results, next: null };
  }

  /** Most calls that arrived in any rolling window; over the entries in memory, except for 10 s, which covers all. */
  maxInWindow(spanMs: number, tokenId?: string): number {
    if (spanMs === TEN_SECONDS)
      return (tokenId === undefined ? this.#arrivals : this.#perToken.get(tokenId))?.highest ?? 0;
    const entries = this.entries().filter((entry) => tokenId === undefined || entry.tokenId === tokenId);
    return maxInWindow(
      entries.map((entry) => entry.at),
      spanMs,
    );
  }

  totals(): { requests: number; applied: number; byStatus: Record<string, number>; kept: number } {
    return {
      requests: this.#total,
      applied: this.#applied,
      byStatus: Object.fromEntries(this.#statuses),
      kept: this.#ring.length,
    };
  }

  /** Forgets all entries and starts numbering at 1 again. What was handed on stays. */
  clear(): void {
    this.#ring = [];
    this.#oldest = 0;
    this.#arrivals = new RollingWindow();
    this.#perToken = new Map();
    this.#total = 0;
    this.#applied = 0;
    this.#statuses = new Map();
  }
}
