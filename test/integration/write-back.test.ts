import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AppOptions } from '../../src/app.ts';
import { defineConfig, defineEvent } from '../../src/config/define-config.ts';
import { silentLogger } from '../../src/log.ts';
import { contactByEmail, createMapper, upsertContact } from '../../src/mapping/index.ts';
import { writeBackLate } from '../../src/outbox/late-write-back.ts';
import { planWriteBack } from '../../src/outbox/write-back.ts';
import { writeBackSql } from '../../src/outbox/write-back-sql.ts';
import { createSpoke } from '../../src/spoke.ts';
import { type SetupOptions, setup } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;
const ID = '00000000-0000-4000-8000-000000000001';
const OTHER_ID = '00000000-0000-4000-8000-000000000002';

const values = z.record(z.string(), z.string()).default({});
const config = defineConfig({
  writeBack: {
    leads: { table: 'app.leads' },
    orders: {
      table: 'app.Order Lines',
      columns: {
        hubspotId: 'crm_id',
        status: 'CRM state',
        syncedAt: 'crm_at',
        error: 'crm_error',
        attempts: false,
        lastAttemptAt: false,
      },
      statuses: { pending: 'waiting', synced: 'done', failed: 'broken' },
    },
  },
  events: {
    lead: defineEvent({
      payload: z.object({ id: z.string(), email: z.string(), values }),
      record: ({ email }) => contactByEmail(email),
      effects: (payload) => [upsertContact(contactByEmail(payload.email), payload.values)],
      writeBack: ({ id }) => ({ table: 'leads', key: { id } }),
    }),
    order_line: defineEvent({
      payload: z.object({ order: z.number(), line: z.number(), email: z.string(), values }),
      record: ({ email }) => contactByEmail(email),
      effects: (payload) => [upsertContact(contactByEmail(payload.email), payload.values)],
      writeBack: ({ order, line }) => ({ table: 'orders', key: { order_id: order, 'Line No': line } }),
    }),
  },
});

const TABLES = `
  create schema app;
  create table app.leads (id uuid primary key, note text);
  create table app."Order Lines" (order_id bigint, "Line No" smallint, primary key (order_id, "Line No"));`;

/** The application's tables with the columns that `spoke write-back sql` prints, and an application that uses them. */
async function setupTables(options: SetupOptions = {}) {
  const bundle = await setup(options);
  for (const statement of [...TABLES.split(';'), ...Object.values(config.writeBack ?? {}).map(writeBackSql)])
    if (statement.trim() !== '') await bundle.db.query(statement);
  const spoke = createSpoke({ config, schema: bundle.db.schema, log: silentLogger, strict: true });
  return {
    ...bundle,
    start: (given: Partial<AppOptions> = {}) => bundle.start({ ...given, config }),
    async lead(
      id: string,
      email: string,
      given: Record<string, string> = {},
      options: { recordKey?: string } = {},
    ) {
      await bundle.db.query('insert into app.leads (id) values ($1) on conflict do nothing', [id]);
      await spoke.track(bundle.db, 'lead', { id, email, values: given }, options);
    },
    /** The event alone, for rows that are not there or are no ids. */
    event: (id: string, email: string) => spoke.track(bundle.db, 'lead', { id, email }),
    async line(order: number, line: number, email: string) {
      await bundle.db.query('insert into app."Order Lines" (order_id, "Line No") values ($1, $2)', [
        order,
        line,
      ]);
      await spoke.track(bundle.db, 'order_line', { order, line, email });
    },
    leads: () => bundle.db.query<Record<string, unknown>>('select * from app.leads order by id'),
    async untilLead(status: string) {
      await waitFor(
        async () =>
          (await bundle.db.query('select 1 from app.leads where hubspot_sync_status = $1', [status])).length >
          0,
        { timeout: 20_000, interval: 20, what: `a lead to be ${status}` },
      );
    },
  };
}

const hubspotIdOf = (bundle: Awaited<ReturnType<typeof setupTables>>, email: string) =>
  bundle.simulator.records('contacts').find(({ properties }) => properties.email === email)?.id;

describe('write-back', { timeout: LONG }, () => {
  it('shows a row that arrived with its HubSpot id', async () => {
    const bundle = await setupTables();
    await bundle.lead(ID, 'ada@example.com');
    await bundle.start();
    await bundle.idle();
    expect(await bundle.leads()).toEqual([
      {
        id: ID,
        note: null,
        hubspot_id: hubspotIdOf(bundle, 'ada@example.com'),
        hubspot_sync_status: 'SYNCED',
        hubspot_synced_at: expect.any(Date),
        hubspot_error: null,
        hubspot_sync_attempts: 1,
        last_hubspot_attempt_at: expect.any(Date),
      },
    ]);
  });

  it('shows the HubSpot id also of an event that is ordered by a key of its own', async () => {
    const bundle = await setupTables();
    await bundle.lead(ID, 'ada@example.com', {}, { recordKey: 'account-7' });
    await bundle.start();
    await bundle.untilLead('SYNCED');
    expect(await bundle.leads()).toMatchObject([{ hubspot_id: hubspotIdOf(bundle, 'ada@example.com') }]);
  });

  it('shows why a row failed, and tries a refusal no second time', async () => {
    const bundle = await setupTables();
    await bundle.lead(ID, 'ada@example.com', { lifecyclestage: 'none' });
    await bundle.start();
    await bundle.idle();
    expect(await bundle.leads()).toMatchObject([
      {
        hubspot_id: null,
        hubspot_sync_status: 'FAILED',
        hubspot_synced_at: null,
        hubspot_error: expect.stringMatching(/^HUBSPOT_REFUSED: .*lifecyclestage/),
        hubspot_sync_attempts: 1,
      },
    ]);
  });

  it('shows a row that waits for another try, and then that it arrived', async () => {
    const bundle = await setupTables({
      simulator: {
        faults: [{ at: 'before', match: { path: '/contacts/' }, do: 'status', status: 503, times: 2 }],
      },
      env: { HUBSPOT_RETRY_DELAY: '400' },
    });
    await bundle.lead(ID, 'ada@example.com');
    await bundle.start();
    await bundle.untilLead('PENDING');
    expect(await bundle.leads()).toMatchObject([
      { hubspot_error: expect.stringContaining('HUBSPOT_'), hubspot_synced_at: null },
    ]);
    await bundle.idle();
    expect(await bundle.leads()).toMatchObject([
      { hubspot_sync_status: 'SYNCED', hubspot_error: null, hubspot_sync_attempts: 3 },
    ]);
  });

  it('finds rows by several columns, and writes columns and words of other names', async () => {
    const bundle = await setupTables();
    await bundle.line(7, 1, 'ada@example.com');
    await bundle.line(7, 2, 'not an address');
    await bundle.line(8, 1, 'grace@example.com');
    await bundle.start();
    const lines = () =>
      bundle.db.query<Record<string, unknown>>('select * from app."Order Lines" order by 1, 2');
    await waitFor(async () => (await lines()).every((row) => row['CRM state'] !== null), { timeout: 20_000 });
    expect(await lines()).toMatchObject([
      { 'Line No': 1, crm_id: hubspotIdOf(bundle, 'ada@example.com'), 'CRM state': 'done' },
      { 'Line No': 2, 'CRM state': 'broken', crm_error: expect.stringMatching(/^EMAIL_UNUSABLE/) },
      { order_id: 8, crm_id: hubspotIdOf(bundle, 'grace@example.com'), 'CRM state': 'done' },
    ]);
    expect(Object.keys((await lines())[0] ?? {})).not.toContain('hubspot_sync_attempts');
  });

  it('shows what no worker ever claimed: an event that the mapping refuses', async () => {
    const bundle = await setupTables();
    await bundle.lead(ID, 'not an address');
    await bundle.start();
    await bundle.untilLead('FAILED');
    expect(await bundle.leads()).toMatchObject([
      {
        hubspot_sync_status: 'FAILED',
        hubspot_error: expect.stringMatching(/^EMAIL_UNUSABLE/),
        hubspot_sync_attempts: 0,
        last_hubspot_attempt_at: null,
      },
    ]);
  });

  it('leaves a row alone that is gone, and writes the others of its claim', async () => {
    const bundle = await setupTables();
    await bundle.event(OTHER_ID, 'grace@example.com');
    await bundle.lead(ID, 'ada@example.com');
    await bundle.start();
    await bundle.idle();
    await bundle.untilLead('SYNCED');
    expect(await bundle.leads()).toMatchObject([{ id: ID }]);
  });

  it('does not let a key that cannot be one keep the other rows from being written', async () => {
    const bundle = await setupTables();
    for (let n = 0; n < 5; n += 1) await bundle.event(`no uuid ${n}`, `other${n}@example.com`);
    await bundle.lead(ID, 'ada@example.com');
    await bundle.lead(OTHER_ID, 'not an address');
    await bundle.event('no uuid, and no address', 'nobody');
    await bundle.start();
    await bundle.untilLead('SYNCED');
    await bundle.untilLead('FAILED');
    expect(await bundle.leads()).toMatchObject([
      { id: ID, hubspot_id: hubspotIdOf(bundle, 'ada@example.com') },
      { id: OTHER_ID, hubspot_sync_status: 'FAILED' },
    ]);
    // Nothing is left to be tried again for ever.
    await waitFor(
      async () =>
        (await bundle.db.query('select 1 from {schema}.outbox_events where written_back = false')).length ===
        0,
      { timeout: 20_000, interval: 20 },
    );
  });

  it('waits for no row that the application has locked, and writes it once it is free', async () => {
    const bundle = await setupTables();
    await bundle.lead(ID, 'ada@example.com');
    await bundle.lead(OTHER_ID, 'grace@example.com');
    await bundle.db.transaction(async (tx) => {
      await tx.query('select 1 from app.leads where id = $1 for update', [ID]);
      await bundle.start();
      await bundle.idle();
      expect(await bundle.leads()).toMatchObject([
        { id: ID, hubspot_sync_status: null },
        { id: OTHER_ID, hubspot_sync_status: 'SYNCED' },
      ]);
    });
    await waitFor(async () => (await bundle.leads())[0]?.hubspot_sync_status === 'SYNCED', {
      timeout: 20_000,
      interval: 20,
    });
  });

  it('shows no older event of a row that is written late over a newer one', async () => {
    const bundle = await setupTables();
    await bundle.lead(ID, 'ada@example.com');
    await bundle.lead(ID, 'ada@example.com', { firstname: 'Ada' });
    const app = await bundle.start();
    await bundle.idle();
    await app.stop();
    await bundle.db.query(
      `update {schema}.outbox_events set written_back = false, attempt_count = 7
       where id = (select min(id) from {schema}.outbox_events)`,
    );
    const plans = await planWriteBack(bundle.db, config.writeBack ?? {});
    await writeBackLate(bundle.db, plans, createMapper(config));
    expect(await bundle.leads()).toMatchObject([{ hubspot_sync_attempts: 1 }]);
    expect(
      await bundle.db.query('select 1 from {schema}.outbox_events where written_back = false'),
    ).toHaveLength(0);
  });

  it('refuses to start without the tables and columns, all named at once', async () => {
    const bundle = await setupTables();
    await bundle.db.query('drop table app.leads');
    await bundle.db.query('alter table app."Order Lines" drop column crm_at, drop column "CRM state"');
    await expect(planWriteBack(bundle.db, config.writeBack ?? {})).rejects.toMatchObject({
      code: 'WRITE_BACK_INVALID',
      message: expect.stringContaining('spoke write-back sql'),
      facts: {
        problems: [
          'there is no table app.leads',
          'app.Order Lines has no column CRM state',
          'app.Order Lines has no column crm_at',
        ],
      },
    });
    await expect(bundle.start()).rejects.toMatchObject({ code: 'WRITE_BACK_INVALID' });
  });
});
