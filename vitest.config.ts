import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      'spoke/simulator': new URL('./simulator/index.ts', import.meta.url).pathname,
      'spoke/hubspot': new URL('./src/hubspot/index.ts', import.meta.url).pathname,
      spoke: new URL('./src/index.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['src/**/*.test.ts', 'simulator/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: ['./test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
