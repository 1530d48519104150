import { createWriteStream } from 'node:fs';

export interface JournalFile {
  append: (line: string) => void;
  /** Resolves when everything is written. */
  close: () => Promise<void>;
}

/** Opens a file that the requests of all portals are appended to. */
export function openJournalFile(path: string): JournalFile {
  const stream = createWriteStream(path, { flags: 'a' });
  return {
    append: (line) => {
      stream.write(`${line}\n`);
    },
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}
