import { mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStart } from '../../src/db/process-identity.ts';

/** Files here are in memory (Linux). */
const MEMORY = '/dev/shm';
/** Containers may have no more than 64 MB of it. */
const ROOM_BYTES = 2 * 1024 ** 3;

/** Where temporary folders go that lose nothing by being in memory: there, if there is room, else on the disk. */
export async function quickestFolder(): Promise<string> {
  const space = await statfs(MEMORY).catch(() => undefined);
  return space !== undefined && space.bavail * space.bsize >= ROOM_BYTES ? MEMORY : tmpdir();
}

/** A new folder in `parent` that names this process as its owner, so that it can be removed when we are killed. */
export async function ownedFolder(parent: string, prefix: string): Promise<string> {
  const folder = await mkdtemp(join(parent, prefix));
  await writeFile(join(folder, 'owner'), `${process.pid} ${await processStart(process.pid)}`);
  return folder;
}

/** Removes the folders of that prefix whose owner is dead, wherever they are, each after `before` was called for it. */
export async function removeOrphans(
  prefix: string,
  before: (folder: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const parents = await Promise.all(
    [tmpdir(), MEMORY].map(async (parent) => {
      const names = await readdir(parent).catch(() => []);
      return names.filter((name) => name.startsWith(prefix)).map((name) => join(parent, name));
    }),
  );
  for (const folder of parents.flat()) {
    const owner = await readFile(join(folder, 'owner'), 'utf8').catch(() => '');
    const [pid, start] = owner.split(' ');
    // Without an owner it is being made at this moment.
    if (pid === undefined || start === undefined || (await processStart(Number(pid))) === start) continue;
    await before(folder);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
