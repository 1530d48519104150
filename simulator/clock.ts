import { z } from 'zod';
import type { SavedPart } from './saved-part.ts';

/** The portal's own time. Limits, timestamps and expiry follow it; delays of answers follow real time. */
export interface SimulatorClock {
  /** Ms since 1970. */
  now(): number;
}

export interface ClockChange {
  /** Jump to this instant (ms since 1970) and run on from there. */
  now?: number | undefined;
  /** Move by so many ms; negative moves back. */
  advanceMs?: number | undefined;
  /** Stand still (true) or run again (false). */
  frozen?: boolean | undefined;
}

const savedSchema = z.strictObject({ offsetMs: z.number(), frozenAt: z.number().nullable() });

/** A clock that runs with `source` (default: the machine's) and can be moved or stopped while the portal runs. */
export class DrivableClock implements SimulatorClock, SavedPart {
  readonly #source: SimulatorClock;
  #offset = 0;
  #frozenAt: number | undefined;
  readonly #listeners = new Set<(left: number) => void>();

  constructor(source: SimulatorClock = { now: () => Date.now() }) {
    this.#source = source;
  }

  now(): number {
    return this.#frozenAt ?? this.#source.now() + this.#offset;
  }

  get isFrozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  /** Calls `listener` after each move, stop or start with the instant that was left; returns how to stop listening. */
  onChange(listener: (left: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(change: ClockChange): number {
    const left = this.now();
    const target = (change.now ?? left) + (change.advanceMs ?? 0);
    const frozen = change.frozen ?? this.#frozenAt !== undefined;
    this.#offset = target - this.#source.now();
    this.#frozenAt = frozen ? target : undefined;
    for (const listener of this.#listeners) listener(left);
    return target;
  }

  *dump(): Iterable<unknown> {
    yield { offsetMs: this.#offset, frozenAt: this.#frozenAt ?? null };
  }

  /** A clock that ran goes on as far from its source as it was. */
  restore(row: unknown): void {
    const { offsetMs, frozenAt } = savedSchema.parse(row);
    this.change({ now: frozenAt ?? this.#source.now() + offsetMs, frozen: frozenAt !== null });
  }
}

/** Formats instants as ISO text; a batch writes a hundred records in one ms, so the last text is kept. */
export function createIsoFormatter(): (ms: number) => string {
  let lastMs = Number.NaN;
  let lastText = '';
  return (ms) => {
    if (ms !== lastMs) {
      lastText = new Date(ms).toISOString();
      lastMs = ms;
    }
    return lastText;
  };
}
