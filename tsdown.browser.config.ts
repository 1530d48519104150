import type { UserConfig } from 'tsdown';

const IN_BROWSERS = {
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  tsconfig: 'tsconfig.browser.json',
  fixedExtension: true,
  checks: { pluginTimings: false },
} satisfies UserConfig;

/** What an application bundles: `spoke/browser`, `spoke/element`, `spoke/react`, with what they share in one place. */
const FOR_BUNDLERS: UserConfig = {
  ...IN_BROWSERS,
  entry: {
    'browser/core': 'browser/core/index.ts',
    'browser/element': 'browser/element/index.ts',
    'browser/react': 'browser/react/index.ts',
  },
  dts: true,
  // Its components and its hook keep state: frameworks that render on a server take such a file by this word.
  outputOptions: { banner: ({ name }) => (name === 'browser/react' ? "'use client';" : '') },
  deps: { skipNodeModulesBundle: true },
};

/** What Spoke serves to pages without a bundler, each whole in one file: `/forms/core.js` and `/forms/element.js`. */
export const SERVED_BUILDS: readonly UserConfig[] = [
  ['forms/core', 'browser/core/index.ts'] as const,
  ['forms/element', 'browser/element/served.ts'] as const,
].map(([name, entry]) => ({
  ...IN_BROWSERS,
  entry: { [name]: entry },
  dts: false,
  minify: true,
  clean: false,
}));

export const BROWSER_BUILDS: readonly UserConfig[] = [FOR_BUNDLERS, ...SERVED_BUILDS];
