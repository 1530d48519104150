import type { Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { FileRefused } from './profile.ts';

/** Bytes of all entries together, as they say and as they are; entries; and how much an entry may shrink by packing. */
const MOST_UNPACKED = 536_870_912;
const MOST_ENTRIES = 5_000;
const MOST_RATIO = 250;
/** Small entries may be packed well: 1 MiB of them harms nobody. */
const RATIO_FROM = 1_048_576;
/** What runs when the workbook is opened, or is a file of its own. */
const ACTIVE = /(?:^|\/)(?:vbaProject\.bin|activeX\/|embeddings\/|externalLinks\/)/i;

/** The entries of a zip file, none of which is ever written to a disk. */
export interface Zip {
  has(name: string): boolean;
  /** The bytes of an entry; raises when there come other ones than its head says. */
  read(name: string): AsyncIterable<Buffer>;
  close(): void;
}

/**
 * Opens a zip file and looks at all heads before anything is unpacked: number, sizes and ratios of entries, names that lead out of a
 * folder or come twice, encryption.
 *
 * @throws FileRefused XLSX_INVALID, XLSX_TOO_LARGE, XLSX_ACTIVE.
 */
export async function openZip(path: string): Promise<Zip> {
  const file = await opened(path);
  try {
    const entries = await entriesOf(file);
    return {
      has: (name) => entries.has(name),
      read: (name) => contentOf(file, entries.get(name)),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function opened(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, file) => {
      if (error) reject(new FileRefused('XLSX_INVALID', { cause: error }));
      else resolve(file);
    });
  });
}

function entriesOf(file: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  return new Promise((resolve, reject) => {
    if (file.entryCount > MOST_ENTRIES) return reject(new FileRefused('XLSX_TOO_LARGE'));
    file.on('error', (error: Error) => reject(new FileRefused('XLSX_INVALID', { cause: error })));
    file.on('end', () => resolve(entries));
    file.on('entry', (entry: Entry) => {
      const { fileName: name, uncompressedSize: size, compressedSize: packed } = entry;
      unpacked += size;
      if (unpacked > MOST_UNPACKED || (size > RATIO_FROM && size > packed * MOST_RATIO))
        return reject(new FileRefused('XLSX_TOO_LARGE'));
      if (entry.isEncrypted() || entries.has(name)) return reject(new FileRefused('XLSX_INVALID'));
      if (ACTIVE.test(name)) return reject(new FileRefused('XLSX_ACTIVE'));
      entries.set(name, entry);
      file.readEntry();
    });
    file.readEntry();
  });
}

async function* contentOf(file: ZipFile, entry: Entry | undefined): AsyncGenerator<Buffer> {
  if (entry === undefined) throw new FileRefused('XLSX_INVALID');
  const stream = await new Promise<Readable>((resolve, reject) => {
    file.openReadStream(entry, (error, opening) => {
      if (error) reject(new FileRefused('XLSX_INVALID', { cause: error }));
      else resolve(opening);
    });
  });
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).length;
      // Beside the reader's own check: what is unpacked is counted, whatever the head says.
      if (bytes > MOST_UNPACKED) throw new FileRefused('XLSX_TOO_LARGE');
      yield chunk as Buffer;
    }
  } catch (error) {
    throw error instanceof FileRefused ? error : new FileRefused('XLSX_INVALID', { cause: error });
  }
}
