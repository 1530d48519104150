import PgBoss from 'pg-boss';
import { forCondition } from '../../for-condition.ts';
import { fillPgBoss, leftInPgBoss, QUEUE } from '../../peers/pg-boss-queue.ts';
import type { QueueContender } from '../../queue-contender.ts';

/** pg-boss as it comes: `work()` without options takes one job every two seconds. */
export const contender: QueueContender = {
  name: 'pg-boss, defaults',
  load: fillPgBoss,

  async drain({ databaseUrl, jobs }, meter, signal) {
    const boss = new PgBoss(databaseUrl);
    boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
    meter.began();
    await boss.start();
    let handled = 0;
    await boss.work(QUEUE, async (batch) => {
      handled += batch.length;
    });
    await forCondition(async () => handled >= jobs && (await leftInPgBoss(boss)) === 0, signal);
    meter.ended(handled);
    await boss.stop({ graceful: false, wait: true });
  },
};
