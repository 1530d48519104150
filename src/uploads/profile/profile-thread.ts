// What runs in a thread of its own: started by profile-in-thread.ts, one file each.

import { parentPort, workerData } from 'node:worker_threads';
import { FILE_KINDS } from '../../config/file-kinds.ts';
import { profileFile } from './profile-file.ts';

const given: unknown = workerData;
if (
  parentPort !== null &&
  typeof given === 'object' &&
  given !== null &&
  'path' in given &&
  'kind' in given
) {
  const kind = FILE_KINDS.find((each) => each === given.kind);
  if (kind === undefined) throw new Error(`There is no kind ${String(given.kind)}.`);
  parentPort.postMessage(await profileFile(String(given.path), kind));
}
