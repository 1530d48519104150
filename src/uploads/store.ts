import type { Readable } from 'node:stream';

/** Where the bytes of files are kept, by the id of their upload and nothing else. */
export interface UploadStore {
  /** Where a browser sends the bytes itself; undefined: to Spoke, by `write`. */
  address?(upload: {
    readonly id: string;
    readonly size: number;
    readonly type: string;
    readonly seconds: number;
  }): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>;
  /** Bytes from `start` on; those behind are dropped. Returns how many there are in all, also when the bytes break off. */
  write?(id: string, start: number, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  /** How many bytes there are; 0 for none. */
  received(id: string): Promise<number>;
  /** Nothing is written to the file from now on, by whatever was handed out before. May be repeated. */
  finish(id: string): Promise<void>;
  /** The bytes as a file of this machine, while `work` lasts; `signal` ends the fetching of it. */
  withFile<T>(id: string, work: (path: string) => Promise<T>, signal?: AbortSignal): Promise<T>;
  read(id: string): Promise<Readable>;
  /** Nothing happens where there is none. */
  remove(id: string): Promise<void>;
}
