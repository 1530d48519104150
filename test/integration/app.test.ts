import { describe, expect, it } from 'vitest';
import type { Queryable } from '../../src/db/database.ts';
import { createLogger } from '../../src/log.ts';
import { routeEvents } from '../../src/outbox/route.ts';
import { describePostgres } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { byPayload, claim } from '../support/lanes.ts';
import { setup } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

const DEADLINE = { timeout: 40_000, interval: 20 };
const LONG = 60_000;

/** A log that can be read back. */
function listen() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    level: 'info',
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { log, lines, said: (text: string) => lines.filter((line) => String(line.msg).includes(text)) };
}

describe('startApp, live', () => {
  it('refuses a token of another portal than the configured one', async () => {
    const bundle = await setup();
    await expect(bundle.start({ env: { HUBSPOT_PORTAL_ID: '999' } })).rejects.toMatchObject({
      code: 'PORTAL_MISMATCH',
    });
  });

  it('refuses a schema that belongs to another portal, and sends nothing', async () => {
    const bundle = await setup();
    await bundle.db.query('update {schema}.installation set portal_id = 999');
    await bundle.track('contact_set', { email: 'ada@example.com', values: {} });
    await expect(bundle.start()).rejects.toMatchObject({ code: 'PORTAL_CHANGED' });
    expect(bundle.simulator.records('contacts')).toEqual([]);
  });

  it('fails with a token that HubSpot does not know', async () => {
    const bundle = await setup();
    await expect(
      bundle.start({ env: { HUBSPOT_PRIVATE_APP_TOKEN: 'pat-na1-00000000-0000-4000-8000-0000000000ff' } }),
    ).rejects.toMatchObject({ code: 'HUBSPOT_UNAUTHORIZED' });
  });

  it('refuses a lease that is too short for a call, instead of never sending one', async () => {
    const bundle = await setup();
    await expect(bundle.start({ env: { SPOKE_LEASE: '4', HUBSPOT_TIMEOUT: '4' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('pins the portal and its time zone at the first start', async () => {
    const bundle = await setup();
    await bundle.start();
    expect(await bundle.db.query('select portal_id, time_zone from {schema}.installation')).toEqual([
      { portal_id: bundle.simulator.portalId, time_zone: 'Europe/Berlin' },
    ]);
  });

  it('starts by itself once HubSpot can be reached', { timeout: LONG }, async () => {
    const bundle = await setup();
    bundle.simulator.addFaults([{ id: 'down', do: 'status', status: 503 }]);
    await bundle.track('contact_set', { email: 'ada@example.com', values: { firstname: 'Ada' } });
    const app = await bundle.start();
    expect(bundle.simulator.records('contacts')).toEqual([]);
    bundle.simulator.removeFaults('down');
    await app.ready;
    await bundle.idle(40_000);
    expect(bundle.contact('ada@example.com')).toMatchObject({ firstname: 'Ada' });
  });

  it('says through `ready` and the log when the portal turns out to be another one later', {
    timeout: LONG,
  }, async () => {
    const bundle = await setup();
    const { log, said } = listen();
    bundle.simulator.addFaults([{ id: 'down', do: 'status', status: 503 }]);
    const app = await bundle.start({ log, env: { HUBSPOT_PORTAL_ID: '999' } });
    bundle.simulator.removeFaults('down');
    await waitFor(() => said('delivery could not be started').length > 0, DEADLINE);
    await expect(app.ready).rejects.toMatchObject({ code: 'PORTAL_MISMATCH' });
    await app.stop();
  });

  it('stops while it waits for HubSpot, at once and for good', { timeout: LONG }, async () => {
    const bundle = await setup();
    const app = await bundle.start({ env: { HUBSPOT_API_URL: `http://127.0.0.1:${await freePort()}` } });
    await app.stop();
    await app.stop();
    await expect(app.ready).resolves.toBeUndefined();
  });
});

describe('startApp, disabled', () => {
  it('does nothing at all', async () => {
    const bundle = await setup();
    await bundle.track('contact_set', { email: 'ada@example.com', values: {} });
    const app = await bundle.start({ env: { HUBSPOT_ENABLED: 'false' } });
    expect(app.mode).toBe('disabled');
    app.wake();
    await app.stop();
    expect(bundle.simulator.journal()).toEqual([]);
    expect(await bundle.db.query('select lane_id, state from {schema}.outbox_events')).toEqual([
      { lane_id: null, state: 'pending' },
    ]);
  });
});

describe('startApp, dry', () => {
  const DRY = { HUBSPOT_SEND_LIVE: 'false' };

  it('says what it would send and what the portal would refuse, once, and consumes nothing', {
    timeout: LONG,
  }, async () => {
    const bundle = await setup();
    const { log, said, lines } = listen();
    const ids = [
      await bundle.track('contact_set', { email: 'ada@example.com', values: { firstname: 'Canary' } }),
      await bundle.track('contact_set', { email: 'ada@example.com', values: { fristname: 'Ada' } }),
      await bundle.track('contact_set', {
        email: 'ada@example.com',
        values: { lifecyclestage: 'no-such-stage' },
      }),
      await bundle.track('contact_set', { email: 'no address', values: {} }),
    ];
    const app = await bundle.start({ log, env: DRY });
    expect(app.mode).toBe('dry-run');
    await waitFor(() => said('[DRY-RUN] event').length >= 4, DEADLINE);
    const [fine, unknown, option, unusable] = ids.map((id) => said(`[DRY-RUN] event ${id} `)[0]);
    expect(fine).toMatchObject({ effects: ['contact.upsert of contacts by email (firstname)'] });
    expect(fine).not.toHaveProperty('problems');
    expect(JSON.stringify(unknown?.problems)).toContain('fristname');
    expect(JSON.stringify(option?.problems)).toContain('lifecyclestage');
    expect(JSON.stringify(unusable?.problems)).toContain('EMAIL_UNUSABLE');
    await app.stop();
    expect(said('[DRY-RUN] event')).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toContain('Canary');
    expect((await bundle.events()).map((event) => event.state)).toEqual(Array(4).fill('pending'));
    expect(bundle.simulator.records('contacts')).toEqual([]);
    expect(
      bundle.simulator
        .journal()
        .filter((entry) => entry.method !== 'GET' && !entry.path.endsWith('/batch/read')),
    ).toEqual([]);
  });

  it('leaves everything to a later live start', { timeout: LONG }, async () => {
    const bundle = await setup();
    const { log, said } = listen();
    await bundle.track('contact_set', { email: 'ada@example.com', values: { firstname: 'Ada' } });
    const dry = await bundle.start({ log, env: DRY });
    await waitFor(() => said('[DRY-RUN] event').length > 0, DEADLINE);
    await dry.stop();
    await bundle.start();
    await bundle.idle(40_000);
    expect(bundle.contact('ada@example.com')).toMatchObject({ firstname: 'Ada' });
  });
});

describePostgres('claims over statistics of empty tables', () => {
  it('look at no more lanes and events than they take', { timeout: LONG }, async () => {
    const { db } = await setup();
    await db.query('analyze {schema}.lanes, {schema}.outbox_events');
    await db.query(
      `alter table {schema}.lanes set (autovacuum_enabled = off); alter table {schema}.outbox_events set (autovacuum_enabled = off);
       insert into {schema}.lanes (record_key, pending, priority, ready_at)
       select 'k' || n, 1, case when n % 2 = 0 then 1 else 5 end, clock_timestamp() from generate_series(1, 20000) n;
       insert into {schema}.outbox_events (type, payload, lane_id, record_key, state, processed_at)
       select 't', '{}', 1 + n % 20000, 'k', case when n % 2 = 0 then 'pending' else 'delivered' end, case when n % 2 = 0 then null else clock_timestamp() end
       from generate_series(1, 60000) n`,
    );
    /** Rows that were looked at in a table on behalf of `work`, alone in its transaction. */
    const looksOf = (table: string, work: (tx: Queryable) => Promise<unknown>) =>
      db.transaction(async (tx) => {
        await work(tx);
        const [row] = await tx.query<{ by_index: number; by_scan: number }>(
          `select coalesce(idx_tup_fetch, 0) as by_index, seq_tup_read as by_scan from pg_stat_xact_user_tables where relname = $1`,
          [table],
        );
        return row;
      });
    for (const claimKind of ['plain', 'interactive'] as const) {
      const lanes = await looksOf('lanes', (tx) => claim(tx, { kind: claimKind }));
      // 20,000 are ready: a plan that sorts them looks at all for each claim.
      expect(lanes?.by_scan).toBe(0);
      expect(lanes?.by_index).toBeLessThanOrEqual(500);
    }
    const events = await looksOf('outbox_events', (tx) => claim(tx));
    expect(events).toMatchObject({ by_scan: 0 });
    expect(events?.by_index).toBeLessThanOrEqual(500);
    expect(
      await looksOf('outbox_events', (tx) =>
        routeEvents({ ...db, transaction: (work) => work(tx) }, byPayload),
      ),
    ).toMatchObject({
      by_scan: 0,
    });
  });
});
