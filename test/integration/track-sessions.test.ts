import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { createTracker, type Tracker } from '../../src/outbox/track.ts';
import { describePostgres, type TestDatabase, testDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

describePostgres('track with several sessions', () => {
  let own: TestDatabase;
  let tracker: Tracker;
  const clients: pg.Client[] = [];

  beforeAll(async () => {
    own = await testDatabase();
    tracker = createTracker({ schema: own.schema, log: silentLogger });
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await own.drop();
  });

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: own.url });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  }

  const waiting = (expected: number) =>
    waitFor(async () => {
      const [row] = await own.db.query(
        `select count(*)::integer as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return row?.n === expected;
    });

  test.each([
    { end: 'commit', status: 'repeated' },
    { end: 'rollback', status: 'recorded' },
  ])(
    'a key held by an open transaction is waited for, and is $status after its $end',
    async ({ end, status }) => {
      const [holder, waiter] = [await connect(), await connect()];
      const event = () => ['a', { x: 1 }, { idempotencyKey: `held until ${end}` }] as const;
      await holder.query('begin');
      await tracker.track(holder, ...event());
      const receipt = tracker.track(waiter, ...event());
      await waiting(1);
      await holder.query(end);
      expect(await receipt).toMatchObject({ status });
      expect(await countOf(own, `held until ${end}`)).toBe(1);
    },
  );

  test('in repeatable read a key taken meanwhile is OUTBOX_BUSY and the transaction goes on', async () => {
    const client = await connect();
    await client.query('begin isolation level repeatable read');
    await client.query('select 1 from pg_class limit 1');
    await tracker.track(own.db, 'a', {}, { idempotencyKey: 'snapshot' });
    const receipt = await tracker.track(client, 'a', {}, { idempotencyKey: 'snapshot' });
    expect(receipt).toMatchObject({ status: 'refused', code: 'OUTBOX_BUSY', sqlstate: '40001' });
    expect(await commits(client)).toBe(true);
  });

  test('of two transactions that take two keys crosswise, one is told OUTBOX_BUSY and both commit', async () => {
    const [one, two] = [await connect(), await connect()];
    const take = (client: pg.Client, key: string) => tracker.track(client, 'a', {}, { idempotencyKey: key });
    for (const client of [one, two]) await client.query('begin');
    await take(one, 'left');
    await take(two, 'right');
    const ends = [
      { client: one, receipt: take(one, 'right') },
      { client: two, receipt: take(two, 'left') },
    ];
    const loser = await Promise.race(ends.map(async (end) => ({ ...end, receipt: await end.receipt })));
    expect(loser.receipt).toMatchObject({ status: 'refused', code: 'OUTBOX_BUSY', sqlstate: '40P01' });
    expect(await commits(loser.client)).toBe(true);
    for (const { client, receipt } of ends) {
      await receipt;
      if (client !== loser.client) expect(await commits(client)).toBe(true);
    }
  });

  test('a lock time-out is OUTBOX_BUSY and the transaction goes on', async () => {
    const [holder, client] = [await connect(), await connect()];
    await holder.query('begin');
    await tracker.track(holder, 'a', {}, { idempotencyKey: 'locked' });
    await client.query(`begin; set local lock_timeout = '20ms'`);
    const receipt = await tracker.track(client, 'a', {}, { idempotencyKey: 'locked' });
    expect(receipt).toMatchObject({ status: 'refused', code: 'OUTBOX_BUSY', sqlstate: '55P03' });
    expect(await commits(client)).toBe(true);
    await holder.query('rollback');
  });

  test("the application's own statement_timeout ends its transaction, and track says so without throwing", async () => {
    const [holder, client] = [await connect(), await connect()];
    await tracker.track(client, 'a', {});
    await holder.query('begin');
    await tracker.track(holder, 'a', {}, { idempotencyKey: 'slow' });
    await client.query(`begin; set local statement_timeout = '20ms'`);
    const receipt = await tracker.track(client, 'a', {}, { idempotencyKey: 'slow' });
    expect(receipt).toMatchObject({ status: 'refused', code: 'OUTBOX_UNAVAILABLE', sqlstate: '57014' });
    expect(await commits(client)).toBe(false);
    await holder.query('rollback');
  });

  test('a session that the server ends makes a refusal, not an exception', async () => {
    const client = await connect();
    await tracker.track(client, 'a', {});
    const { rows } = await client.query('select pg_backend_pid() as pid');
    await own.db.query('select pg_terminate_backend($1)', [rows[0].pid]);
    expect(await tracker.track(client, 'a', {})).toMatchObject({
      status: 'refused',
      code: 'OUTBOX_UNAVAILABLE',
    });
  });

  test('a function that vanishes after it was seen costs one transaction, and the next ones go on', async () => {
    const at = await testDatabase();
    const client = new pg.Client({ connectionString: at.url });
    await client.connect();
    try {
      const fresh = createTracker({ schema: at.schema, log: silentLogger });
      await fresh.track(client, 'a', {});
      await at.db.query('alter function {schema}.track_receipt rename to elsewhere');
      await client.query('begin');
      expect(await fresh.track(client, 'a', {})).toMatchObject({
        code: 'OUTBOX_NOT_INSTALLED',
        sqlstate: '42883',
      });
      expect(await commits(client)).toBe(false);
      await client.query('begin');
      expect(await fresh.track(client, 'a', {})).toMatchObject({ code: 'OUTBOX_NOT_INSTALLED' });
      expect(await commits(client)).toBe(true);
      await at.db.query('alter function {schema}.elsewhere rename to track_receipt');
      expect(await fresh.track(client, 'a', {})).toMatchObject({ status: 'recorded' });
    } finally {
      await client.end();
      await at.drop();
    }
  });

  test('a constraint that was added to the table refuses only its event', async () => {
    const at = await testDatabase();
    try {
      await at.db.query(`alter table {schema}.outbox_events add check (payload->>'x' <> 'poison')`);
      const fresh = createTracker({ schema: at.schema, log: silentLogger });
      const receipts = await at.db.transaction(async (tx) => [
        await fresh.track(tx, 'a', { x: 'poison' }),
        await fresh.track(tx, 'a', { x: 'fine' }),
      ]);
      expect(receipts).toMatchObject([
        { code: 'OUTBOX_REJECTED', sqlstate: '23514' },
        { status: 'recorded' },
      ]);
    } finally {
      await at.drop();
    }
  });

  test('spoke.track warns about a refused event, without its payload', async () => {
    const client = await connect();
    const notices: string[] = [];
    client.on('notice', ({ severity, message }) => notices.push(`${severity} ${message}`));
    await client.query(`select "${own.schema}".track('lead_created', '["ada@example.com"]')`);
    expect(notices).toEqual([
      'WARNING track refused an event: OUTBOX_PAYLOAD_INVALID: The payload of lead_created is not a JSON object.',
    ]);
  });

  test('two statements reach the server for the first event of a kind of handle, then one for each', async () => {
    const client = await connect();
    const fresh = createTracker({ schema: own.schema, log: silentLogger });
    const statements: unknown[] = [];
    const handle = {
      query(text: string, values: unknown[]) {
        statements.push(text);
        return client.query(text, values);
      },
    };
    for (const x of [1, 2, 3])
      expect(await fresh.track(handle, 'a', { x })).toMatchObject({ status: 'recorded' });
    expect(statements).toHaveLength(4);
  });
});

/** True when the transaction still takes a statement and its COMMIT commits. */
async function commits(client: pg.Client): Promise<boolean> {
  await client.query('select 1').catch(() => {});
  return (await client.query('commit')).command === 'COMMIT';
}

async function countOf(own: TestDatabase, key: string): Promise<unknown> {
  const [row] = await own.db.query(
    'select count(*)::integer as n from {schema}.outbox_events where idempotency_key = $1',
    [key],
  );
  return row?.n;
}
