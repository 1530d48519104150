// Installs HubSpot's client (once) and lets it make its everyday calls against the simulator: `npm test` in this folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

if (!isInstalled())
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
run('npx', ['tsc', '-p', 'test/sdk'], root);
const counts = join(mkdtempSync(join(tmpdir(), 'spoke-sdk-')), 'calls');
run('npx', ['vitest', 'run', '--config', 'test/sdk/vitest.config.ts'], root, { SDK_CALLS_FILE: counts });
const calls = readFileSync(counts, 'utf8')
  .split('\n')
  .reduce((sum, line) => sum + Number(line), 0);
console.log(`${calls} calls by HubSpot's client`);

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
