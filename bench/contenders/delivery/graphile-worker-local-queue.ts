import { drainGraphileWorker, fillGraphileWorker } from '../../peers/graphile-worker-queue.ts';
import type { QueueContender } from '../../queue-contender.ts';

/** graphile-worker with the settings of its own performance test: local queue, batched completion, 24 jobs at once. */
export const contender: QueueContender = {
  name: 'graphile-worker, local queue',
  load: fillGraphileWorker,
  drain: (queue, meter, signal) =>
    drainGraphileWorker(
      queue,
      {
        concurrentJobs: 24,
        maxPoolSize: 25,
        localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
      meter,
      signal,
    ),
};
