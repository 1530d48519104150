import { migrate } from '../../../src/db/migrate.ts';
import { openDatabase } from '../../../src/db/open-database.ts';
import { silentLogger } from '../../../src/log.ts';
import type { QueueContender } from '../../queue-contender.ts';
import { REDEMPTIONS } from '../../redemptions.ts';
import { drainWithSpoke } from '../../spoke-worker.ts';

/** One `spoke start` with events that write a contact, a company, a deal, two links and a note each. */
export const contender: QueueContender = {
  name: 'Spoke',

  async load({ databaseUrl, jobs, contacts }) {
    const db = await openDatabase({ url: databaseUrl, log: silentLogger });
    await migrate(db);
    await db.query(
      `insert into {schema}.outbox_events (type, payload) select 'redeemed', payload from (${REDEMPTIONS}) r`,
      [jobs, contacts],
    );
    await db.close();
  },

  drain: drainWithSpoke,
};
