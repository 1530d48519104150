import { z } from 'zod';
import type { SavedPart } from './saved-part.ts';

const KINDS = ['create', 'update', 'upsert', 'archive', 'restore', 'merge'] as const;

type HistoryKind = (typeof KINDS)[number];

/** One write that the portal applied to a record. */
export interface HistoryEntry {
  kind: HistoryKind;
  /** Ms of the portal's clock. */
  at: number;
  /** Number of the request in the journal. */
  requestN: number;
  traceId?: string;
  /** What was written, normalised, whether or not it changed anything. */
  properties: Record<string, string>;
}

const rowSchema = z.tuple([
  z.string(),
  z.strictObject({
    kind: z.enum(KINDS),
    at: z.number(),
    requestN: z.number(),
    traceId: z.string().exactOptional(),
    properties: z.record(z.string(), z.string()),
  }),
]);

/** The ordered writes of every record since the start or the last reset. */
export class WriteHistory implements SavedPart {
  readonly #entries = new Map<string, HistoryEntry[]>();

  add(typeName: string, id: string, entry: HistoryEntry): void {
    this.#append(`${typeName}/${id}`, entry);
  }

  of(typeName: string, id: string): readonly HistoryEntry[] {
    return this.#entries.get(`${typeName}/${id}`) ?? [];
  }

  forget(typeName: string, id: string): void {
    this.#entries.delete(`${typeName}/${id}`);
  }

  clear(): void {
    this.#entries.clear();
  }

  *dump(): Iterable<unknown> {
    for (const [key, entries] of this.#entries) for (const entry of entries) yield [key, entry];
  }

  restore(row: unknown): void {
    this.#append(...rowSchema.parse(row));
  }

  #append(key: string, entry: HistoryEntry): void {
    const entries = this.#entries.get(key);
    if (entries) entries.push(entry);
    else this.#entries.set(key, [entry]);
  }
}
