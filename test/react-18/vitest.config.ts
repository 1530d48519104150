import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/react-18/react-forms.react18.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
