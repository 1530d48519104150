import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { createTracker, type Tracker } from '../../src/outbox/track.ts';
import {
  databaseKinds,
  describePostgres,
  type TestDatabase,
  testDatabase,
  testDatabaseOf,
} from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

describe.each(databaseKinds)('track on %s', (kind) => {
  let own: TestDatabase;
  let tracker: Tracker;

  beforeAll(async () => {
    own = await testDatabaseOf(kind);
    tracker = createTracker({ schema: own.schema, log: silentLogger });
  });

  afterAll(() => own.drop());

  test('the same key and content again is the same event', async () => {
    const first = await tracker.track(own.db, 'a', { x: 1, y: [2] }, { idempotencyKey: 'same' });
    const again = await tracker.track(own.db, 'a', { y: [2], x: 1 }, { idempotencyKey: 'same' });
    expect(first).toMatchObject({ status: 'recorded' });
    expect(again).toEqual({ ...first, status: 'repeated' });
    expect(await countOf(own, 'same')).toBe(1);
  });

  test.each([
    { name: 'another payload', type: 'a', payload: { x: 2 } },
    { name: 'another type', type: 'b', payload: { x: 1 } },
  ])('the same key with $name is refused with both', async ({ name, type, payload }) => {
    const key = `conflict with ${name}`;
    const first = await tracker.track(own.db, 'a', { x: 1 }, { idempotencyKey: key });
    const second = await tracker.track(own.db, type, payload, { idempotencyKey: key });
    expect(second).toMatchObject({
      status: 'refused',
      code: 'OUTBOX_IDEMPOTENCY_CONFLICT',
      conflict: { id: first.status === 'recorded' ? first.id : 0, known: { x: 1 }, given: payload },
    });
    expect(await countOf(own, key)).toBe(1);
  });

  test('events without a key are each an event of their own', async () => {
    const receipts = [await tracker.track(own.db, 'a', {}), await tracker.track(own.db, 'a', {})];
    expect(receipts.map(({ status }) => status)).toEqual(['recorded', 'recorded']);
  });

  test('50 racers with one key make one event', async () => {
    const receipts = await Promise.all(
      Array.from({ length: 50 }, () => tracker.track(own.db, 'a', { x: 1 }, { idempotencyKey: 'race' })),
    );
    const statuses = receipts.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'recorded')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'repeated')).toHaveLength(49);
    expect(new Set(receipts.map((receipt) => 'id' in receipt && receipt.id)).size).toBe(1);
    expect(await countOf(own, 'race')).toBe(1);
  });

  test('NUL and lone surrogates arrive as U+FFFD', async () => {
    const receipt = await tracker.track(own.db, 'a', { 'k\0': 'a\0b', s: '\ud800', e: '\u{1f600}' });
    expect(await payloadOf(own, receipt)).toEqual({ 'k\ufffd': 'a\ufffdb', s: '\ufffd', e: '\u{1f600}' });
  });

  test('every JSON value comes back as it was given, or is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 5, stringUnit: 'binary', noUnicodeString: false }),
        async (value) => {
          const receipt = await tracker.track(own.db, 'a', value);
          if (receipt.status === 'refused') {
            expect(typeof value !== 'object' || value === null || Array.isArray(value)).toBe(true);
            expect(receipt.code).toBe('OUTBOX_PAYLOAD_INVALID');
          } else {
            expect(JSON.stringify(sorted(await payloadOf(own, receipt)))).toBe(
              JSON.stringify(sorted(storable(value))),
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('nothing that JavaScript can hold makes track throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withNullPrototype: true,
          withSparseArray: true,
          withObjectString: true,
          stringUnit: 'binary',
        }),
        fc.anything(),
        async (payload, options) => {
          const receipt = await tracker.track(own.db, 'a', payload, {
            recordKey: 'r',
            ...(options as object),
            strict: false,
          });
          expect(['recorded', 'repeated', 'refused']).toContain(receipt.status);
          expect('code' in receipt ? receipt.code : '').not.toBe('OUTBOX_UNAVAILABLE');
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a type that is no name', ['two words', '{}'], 'OUTBOX_TYPE_INVALID'],
    ['no type', [null, '{}'], 'OUTBOX_TYPE_INVALID'],
    ['no payload', ['a', null], 'OUTBOX_PAYLOAD_INVALID'],
    ['what is no JSON', ['a', '{'], 'OUTBOX_PAYLOAD_INVALID'],
    ['JSON that is no object', ['a', '[]'], 'OUTBOX_PAYLOAD_INVALID'],
    ['NUL as an escape', ['a', '{"x":"\\u0000"}'], 'OUTBOX_PAYLOAD_INVALID'],
    ['half a surrogate pair as an escape', ['a', '{"x":"\\ud800"}'], 'OUTBOX_PAYLOAD_INVALID'],
    ['a number beyond numeric', ['a', '{"x":1e999999}'], 'OUTBOX_PAYLOAD_INVALID'],
    ['a payload over the limit', ['a', `{"x":"${'y'.repeat(262_144)}"}`], 'OUTBOX_PAYLOAD_TOO_LARGE'],
    ['an empty idempotency key', ['a', '{}', ''], 'OUTBOX_OPTION_INVALID'],
    ['an idempotency key of 256 characters', ['a', '{}', 'k'.repeat(256)], 'OUTBOX_OPTION_INVALID'],
    ['an empty record key', ['a', '{}', null, ''], 'OUTBOX_OPTION_INVALID'],
    ['a priority of 0', ['a', '{}', null, null, 0], 'OUTBOX_OPTION_INVALID'],
    ['an infinite time', ['a', '{}', null, null, 5, 'infinity'], 'OUTBOX_OPTION_INVALID'],
  ])('the SQL function itself refuses %s', async (_, values, code) => {
    const parameters = values.map((_value, index) => `$${index + 1}`).join(', ');
    const [row] = await own.db.query(`select {schema}.track_receipt(${parameters}) as receipt`, values);
    expect(row?.receipt).toMatchObject({ status: 'refused', code });
  });

  test('spoke.track records from plain SQL and returns the id', async () => {
    const [row] = await own.db.query(
      `select {schema}.track('lead_created', '{"email":"ada@example.com"}', idempotency_key => 'sql-1', priority => 1::smallint) as id`,
    );
    const [event] = await own.db.query(
      `select id, type, payload, priority, state from {schema}.outbox_events where idempotency_key = 'sql-1'`,
    );
    expect(event).toEqual({
      id: row?.id,
      type: 'lead_created',
      payload: { email: 'ada@example.com' },
      priority: 1,
      state: 'pending',
    });
    const [again] = await own.db.query(
      `select {schema}.track('lead_created', '{"email":"ada@example.com"}', idempotency_key => 'sql-1') as id`,
    );
    expect(again?.id).toBe(row?.id);
  });

  test('spoke.track returns null for a refused event and the transaction goes on', async () => {
    const seen = await own.db.transaction(async (tx) => {
      const [row] = await tx.query(`select {schema}.track('two words', '{}') as id`);
      const [next] = await tx.query('select 1 as one');
      return [row?.id, next?.one];
    });
    expect(seen).toEqual([null, 1]);
  });

  test('strict spoke.track raises SPK01 with the code', async () => {
    const refused = own.db.query(`select {schema}.track('a', '[]', strict => true)`);
    await expect(refused).rejects.toMatchObject({
      code: 'SPK01',
      message: expect.stringContaining('OUTBOX_PAYLOAD_INVALID'),
    });
  });

  test('strict track throws and leaves the transaction usable', async () => {
    const codes = await own.db.transaction(async (tx) => {
      const track = () => tracker.track(tx, 'a', { x: 9 }, { idempotencyKey: 'same', strict: true });
      const code = await track().catch((error: { code: string }) => error.code);
      const [row] = await tx.query('select 1 as one');
      return [code, row?.one];
    });
    expect(codes).toEqual(['OUTBOX_IDEMPOTENCY_CONFLICT', 1]);
  });
});

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

async function payloadOf(own: TestDatabase, receipt: { status: string; id?: number }): Promise<unknown> {
  expect(receipt.status).toBe('recorded');
  const [row] = await own.db.query('select payload from {schema}.outbox_events where id = $1', [receipt.id]);
  return row?.payload;
}

/** What the documentation promises: JSON's own view (-0 is 0), NUL and lone surrogates as U+FFFD. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd');
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [storable(name), storable(item)]));
}

/** jsonb keeps its own order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
