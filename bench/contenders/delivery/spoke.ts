import { migrate } from '../../../src/db/migrate.ts';
import { openDatabase } from '../../../src/db/open-database.ts';
import { silentLogger } from '../../../src/log.ts';
import type { QueueContender } from '../../queue-contender.ts';
import { drainWithSpoke } from '../../spoke-worker.ts';

/** One `spoke start`: routes, folds, calls the portal, settles. */
export const contender: QueueContender = {
  name: 'Spoke',

  async load({ databaseUrl, jobs, contacts }) {
    const db = await openDatabase({ url: databaseUrl, log: silentLogger });
    await migrate(db);
    // The events of one contact lie as far apart as they can: what is folded, is folded out of the backlog.
    await db.query(
      `insert into {schema}.outbox_events (type, payload)
       select 'contact_changed', jsonb_build_object(
         'email', format('contact-%s@example.com', n % $2), 'firstname', 'Ada', 'lastname', format('Example %s', n % $2),
         'phone', '+49 30 1234567', 'company', 'Example Ltd', 'jobtitle', 'Engineer', 'city', 'Berlin', 'country', 'Germany',
         'website', 'https://example.com', 'change', n)
       from generate_series(1, $1::bigint) n`,
      [jobs, contacts],
    );
    await db.close();
  },

  drain: drainWithSpoke,
};
