import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/prisma/executor.prisma.ts'],
    globalSetup: ['./test/support/global-setup.ts'],
    // The generated client is TypeScript although it lies in node_modules, where the checks of this repository do not look.
    server: { deps: { inline: [/generated-client/] } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
