import type { UploadStoreConfig } from '../config/uploads.ts';
import { createDiskStore } from './disk-store.ts';
import { createS3Store } from './s3-store.ts';
import type { UploadStore } from './store.ts';

/** The store that the config names; nothing is opened before it is used. */
export function openStore(config: UploadStoreConfig): UploadStore {
  return config.kind === 'disk' ? createDiskStore(config.folder) : createS3Store(config);
}
