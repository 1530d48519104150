import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpokeConfig } from '../config/define-config.ts';
import { exampleConfig, importExample, notAsExpected } from './load-example.ts';

/** The website of the example beside the demo: its pages, and what its forms add to the demo's config. */
export interface DemoWebsite {
  readonly url: string;
  readonly config: Pick<SpokeConfig, 'forms' | 'website'>;
  /** Where its forms go, once that is known. */
  sendTo(spokeUrl: string): void;
  stop(): Promise<void>;
}

type StartSite = (options: {
  readonly port: number;
  readonly spokeUrl: () => string;
}) => Promise<{ readonly url: string; close(): Promise<void> }>;

const EXAMPLE = 'website-leads';

/** Starts the pages on a free port; files that visitors hand in are gone with `stop`. */
export async function startDemoWebsite(): Promise<DemoWebsite> {
  const [{ forms, website }, { startSite }] = await Promise.all([
    exampleConfig(EXAMPLE),
    importExample(`${EXAMPLE}/site-server.ts`),
  ]);
  if (typeof startSite !== 'function') throw notAsExpected(EXAMPLE, 'startSite');
  let spokeUrl = '';
  const site = await (startSite as StartSite)({ port: 0, spokeUrl: () => spokeUrl });
  const folder = await mkdtemp(join(tmpdir(), 'spoke-demo-'));
  const uploads = { store: { kind: 'disk', folder } } as const;
  return {
    url: site.url,
    config: { forms: forms ?? {}, website: { ...website, origins: [site.url], uploads } },
    sendTo(url) {
      spokeUrl = url;
    },
    async stop() {
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
