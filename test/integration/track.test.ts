import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { createTracker, type Tracker } from '../../src/outbox/track.ts';
import { databaseKinds, type TestDatabase, testDatabaseOf } from '../support/database.ts';

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
