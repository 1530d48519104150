import { z } from 'zod';

/** Announcements kept for pollers that come late. */
const MAX_ANNOUNCEMENTS = 10_000;

export const holdSchema = z.strictObject({
  /** Only writes that fit are held; default all. */
  match: z
    .strictObject({
      method: z.string().toUpperCase().optional(),
      path: z.string().optional(),
      worker: z.string().optional(),
    })
    .default({}),
  /** Real ms by which the answer is delayed after the write happened. */
  holdMs: z.number().min(0).max(600_000),
  /** At most so many writes are held. */
  times: z.number().int().min(1).optional(),
  /** Chance that a fitting write is held. */
  probability: z.number().min(0).max(1).default(1),
});

export type HoldRule = z.input<typeof holdSchema>;

/** A write that happened and whose caller has not been told yet. */
export interface Announcement {
  /** From 1; hand the last one seen to `after` when polling on. */
  seq: number;
  /** Number of the request in the journal, as text. */
  requestId: string;
  at: number;
  method: string;
  path: string;
  headers: { 'user-agent': string | null; 'x-spoke-worker': string | null };
  inputs: number;
  holdMs: number;
}

/**
 * Holds answers back between the write and the reply, and announces each before, so that a harness can kill the
 * client in that gap.
 */
export class AppliedHold {
  readonly #random: () => number;
  readonly #listeners = new Set<(announcement: Announcement) => void>();
  readonly #held = new Map<string, () => void>();
  #rule: z.output<typeof holdSchema> | undefined;
  #path: RegExp | undefined;
  #announcements: Announcement[] = [];
  #seq = 0;
  #hits = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get rule(): (z.output<typeof holdSchema> & { hits: number; held: number }) | undefined {
    return this.#rule && { ...this.#rule, hits: this.#hits, held: this.#held.size };
  }

  /** Sets the rule, or ends holding with null; what is being held is let go. */
  set(rule: HoldRule | null): void {
    this.#rule = rule === null ? undefined : holdSchema.parse(rule);
    this.#path = this.#rule?.match.path === undefined ? undefined : new RegExp(this.#rule.match.path);
    this.#hits = 0;
    this.release();
  }

  /** Announces a write and waits, when the rule asks for it. Resolves after `holdMs`, or on release. */
  async holdIfAsked(write: Omit<Announcement, 'seq' | 'holdMs'>): Promise<void> {
    const rule = this.#rule;
    if (!rule || !this.#fits(rule, write)) return;
    this.#hits += 1;
    this.#seq += 1;
    const announcement = { seq: this.#seq, ...write, holdMs: rule.holdMs };
    this.#announcements.push(announcement);
    if (this.#announcements.length > MAX_ANNOUNCEMENTS) this.#announcements.shift();
    const held = new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.release(write.requestId), rule.holdMs);
      this.#held.set(write.requestId, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    for (const listener of [...this.#listeners]) listener(announcement);
    await held;
  }

  /** Lets one held answer go, or all. */
  release(requestId?: string): number {
    const ids = requestId === undefined ? [...this.#held.keys()] : [requestId];
    let released = 0;
    for (const id of ids) {
      const letGo = this.#held.get(id);
      if (!letGo) continue;
      this.#held.delete(id);
      letGo();
      released += 1;
    }
    return released;
  }

  /** Calls `listener` at each announcement; returns how to stop that. */
  onApplied(listener: (announcement: Announcement) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Announcements with a `seq` above `after`; waits up to `waitMs` (real) for the first. */
  async poll(after: number, waitMs: number): Promise<Announcement[]> {
    const known = this.#announcements.filter((announcement) => announcement.seq > after);
    if (known.length > 0 || waitMs <= 0) return known;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopListening();
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      const stopListening = this.onApplied(done);
    });
    return this.#announcements.filter((announcement) => announcement.seq > after);
  }

  #fits(rule: z.output<typeof holdSchema>, write: Omit<Announcement, 'seq' | 'holdMs'>): boolean {
    if (rule.times !== undefined && this.#hits >= rule.times) return false;
    const { method, worker } = rule.match;
    if (method !== undefined && method !== write.method) return false;
    if (worker !== undefined && worker !== write.headers['x-spoke-worker']) return false;
    if (this.#path && !this.#path.test(write.path)) return false;
    return rule.probability >= 1 || this.#random() < rule.probability;
  }
}
