import { createWriteStream, type WriteStream } from 'node:fs';

/** The record an event belongs to, as the producers name it. */
export interface ContactKey {
  readonly idProperty: 'email' | 'chaos_id';
  readonly id: string;
}

/** One committed event: what the portal must show of it in the end. */
export interface LedgerEntry {
  readonly eventId: number;
  readonly key: ContactKey;
  /** From 1 and without gaps for each contact, in the order of the commits. */
  readonly seq: number;
  /** Wire values by property; '' clears. A property that is absent is left as it is. */
  readonly set: Readonly<Record<string, string>>;
  /** Text that the event's note contains; undefined when the event makes none. */
  readonly note?: string;
}

/** What was committed. Entries come after their commit, so that everything in it is a promise that must be kept. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  add(entries: readonly LedgerEntry[]): void;
  /** Resolves when the file is written out. */
  close(): Promise<void>;
}

/** Keeps the entries in memory and, with `file`, as NDJSON for looking at a failed run afterwards. */
export function createLedger(file?: string): Ledger {
  const entries: LedgerEntry[] = [];
  const stream: WriteStream | undefined = file === undefined ? undefined : createWriteStream(file);
  return {
    entries,
    add(added) {
      for (const entry of added) {
        entries.push(entry);
        stream?.write(`${JSON.stringify(entry)}\n`);
      }
    },
    async close() {
      if (stream) await new Promise<void>((resolve) => stream.end(resolve));
    },
  };
}

export function keyText(key: ContactKey): string {
  return `${key.idProperty}:${key.id}`;
}
