import { describe, expect, it } from 'vitest';
import { cancelEvents } from '../../src/outbox/events.ts';
import { driftedProperties } from '../../src/outbox/schema-drift.ts';
import {
  createTextProperty,
  type EffectsBundle,
  liveRecords,
  onlyRecord,
  redemption,
  redriveDead,
  setupEffects,
} from '../support/effects.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;

describe('running values', () => {
  it('counts each event once, over lost answers and redrives', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    bundle.simulator.addFaults([
      { match: { path: '/batch/upsert' }, at: 'after-apply', do: 'reset', times: 3 },
      { match: { path: '/notes/batch/create' }, at: 'after-apply', do: 'reset', times: 1 },
    ]);
    for (let n = 1; n <= 4; n += 1)
      await bundle.track('redeemed', redemption(n, n === 2 ? { merchantValues: { industry: 'NONE' } } : {}));
    await bundle.start();
    await bundle.idle(40_000);
    expect((await bundle.events()).map((event) => event.state)).toEqual([
      'delivered',
      'dead',
      'delivered',
      'delivered',
    ]);
    // The refused event has happened all the same.
    expect(onlyRecord(bundle, 'contacts').properties).toMatchObject({ redemptions: '4', redeemed: '42' });
    await bundle.db.query(
      `update {schema}.outbox_events set payload = payload - 'merchantValues' where state = 'dead'`,
    );
    await redriveDead(bundle);
    await bundle.idle();
    expect(onlyRecord(bundle, 'contacts').properties).toMatchObject({
      redemptions: '4',
      redeemed: '42',
      first_redemption: 'r-1',
    });
  });

  it('sends the newest count with an event that could not be mapped before', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    await bundle
      .track(
        'redeemed',
        { ...redemption(1), amount: 'none' },
        { recordKey: 'contacts:email:ada@example.com' },
      )
      .catch(() => undefined);
    await bundle.db.query(
      `insert into {schema}.outbox_events (type, payload, given_key) values ('redeemed', $1, 'contacts:email:ada@example.com')`,
      [JSON.stringify({ ...redemption(1), amount: 'none' })],
    );
    await bundle.track('redeemed', redemption(2));
    await bundle.start();
    await bundle.idle();
    expect(onlyRecord(bundle, 'contacts').properties.redemptions).toBe('1');
    await bundle.db.query(
      `update {schema}.outbox_events set payload = jsonb_set(payload, '{amount}', '5') where state = 'dead'`,
    );
    await redriveDead(bundle);
    await bundle.idle();
    expect(onlyRecord(bundle, 'contacts').properties).toMatchObject({ redemptions: '2', redeemed: '15.5' });
  });
});

describe('a property that goes from the portal', () => {
  it('holds what sets it with one alert, lets the rest go, and goes on when it is back', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    const errors: unknown[] = [];
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (facts: unknown) => errors.push(facts),
    };
    for (let n = 0; n < 30; n += 1)
      await bundle.track('contact_set', {
        email: `user${n}@example.com`,
        values: n % 3 === 0 ? { shoe_size: '42' } : { firstname: 'Ada' },
      });
    await bundle.start({ log: log as never });
    await waitFor(
      async () => (await bundle.events()).filter((event) => event.state === 'delivered').length === 20,
      { timeout: 20_000, interval: 20, what: 'the others to be delivered' },
    );
    const held = (await bundle.events()).filter((event) => event.state === 'pending');
    expect(new Set(held.map((event) => event.last_error_code))).toEqual(
      new Set(['HUBSPOT_PROPERTY_MISSING']),
    );
    expect(errors).toEqual([{ objectType: 'contacts', property: 'shoe_size' }]);
    await bundle.track('contact_set', { email: 'late@example.com', values: { shoe_size: '43' } });
    const before = bundle.simulator.journal().length;
    await waitFor(
      async () => (await bundle.events()).at(-1)?.last_error_code === 'HUBSPOT_PROPERTY_MISSING',
      { timeout: 20_000, interval: 20, what: 'the late one to be held' },
    );
    expect(bundle.simulator.journal().length).toBe(before);
    await createTextProperty(bundle, 'contacts', 'shoe_size');
    await bundle.idle(30_000);
    expect(bundle.contact('late@example.com')?.shoe_size).toBe('43');
    expect(await driftedProperties(bundle.db)).toEqual([]);
  });
});

describe('write-back', () => {
  const rows = (bundle: EffectsBundle) =>
    bundle.db.query<Record<string, unknown>>('select * from leads order by id');
  const lead = async (bundle: EffectsBundle, n: number, over: object = {}) => {
    const id = `00000000-0000-4000-8000-00000000000${n}`;
    await bundle.db.query('insert into leads (id) values ($1)', [id]);
    await bundle.track('lead', { id, email: `lead${n}@example.com`, ...over });
  };

  it('shows in the row of the application what became of it', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    await bundle.db.query('truncate leads');
    await lead(bundle, 1);
    await lead(bundle, 2, { email: 'not an address' });
    await lead(bundle, 3, { values: { lifecyclestage: 'none' } });
    await lead(bundle, 4);
    const cancelled = (await bundle.events()).at(-1)?.id ?? 0;
    await cancelEvents(bundle.db, { ids: [cancelled] });
    await bundle.start();
    await bundle.idle();
    await waitFor(async () => (await rows(bundle)).every((row) => row.hubspot_sync_status !== 'PENDING'), {
      timeout: 20_000,
      interval: 50,
      what: 'the rows to be written',
    });
    const [contact] = liveRecords(bundle, 'contacts');
    expect(await rows(bundle)).toMatchObject([
      {
        hubspot_id: Number(contact?.id),
        hubspot_sync_status: 'SYNCED',
        hubspot_error: null,
        hubspot_sync_attempts: 1,
        hubspot_synced_at: expect.any(Date),
      },
      { hubspot_sync_status: 'FAILED', hubspot_error: expect.stringContaining('EMAIL_UNUSABLE') },
      { hubspot_sync_status: 'FAILED', hubspot_error: expect.stringContaining('HUBSPOT_REFUSED') },
      { hubspot_sync_status: 'FAILED', hubspot_sync_attempts: 0 },
    ]);
  });

  it('does not let a locked row of the application hold up the outcome, and writes it later', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    await bundle.db.query('truncate leads');
    await lead(bundle, 1);
    await bundle.db.transaction(async (tx) => {
      await tx.query('select 1 from leads for update');
      await bundle.start();
      await bundle.idle();
      expect(await bundle.events()).toMatchObject([{ state: 'delivered' }]);
    });
    await waitFor(async () => (await rows(bundle))[0]?.hubspot_sync_status === 'SYNCED', {
      timeout: 20_000,
      interval: 50,
      what: 'the row to be written',
    });
  });
});
