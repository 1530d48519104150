import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, isSpokeConfig, type SpokeConfig } from '../config/define-config.ts';
import { importWithSpoke } from '../config/load-config.ts';
import { SpokeError } from '../errors.ts';

/** The website of the example beside the demo: its pages, and the demo's config with its forms. */
export interface DemoWebsite {
  readonly url: string;
  readonly config: SpokeConfig;
  /** Where its forms go, once that is known. */
  sendTo(spokeUrl: string): void;
  stop(): Promise<void>;
}

type StartSite = (options: {
  readonly port: number;
  readonly spokeUrl: () => string;
}) => Promise<{ readonly url: string; close(): Promise<void> }>;

/** Beside the package's code, in the source tree as in the installed package. */
const FOLDERS = ['../../examples/website-leads/', '../examples/website-leads/'];

/** Starts the pages on a free port; files that visitors hand in are gone with `stop`. */
export async function startDemoWebsite(config: SpokeConfig): Promise<DemoWebsite> {
  const { startSite, forms } = await loadExample();
  let spokeUrl = '';
  const site = await startSite({ port: 0, spokeUrl: () => spokeUrl });
  const folder = await mkdtemp(join(tmpdir(), 'spoke-demo-'));
  const uploads = { store: { kind: 'disk', folder } } as const;
  return {
    url: site.url,
    config: defineConfig({
      ...config,
      forms: forms.forms ?? {},
      website: { ...forms.website, origins: [site.url], uploads },
    }),
    sendTo(url) {
      spokeUrl = url;
    },
    async stop() {
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function loadExample(): Promise<{ startSite: StartSite; forms: SpokeConfig }> {
  const folder = FOLDERS.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) =>
    existsSync(path),
  );
  if (folder === undefined)
    throw new SpokeError(
      'CONFIG_NOT_FOUND',
      'The website example is missing from this package: install it again.',
    );
  const [{ default: forms }, { startSite }] = await Promise.all([
    importWithSpoke(join(folder, 'spoke.config.ts')),
    importWithSpoke(join(folder, 'site-server.ts')),
  ]);
  if (!isSpokeConfig(forms) || typeof startSite !== 'function')
    throw new SpokeError(
      'CONFIG_LOAD_FAILED',
      `${folder} lacks a config as default export of spoke.config.ts, or startSite.`,
    );
  return { forms, startSite: startSite as StartSite };
}
