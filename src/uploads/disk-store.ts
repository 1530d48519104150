import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { UploadStore } from './store.ts';

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Only the own user reads files and folder. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Files in a folder, named by the ids of their uploads: `<id>.part` while bytes are missing, `<id>` once all are there, which
 * one rename does. Processes on several machines need a folder that they share.
 */
export function createDiskStore(folder: string): UploadStore {
  const root = resolve(folder);
  const placeOf = (id: string): string => {
    // No path is ever made of anything else.
    if (!ID.test(id)) throw new Error('An upload is named by its id alone.');
    return join(root, id);
  };
  const partOf = (id: string) => `${placeOf(id)}.part`;

  return {
    async write(id, start, bytes) {
      await mkdir(root, { recursive: true, mode: FOLDER_MODE });
      const file = await open(partOf(id), start === 0 ? 'w' : 'r+', FILE_MODE);
      let at = start;
      try {
        await file.truncate(start);
        for await (const chunk of bytes) {
          // A disk that is nearly full takes a part of it.
          for (let from = 0; from < chunk.length; ) {
            const { bytesWritten } = await file.write(chunk, from, chunk.length - from, at);
            from += bytesWritten;
            at += bytesWritten;
          }
        }
        return at;
      } finally {
        await file.close();
      }
    },
    async received(id) {
      return (await sizeOf(placeOf(id))) ?? (await sizeOf(partOf(id))) ?? 0;
    },
    async finish(id) {
      if ((await sizeOf(placeOf(id))) !== undefined) return;
      const file = await open(partOf(id), 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partOf(id), placeOf(id));
    },
    withFile: (id, work) => work(placeOf(id)),
    async read(id): Promise<Readable> {
      const stream = createReadStream(placeOf(id));
      await new Promise<void>((opened, failed) => stream.once('open', () => opened()).once('error', failed));
      return stream;
    },
    async remove(id) {
      await Promise.all([placeOf(id), partOf(id)].map((path) => rm(path, { force: true })));
    },
  };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
