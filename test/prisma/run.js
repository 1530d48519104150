// Installs Prisma's client (once), generates it, and runs the test of the executor against it: `npm test` in this folder.
import { fileURLToPath } from 'node:url';
import { installOnce, run } from '../support/own-package.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

installOnce(folder);
// `generate` needs no schema engine, yet downloads one unless it is told of a program that stands for it.
run('npx', ['prisma', 'generate'], folder, { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath });
run('npx', ['vitest', 'run', '--config', 'test/prisma/vitest.config.ts'], root);
