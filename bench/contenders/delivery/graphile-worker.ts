import { drainGraphileWorker, fillGraphileWorker } from '../../peers/graphile-worker-queue.ts';
import type { QueueContender } from '../../queue-contender.ts';

/** graphile-worker as it comes: one job at a time, fetched and completed one by one. */
export const contender: QueueContender = {
  name: 'graphile-worker, defaults',
  load: fillGraphileWorker,
  drain: (queue, meter, signal) => drainGraphileWorker(queue, {}, meter, signal),
};
