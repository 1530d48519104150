/** One write that the portal applied to a record. */
export interface HistoryEntry {
  kind: 'create' | 'update' | 'upsert' | 'archive' | 'merge';
  /** Ms of the portal's clock. */
  at: number;
  /** Number of the request in the journal. */
  requestN: number;
  traceId?: string;
  /** What was written, normalised, whether or not it changed anything. */
  properties: Record<string, string>;
}

/** The ordered writes of every record since the start or the last reset. */
export class WriteHistory {
  readonly #entries = new Map<string, HistoryEntry[]>();

  add(typeName: string, id: string, entry: HistoryEntry): void {
    const key = `${typeName}/${id}`;
    const entries = this.#entries.get(key);
    if (entries) entries.push(entry);
    else this.#entries.set(key, [entry]);
  }

  of(typeName: string, id: string): readonly HistoryEntry[] {
    return this.#entries.get(`${typeName}/${id}`) ?? [];
  }

  clear(): void {
    this.#entries.clear();
  }
}
