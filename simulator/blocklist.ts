import { z } from 'zod';
import type { SavedPart } from './saved-part.ts';

const MS_PER_DAY = 86_400_000;

/** The addresses that privacy deletes have named. */
export class Blocklist implements SavedPart {
  /** Address -> ms of the portal's clock. */
  readonly #since = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#since.size === 0;
  }

  block(address: string, now: number): void {
    this.#since.set(address, now);
  }

  /** `days`: how long an address stays blocked; null for good. */
  isBlocked(address: string, { now, days }: { now: number; days: number | null }): boolean {
    const since = this.#since.get(address);
    return since !== undefined && (days === null || now < since + days * MS_PER_DAY);
  }

  *dump(): Iterable<unknown> {
    yield* this.#since;
  }

  restore(row: unknown): void {
    const [address, since] = z.tuple([z.string(), z.number()]).parse(row);
    this.block(address, since);
  }
}
