import { defineConfig } from 'tsdown';
import { BROWSER_BUILDS } from './tsdown.browser.config.ts';

export default defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      'hubspot/index': 'src/hubspot/index.ts',
      'simulator/index': 'simulator/index.ts',
      'cli/main': 'src/cli/main.ts',
      // Runs in a thread of its own.
      'profile-thread': 'src/uploads/profile/profile-thread.ts',
    },
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    dts: true,
    // pg breaks when it is bundled; the others are better shared with the application.
    deps: { skipNodeModulesBundle: true },
    copy: ['src/db/migrations', 'simulator/page'],
    fixedExtension: true,
    checks: { pluginTimings: false },
  },
  ...BROWSER_BUILDS,
]);
