import PgBoss from 'pg-boss';
import type { LoadedQueue } from '../queue-contender.ts';

export const QUEUE = 'noop';
const INSERT_BATCH = 5_000;

/** Puts the jobs into a pg-boss queue of the default policy. */
export async function fillPgBoss({ databaseUrl, jobs, contacts }: LoadedQueue): Promise<void> {
  const boss = new PgBoss(databaseUrl);
  await boss.start();
  await boss.createQueue(QUEUE);
  for (let from = 0; from < jobs; from += INSERT_BATCH) {
    const count = Math.min(INSERT_BATCH, jobs - from);
    await boss.insert(
      Array.from({ length: count }, (_, index) => ({
        name: QUEUE,
        data: { email: `contact-${(from + index) % contacts}@example.com`, n: from + index },
      })),
    );
  }
  await boss.stop({ graceful: false, wait: true });
}

/** Jobs that are not yet completed. */
export async function leftInPgBoss(boss: PgBoss): Promise<number> {
  return boss.getQueueSize(QUEUE, { before: 'completed' });
}
