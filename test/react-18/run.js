// Installs React 18 (once), and runs the tests of the components with it: `npm test` in this folder.
import { fileURLToPath } from 'node:url';
import { installOnce, run } from '../support/own-package.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

installOnce(folder);
run('npx', ['vitest', 'run', '--config', 'test/react-18/vitest.config.ts'], root);
