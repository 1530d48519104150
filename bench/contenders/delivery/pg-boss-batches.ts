import PgBoss from 'pg-boss';
import { fillPgBoss, QUEUE } from '../../peers/pg-boss-queue.ts';
import type { QueueContender } from '../../queue-contender.ts';

const BATCH = 100;

/** pg-boss without its polling: `fetch` and `complete` of 100 jobs at a time, as fast as they go. */
export const contender: QueueContender = {
  name: 'pg-boss, batches of 100',
  load: fillPgBoss,

  async drain({ databaseUrl }, meter, signal) {
    const boss = new PgBoss(databaseUrl);
    boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
    meter.began();
    await boss.start();
    let done = 0;
    while (!signal.aborted) {
      const batch = await boss.fetch(QUEUE, { batchSize: BATCH });
      if (batch.length === 0) break;
      await boss.complete(
        QUEUE,
        batch.map((job) => job.id),
      );
      done += batch.length;
    }
    meter.ended(done);
    await boss.stop({ graceful: false, wait: true });
  },
};
