// For the scripts of packages of their own below test/: installing what they need, once, and running programs.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** Installs the dependencies of the package in `folder` from its lock file, unless they are there already. */
export function installOnce(folder) {
  const changed = (path) => statSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs;
  const installed = changed('node_modules/.package-lock.json');
  if (installed !== undefined && installed >= changed('package-lock.json')) return;
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

/** Runs a program with its output shown; ends this process with its exit code when it fails. */
export function run(command, values, cwd, environment = {}) {
  const { status, error } = spawnSync(command, values, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
