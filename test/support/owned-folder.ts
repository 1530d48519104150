import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStart } from '../../src/db/process-identity.ts';

/** A new temporary folder that names this process as its owner, so that it can be removed when we are killed. */
export async function ownedFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await writeFile(join(folder, 'owner'), `${process.pid} ${await processStart(process.pid)}`);
  return folder;
}

/** Removes the folders of that prefix whose owner is dead, each after `before` was called for it. */
export async function removeOrphans(
  prefix: string,
  before: (folder: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const folder = join(tmpdir(), name);
    const owner = await readFile(join(folder, 'owner'), 'utf8').catch(() => '');
    const [pid, start] = owner.split(' ');
    // Without an owner it is being made at this moment.
    if (pid === undefined || start === undefined || (await processStart(Number(pid))) === start) continue;
    await before(folder);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
