import { expect, test } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { createTracker } from '../../src/outbox/track.ts';
import { describeExecutors } from '../integration/executors-suite.ts';
import { runGuideBlock } from '../integration/track-guide.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { openPrisma } from './open-prisma.ts';

describeExecutors([['Prisma', openPrisma]]);

describePostgres('the guide to track', () => {
  test('its block for Prisma records the event of the lead', async () => {
    const own = await testDatabase();
    const prisma = await openPrisma(own.url);
    try {
      await own.db.query('create table public.leads (id serial primary key, email text)');
      const spoke = createTracker({ schema: own.schema, log: silentLogger });
      await runGuideBlock('js prisma', { prisma: prisma.handle, email: 'ada@example.com', spoke });
      const rows = await own.db.query('select idempotency_key, payload from {schema}.outbox_events');
      expect(rows).toEqual([{ idempotency_key: 'lead-1', payload: { email: 'ada@example.com' } }]);
    } finally {
      await prisma.close();
      await own.drop();
    }
  });
});
