import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { createTracker, type Tracker } from '../../src/outbox/track.ts';
import { createSpoke } from '../../src/spoke.ts';
import { describePostgres, type TestDatabase, testDatabase } from '../support/database.ts';
import type { Client, Clients } from './executors-clients.ts';

/** Every way in which recording can fail inside a transaction: what is wrong, and the code that the receipt gives. */
const FAILURES: readonly {
  readonly name: string;
  readonly code: string;
  /** Statements that break the database: each failure has one of its own. */
  readonly breakIt?: (at: TestDatabase, role: string) => readonly string[];
  readonly asRole?: boolean;
  readonly readOnly?: boolean;
  readonly payload?: unknown;
}[] = [
  { name: 'a payload that is no object', code: 'OUTBOX_PAYLOAD_INVALID', payload: [1] },
  { name: 'a payload that refers to itself', code: 'OUTBOX_PAYLOAD_INVALID', payload: cyclic() },
  {
    name: 'a payload nested too deeply',
    code: 'OUTBOX_PAYLOAD_INVALID',
    payload: nested(60_000),
  },
  {
    name: 'a missing table',
    code: 'OUTBOX_NOT_INSTALLED',
    breakIt: (at) => [`alter table "${at.schema}".outbox_events rename to elsewhere`],
  },
  {
    name: 'a missing function',
    code: 'OUTBOX_NOT_INSTALLED',
    breakIt: (at) => [`alter function "${at.schema}".track_receipt rename to elsewhere`],
  },
  {
    name: 'a missing schema',
    code: 'OUTBOX_NOT_INSTALLED',
    breakIt: (at) => [`alter schema "${at.schema}" rename to elsewhere`],
  },
  { name: 'a schema that the role may not use', code: 'OUTBOX_FORBIDDEN', asRole: true },
  {
    name: 'a function that the role may not call',
    code: 'OUTBOX_FORBIDDEN',
    asRole: true,
    breakIt: (at, role) => [
      `grant usage on schema "${at.schema}" to ${role}`,
      `revoke execute on all functions in schema "${at.schema}" from public`,
    ],
  },
  {
    name: 'a table that the role may not write',
    code: 'OUTBOX_FORBIDDEN',
    asRole: true,
    breakIt: (at, role) => [`grant usage on schema "${at.schema}" to ${role}`],
  },
  { name: 'a read-only transaction', code: 'OUTBOX_READ_ONLY', readOnly: true },
];

/** What every client has to do: the same tests for all of them. */
export function describeExecutors(clients: Clients): void {
  describePostgres('executors', () => {
    const role = `spoke_test_${randomBytes(5).toString('hex')}`;
    let own: TestDatabase;

    beforeAll(async () => {
      own = await testDatabase();
      await own.db.query(`create role ${role}`);
    });

    afterAll(async () => {
      await own.db.query(`drop role ${role}`);
      await own.drop();
    });

    describe.each(clients)('%s', (name, open) => {
      let client: Client;
      let tracker: Tracker;
      const key = (suffix: string) => `${name}:${suffix}`;

      beforeAll(async () => {
        client = await open(own.url);
        tracker = createTracker({ schema: own.schema, log: silentLogger });
      });

      afterAll(() => client.close());

      test('records the event when the transaction commits', async () => {
        const payload = {
          email: 'ada@example.com',
          line_items: [{ unit_price: 1.5, at: new Date(0), ok: true, none: null }],
        };
        const receipt = await client.transaction((tx) =>
          tracker.track(tx, 'order_placed', payload, {
            idempotencyKey: key('commit'),
            recordKey: 'contacts:email:ada@example.com',
            priority: 'interactive',
            occurredAt: new Date('2026-01-02T03:04:05.678Z'),
          }),
        );
        expect(await eventsWith(own, key('commit'))).toEqual([
          {
            id: receipt.status === 'recorded' ? receipt.id : undefined,
            type: 'order_placed',
            payload: JSON.parse(JSON.stringify(payload)),
            record_key: 'contacts:email:ada@example.com',
            priority: 1,
            occurred_at: new Date('2026-01-02T03:04:05.678Z'),
            state: 'pending',
          },
        ]);
      });

      test('leaves no event when the transaction rolls back', async () => {
        let status: string | undefined;
        const work = client.transaction(async (tx) => {
          status = (await tracker.track(tx, 'order_placed', {}, { idempotencyKey: key('rollback') })).status;
          throw new Error('the application changed its mind');
        });
        await expect(work).rejects.toThrow('changed its mind');
        expect(status).toBe('recorded');
        expect(await eventsWith(own, key('rollback'))).toEqual([]);
      });

      test('records the event without a transaction', async () => {
        const receipt = await tracker.track(
          client.handle,
          'order_placed',
          {},
          { idempotencyKey: key('alone') },
        );
        expect(receipt.status).toBe('recorded');
        expect(await eventsWith(own, key('alone'))).toHaveLength(1);
      });

      test('enqueues effects in the transaction and reads their outcome after it', async () => {
        const spoke = createSpoke({ schema: own.schema, log: silentLogger, strict: true });
        const address = `enqueue-${name.replaceAll(/\W/g, '')}@example.com`.toLowerCase();
        const recordKey = `contacts:email:${address}`;
        const receipt = await client.transaction(async (tx) => {
          const recorded = await spoke.records.createContact(tx, { email: address, firstname: 'Ada?' });
          expect(await spoke.waitFor(tx, recorded, { timeoutMs: 60_000 })).toMatchObject({
            state: 'pending',
            error: { code: 'OUTBOX_WAIT_IN_TRANSACTION' },
          });
          return recorded;
        });
        if (receipt.status === 'refused') throw new Error(receipt.message);
        expect(await spoke.waitFor(client.handle, receipt, { timeoutMs: 0 })).toEqual({
          state: 'pending',
          ids: {},
        });
        await own.db.query(
          `insert into {schema}.links (record_key, object_type, hubspot_id) values ($1, 'contacts', '4711')`,
          [recordKey],
        );
        await own.db.query(
          `update {schema}.outbox_events set state = 'delivered', processed_at = now() where id = $1`,
          [receipt.id],
        );
        expect(await spoke.waitFor(client.handle, receipt)).toEqual({
          state: 'delivered',
          ids: { [recordKey]: '4711' },
        });
      });

      test('returns both payloads as they were given when a key is used for another content', async () => {
        const record = (payload: unknown) =>
          client.transaction((tx) =>
            tracker.track(tx, 'order_placed', payload, { idempotencyKey: key('conflict') }),
          );
        const first = await record({ order_id: 1 });
        expect(await record({ order_id: 2 })).toMatchObject({
          status: 'refused',
          code: 'OUTBOX_IDEMPOTENCY_CONFLICT',
          conflict: {
            id: first.status === 'recorded' ? first.id : undefined,
            known: { order_id: 1 },
            given: { order_id: 2 },
          },
        });
      });

      test('says so when the transaction is already aborted', async () => {
        let code: string | undefined;
        const work = client.transaction(async (tx, run) => {
          await run('select 1 / 0').catch(() => {});
          const receipt = await tracker.track(tx, 'order_placed', {});
          code = receipt.status === 'refused' ? receipt.code : receipt.status;
          throw new Error('give up');
        });
        await expect(work).rejects.toThrow();
        expect(code).toBe('OUTBOX_TRANSACTION_ABORTED');
      });
    });

    describe.each(FAILURES)('after $name', (failure) => {
      let at: TestDatabase;

      beforeAll(async () => {
        at = await testDatabase({ poolSize: 1 });
        await at.db.query('create table public.orders (client text, step integer)');
        await at.db.query(`grant insert on public.orders to ${role}`);
        for (const statement of failure.breakIt?.(at, role) ?? []) await at.db.query(statement);
      });

      afterAll(() => at.drop());

      test.each(clients)('a transaction of %s goes on and commits', async (name, open) => {
        const client = await open(at.url);
        const tracker = createTracker({ schema: at.schema, log: silentLogger });
        const insert = (step: number) =>
          `insert into public.orders values ('${name.replaceAll("'", '')}', ${step})`;
        try {
          const receipt = await client.transaction(async (tx, run) => {
            if (failure.asRole) await run(`set local role ${role}`);
            if (failure.readOnly) await run('set transaction read only');
            else await run(insert(1));
            const refused = await tracker.track(tx, 'order_placed', failure.payload ?? { ok: true });
            await run(failure.readOnly ? 'select 1' : insert(2));
            return refused;
          });
          expect(receipt).toMatchObject({ status: 'refused', code: failure.code });
          const rows = await at.db.query('select step from public.orders where client = $1 order by step', [
            name.replaceAll("'", ''),
          ]);
          expect(rows.map((row) => row.step)).toEqual(failure.readOnly ? [] : [1, 2]);
        } finally {
          await client.close();
        }
      });
    });
  });
}

function eventsWith(at: TestDatabase, key: string) {
  return at.db.query(
    `select id, type, payload, given_key as record_key, priority, occurred_at, state
     from {schema}.outbox_events where idempotency_key = $1`,
    [key],
  );
}

function cyclic(): object {
  const payload: Record<string, unknown> = {};
  payload.self = payload;
  return payload;
}

function nested(depth: number): object {
  let payload: object = {};
  for (let level = 0; level < depth; level += 1) payload = { a: payload };
  return payload;
}
