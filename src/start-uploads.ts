import type { Clock } from './clock.ts';
import type { FormDefinitions } from './config/forms.ts';
import type { UploadsConfig } from './config/uploads.ts';
import type { WebsiteConfig } from './config/website.ts';
import type { Database } from './db/database.ts';
import { addressForLimit } from './forms/client-address.ts';
import type { Website } from './forms/website.ts';
import type { Logger } from './log.ts';
import type { UploadObservers } from './ops/metrics.ts';
import { startAnalysisLoop } from './uploads/analysis-loop.ts';
import { openStore } from './uploads/open-store.ts';
import { startUploadUpkeep } from './uploads/upload-upkeep.ts';
import { createUploads, type Uploads } from './uploads/uploads.ts';

const KEEP_DAYS = 90;

/** The files of visitors: what the routes work with, and the loops that look through them and remove them by age. */
export function startUploads(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly website: Pick<Website, 'signer'>;
  readonly config: UploadsConfig;
  readonly messages: WebsiteConfig['messages'];
  readonly forms: FormDefinitions;
  readonly baseUrl: () => string;
  readonly observers: UploadObservers;
}): { readonly uploads: Uploads; stop(): Promise<void> } {
  const { db, clock, log, config, forms, baseUrl, website, observers } = options;
  const store = openStore(config.store);
  const uploads = createUploads({
    ...{ db, clock, store, config, forms, baseUrl, observers, messages: options.messages },
    signer: website.signer,
    // Whoever hides the address by hanging up shares one limit with all who do.
    limitKey: (address) => (address === undefined ? '' : addressForLimit(address)),
  });
  const loops = [
    startAnalysisLoop({
      ...{ db, store, clock, log, forms, linkOf: uploads.linkOf, scan: config.scan },
      onLooked: observers.onLooked,
    }),
    startUploadUpkeep({ db, store, clock, log, keepDays: config.keepDays ?? KEEP_DAYS }),
  ];
  return {
    uploads,
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
