// Installs Prisma's client (once), generates it, and runs the test of the executor against it: `npm test` in this folder.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

if (!isInstalled())
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
// `generate` needs no schema engine, yet downloads one unless it is told of a program that stands for it.
run('npx', ['prisma', 'generate'], folder, { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath });
run('npx', ['vitest', 'run', '--config', 'test/prisma/vitest.config.ts'], root);

function isInstalled() {
  const changed = (path) => statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs;
  const installed = changed('node_modules/.package-lock.json');
  return installed !== undefined && installed >= changed('package-lock.json');
}

function run(command, values, cwd, environment = {}) {
  const { status, error } = spawnSync(command, values, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
