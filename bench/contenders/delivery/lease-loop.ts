import { openClient } from '../../open-client.ts';
import type { QueueContender } from '../../queue-contender.ts';

const BATCH = 100;

/**
 * The least that a worker with leases can do: take 100 rows for 30 s, do nothing, mark them done. One connection, no order per
 * record, no retries, no outcome. What anything that does more is measured against.
 */
export const contender: QueueContender = {
  name: 'lease loop',

  async load({ databaseUrl, jobs, contacts }) {
    const client = await openClient(databaseUrl);
    await client.query(`
      create table lease_events (
        id bigint generated always as identity primary key,
        type text not null,
        payload jsonb not null,
        attempt_count integer not null default 0,
        created_at timestamptz not null default clock_timestamp(),
        leased_until timestamptz not null default '-infinity',
        processed_at timestamptz
      ) with (fillfactor = 80);
      create index lease_events_waiting on lease_events (id) where processed_at is null`);
    await client.query(
      `insert into lease_events (type, payload)
       select 'contact_changed', jsonb_build_object('email', format('contact-%s@example.com', n % $2), 'n', n)
       from generate_series(1, $1::bigint) n`,
      [jobs, contacts],
    );
    await client.end();
  },

  async drain({ databaseUrl }, meter, signal) {
    meter.began();
    const client = await openClient(databaseUrl);
    let done = 0;
    while (!signal.aborted) {
      const { rows } = await client.query<{ id: string }>({
        name: 'lease',
        text: `update lease_events set leased_until = clock_timestamp() + interval '30 s', attempt_count = attempt_count + 1
               where id in (
                 select id from lease_events where processed_at is null and leased_until <= (select clock_timestamp())
                 order by id limit $1 for update skip locked)
               returning id, type, payload`,
        values: [BATCH],
      });
      if (rows.length === 0) break;
      await client.query({
        name: 'done',
        text: 'update lease_events set processed_at = clock_timestamp() where id = any ($1::bigint[])',
        values: [rows.map((row) => row.id)],
      });
      done += rows.length;
    }
    meter.ended(done);
    await client.end();
  },
};
