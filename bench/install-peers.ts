import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Installs the peers of bench/package-lock.json unless they stand; stdout stays free for the result. */
export async function installPeers(progress: (line: string) => void): Promise<void> {
  const [locked, installed] = await Promise.all([
    changedAt(`${FOLDER}package-lock.json`),
    changedAt(`${FOLDER}node_modules/.package-lock.json`),
  ]);
  if (installed >= locked) return;
  progress('installing the peers into bench/node_modules');
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: ['ignore', 2, 2] });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new Error(`npm ci in bench/ ended with ${code}; run it by hand to see why.`);
}

async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}
