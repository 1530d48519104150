// Installs HubSpot's client (once) and lets it make its everyday calls against the simulator: `npm test` in this folder.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce, run } from '../support/own-package.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

installOnce(folder);
run('npx', ['tsc', '-p', 'test/sdk'], root);
const counts = join(mkdtempSync(join(tmpdir(), 'spoke-sdk-')), 'calls');
run('npx', ['vitest', 'run', '--config', 'test/sdk/vitest.config.ts'], root, { SDK_CALLS_FILE: counts });
const calls = readFileSync(counts, 'utf8')
  .split('\n')
  .reduce((sum, line) => sum + Number(line), 0);
console.log(`${calls} calls by HubSpot's client`);
