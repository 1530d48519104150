import { readdir } from 'node:fs/promises';

/** Not ours, or not written by hand. */
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'tmp', '.git', '.spoke']);

/** Paths of all files in these folders of the working directory, sorted; a folder that is missing has none. */
export async function listFiles(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (SKIPPED.has(entry.name)) continue;
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) found.push(...(await listFiles([path])));
      else if (entry.isFile()) found.push(path);
    }
  }
  return found.sort();
}
