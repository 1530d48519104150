import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Spoke as a user installs it; the sources run through a loader would be charged with compiling themselves. */
export interface BuiltSpoke {
  readonly cli: string;
  readonly hubspot: string;
}

/** Builds dist/ when src/ is newer. */
export async function builtSpoke(progress: (line: string) => void): Promise<BuiltSpoke> {
  const spoke = { cli: `${ROOT}dist/cli/main.mjs`, hubspot: `${ROOT}dist/hubspot/index.mjs` };
  const built = await Promise.all(Object.values(spoke).map(changedAt));
  if (Math.min(...built) < (await newestSource())) {
    progress('building dist/');
    const npm = spawn('npm', ['run', 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    const [code] = await once(npm, 'exit');
    if (code !== 0) throw new Error(`npm run build ended with ${code}.`);
  }
  return spoke;
}

async function newestSource(): Promise<number> {
  const files = await readdir(`${ROOT}src`, { recursive: true });
  return Math.max(...(await Promise.all(files.map((file) => changedAt(`${ROOT}src/${file}`)))));
}

async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}
