import { z } from 'zod';
import type { Random } from './random.ts';

/** `after-apply`: the write happened and the caller does not learn it. It is played only when something was written. */
export const FAULT_STAGES = ['before', 'after-apply', 'mid-body'] as const;
export type FaultStage = (typeof FAULT_STAGES)[number];

/**
 * - reset: the connection is cut with RST. hang: no answer, the connection stays open.
 * - status: the given status. html: an HTML page (502). garbage: 200 that is not JSON. edge429: the edge's text/plain 429.
 * - truncate: 200 with half of the JSON. empty: 200 with empty results. slow: the true answer after `delayMs`.
 * - skew: the true answer with a `Date` header that is `skewMs` ahead (default 10 min; negative: behind).
 * - revoke: the caller's token is revoked for good before the call, which is then answered 401. Only `before`.
 * - drop-item: one input of a batch is missing from the answer, without an error. `before`: it is also not written.
 */
export const FAULT_KINDS = [
  'reset',
  'hang',
  'status',
  'html',
  'garbage',
  'truncate',
  'slow',
  'drop-item',
  'empty',
  'edge429',
  'skew',
  'revoke',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** After the head and half of the body only these can still happen. */
const MID_BODY_KINDS: readonly FaultKind[] = ['reset', 'hang', 'truncate', 'slow'];

const regexText = z.string().refine(isRegex, { error: 'is not a regular expression' });

export const faultSchema = z
  .strictObject({
    /** Default `fault-N`. */
    id: z.string().min(1).optional(),
    /** All given parts must fit; without any, every request matches. */
    match: z
      .strictObject({
        method: z.string().toUpperCase().optional(),
        /** Regular expression over the path with its query. */
        path: regexText.optional(),
        /** Part of the raw body. */
        contains: z.string().min(1).optional(),
      })
      .default({}),
    at: z.enum(FAULT_STAGES).default('before'),
    do: z.enum(FAULT_KINDS),
    status: z.number().int().min(200).max(599).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    /** Text is sent as it is, anything else as JSON. */
    body: z.unknown().optional(),
    /** Real ms before the fault is played, or by which `slow` delays. */
    delayMs: z.number().min(0).max(600_000).optional(),
    /** Ms by which the `Date` header of `skew` is ahead of the true time. */
    skewMs: z.number().min(-31_536_000_000).max(31_536_000_000).optional(),
    /** So many matching requests pass before it is played for the first time. */
    after: z.number().int().min(0).default(0),
    /** Chance per matching request, drawn from the portal's seed. */
    probability: z.number().min(0).max(1).default(1),
    /** Played at most so often. */
    times: z.number().int().min(1).optional(),
  })
  .refine((fault) => fault.at !== 'mid-body' || MID_BODY_KINDS.includes(fault.do), {
    error: `at 'mid-body' only these can be done: ${MID_BODY_KINDS.join(', ')}`,
    path: ['do'],
  })
  .refine((fault) => fault.at === 'before' || fault.do !== 'revoke', {
    error: "'revoke' is only done at 'before'",
    path: ['at'],
  });

/** A plan entry as it is given. */
export type FaultPlan = z.input<typeof faultSchema>;

export interface Fault extends z.output<typeof faultSchema> {
  id: string;
  /** Requests that fitted, whether or not chance let the fault be played. */
  matched: number;
  /** Times it was played. */
  hits: number;
}

interface Entry {
  fault: Fault;
  path: RegExp | undefined;
}

export interface FaultSubject {
  method: string;
  path: string;
  rawBody: Buffer;
}

/** The plan of misbehaviour. The first entry that fits a request at a stage, and is let through by chance, is played. */
export class FaultPlanner {
  readonly #random: Random;
  #entries: Entry[] = [];
  #added = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Appends entries. Throws a ZodError when one is malformed; then none is added. */
  add(plans: readonly FaultPlan[]): Fault[] {
    const parsed = z.array(faultSchema).parse(plans);
    const entries = parsed.map((plan) => {
      this.#added += 1;
      const fault: Fault = { ...plan, id: plan.id ?? `fault-${this.#added}`, matched: 0, hits: 0 };
      return { fault, path: plan.match.path === undefined ? undefined : new RegExp(plan.match.path) };
    });
    this.#entries.push(...entries);
    return entries.map((entry) => ({ ...entry.fault }));
  }

  list(): Fault[] {
    return this.#entries.map((entry) => ({ ...entry.fault }));
  }

  /** Removes one entry, or all; returns how many went. */
  remove(id?: string): number {
    const before = this.#entries.length;
    this.#entries = id === undefined ? [] : this.#entries.filter((entry) => entry.fault.id !== id);
    return before - this.#entries.length;
  }

  /** Draws the fault for a request at a stage, and counts it. */
  draw(stage: FaultStage, subject: FaultSubject): Fault | undefined {
    for (const { fault, path } of this.#entries) {
      if (fault.at !== stage || (fault.times !== undefined && fault.hits >= fault.times)) continue;
      if (!fits(fault, path, subject)) continue;
      fault.matched += 1;
      if (fault.matched <= fault.after) continue;
      if (fault.probability < 1 && this.#random() >= fault.probability) continue;
      fault.hits += 1;
      return fault;
    }
    return undefined;
  }
}

function fits(fault: Fault, path: RegExp | undefined, subject: FaultSubject): boolean {
  if (fault.match.method !== undefined && fault.match.method !== subject.method) return false;
  if (path && !path.test(subject.path)) return false;
  return fault.match.contains === undefined || subject.rawBody.includes(fault.match.contains);
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
