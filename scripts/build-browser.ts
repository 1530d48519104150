// Builds the scripts that pages load from Spoke into `dist/forms`: `npm start` and the tests in browsers need them, and no more of `dist`.

import { pathToFileURL } from 'node:url';
import { build } from 'tsdown';
import { SERVED_BUILDS } from '../tsdown.browser.config.ts';

/** Writes `forms/core.mjs` and `forms/element.mjs` into a folder. */
export async function buildBrowser(outDir: string): Promise<void> {
  for (const served of SERVED_BUILDS) await build({ ...served, config: false, outDir, logLevel: 'error' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildBrowser('dist');
