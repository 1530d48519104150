import { defineConfig } from 'vitest/config';

const source = (path: string) => new URL(path, import.meta.url).pathname;

/** A real portal is asked one file after the other, and shows some changes only after a minute. */
const live =
  process.env.HUBSPOT_LIVE_TOKEN === undefined ? {} : { testTimeout: 180_000, fileParallelism: false };

export default defineConfig({
  resolve: {
    alias: {
      'spoke/simulator': source('./simulator/index.ts'),
      'spoke/hubspot': source('./src/hubspot/index.ts'),
      spoke: source('./src/index.ts'),
    },
  },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // On two cores: tests wait about as long as they work.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // No module has a state of its own: what a file has loaded does for the next one.
          isolate: false,
          include: ['{src,simulator,browser,scripts,bench}/**/*.test.ts', 'test/chaos/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/{integration,support}/**/*.test.ts', 'examples/**/*.test.ts'],
          globalSetup: ['./test/support/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], isolate: false, ...live },
      },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'] } },
    ],
    coverage: {
      include: ['src/**/*.ts', 'simulator/**/*.ts'],
      exclude: ['**/*.test.ts', 'simulator/fuzz/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
  },
});
