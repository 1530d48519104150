import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { defineConfig, defineEvent, type SpokeConfig } from '../../src/config/define-config.ts';
import { type RebuildOptions, rebuildRunning } from '../../src/delivery/rebuild-running.ts';
import { createHubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { contactByEmail, createMapper, upsertContact } from '../../src/mapping/index.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';
import {
  type EffectsBundle,
  effectsConfig,
  liveRecords,
  onlyRecord,
  redemption,
  redriveDead,
  setupEffects,
} from '../support/effects.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 90_000;
const KEY = 'contacts:email:ada@example.com';

const setupOn = async (kind: (typeof databaseKinds)[number]) =>
  setupEffects({ database: await testDatabaseOf(kind) });

function rebuild(
  bundle: EffectsBundle,
  given: Partial<RebuildOptions> = {},
  config: SpokeConfig = effectsConfig,
) {
  return rebuildRunning(bundle.db, {
    mapper: createMapper(config),
    clock: systemClock,
    write: true,
    ...given,
  });
}

async function valuesOf(bundle: EffectsBundle, key = KEY) {
  const [lane] = await bundle.db.query<{ running: Record<string, { value: string }> }>(
    'select running from {schema}.lanes where record_key = $1',
    [key],
  );
  return Object.fromEntries(Object.entries(lane?.running ?? {}).map(([name, { value }]) => [name, value]));
}

const corrupt = (bundle: EffectsBundle, redemptions: string) =>
  bundle.db.query(
    `update {schema}.lanes set running = jsonb_set(running, '{redemptions,value}', to_jsonb($2::text)) where record_key = $1`,
    [KEY, redemptions],
  );

async function setAtHubspot(bundle: EffectsBundle, properties: Record<string, string>) {
  const { token, url } = bundle.simulator;
  const client = createHubspotClient({ token: tokenFromText(token), baseUrl: url });
  await client.records.update('contacts', onlyRecord(bundle, 'contacts').id, properties);
  await client.close();
}

async function shows(bundle: EffectsBundle, properties: Record<string, string>) {
  await waitFor(
    async () =>
      Object.entries(properties).every(
        ([name, value]) => onlyRecord(bundle, 'contacts').properties[name] === value,
      ),
    { timeout: 20_000, interval: 50, what: `the contact to show ${JSON.stringify(properties)}` },
  );
}

async function delivered(bundle: EffectsBundle, count: number) {
  for (let n = 1; n <= count; n += 1) await bundle.track('redeemed', redemption(n));
  await bundle.start();
  await bundle.idle(40_000);
}

describe.each(databaseKinds)('a rebuild of running values on %s', (kind) => {
  it('sets a wrong value right, here and at HubSpot, and leaves alone what a person changed', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupOn(kind);
    await bundle.track('contact_set', { email: 'ada@example.com', values: { jobtitle: 'Pilot' } });
    await bundle.track('contact_set', { email: 'ada@example.com', values: { jobtitle: 'Captain' } });
    await delivered(bundle, 3);
    await corrupt(bundle, '1');
    await setAtHubspot(bundle, { redemptions: '77', jobtitle: 'Pilot' });
    expect(await rebuild(bundle, { write: false })).toMatchObject({ changed: 1, refused: 0, busy: 0 });
    expect(await valuesOf(bundle)).toMatchObject({ redemptions: '1' });
    expect(await rebuild(bundle)).toMatchObject({ changed: 1, events: 0, refused: 0, busy: 0 });
    expect(await valuesOf(bundle)).toMatchObject({ redemptions: '3', redeemed: '31.5' });
    await shows(bundle, { redemptions: '3', redeemed: '31.5' });
    expect(onlyRecord(bundle, 'contacts').properties.jobtitle).toBe('Pilot');
    expect(await rebuild(bundle)).toMatchObject({ changed: 0, refused: 0, busy: 0 });
  });

  it('lowers a value only when that is asked for', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    await delivered(bundle, 2);
    await corrupt(bundle, '9');
    expect(await rebuild(bundle)).toMatchObject({ changed: 0, refused: 1, examples: [{ kind: 'lower' }] });
    expect(await valuesOf(bundle)).toMatchObject({ redemptions: '9' });
    expect(await rebuild(bundle, { allowLower: true })).toMatchObject({ changed: 1, refused: 0 });
    expect(await valuesOf(bundle)).toMatchObject({ redemptions: '2' });
  });

  it('fills a value that the config has only now, from the events of before', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupOn(kind);
    for (const jobtitle of ['Cadet', 'Pilot', 'Captain'])
      await bundle.track('contact_set', { email: 'ada@example.com', values: { jobtitle } });
    await bundle.start();
    await bundle.idle();
    expect(await valuesOf(bundle)).toEqual({});
    const counting = defineConfig({
      running: { redemptions: 'count' },
      events: {
        contact_set: defineEvent({
          payload: z.object({ email: z.string() }),
          record: ({ email }) => contactByEmail(email),
          adds: () => ({ redemptions: 1 }),
          effects: ({ email }, { running }) => [
            upsertContact(contactByEmail(email), { redemptions: running.redemptions }),
          ],
        }),
      },
    });
    expect(await rebuild(bundle, {}, counting)).toMatchObject({
      changed: 1,
      events: 3,
      refused: 0,
      busy: 0,
    });
    expect(await valuesOf(bundle)).toEqual({ redemptions: '3' });
    expect(await rebuild(bundle, {}, counting)).toMatchObject({
      changed: 0,
      events: 0,
      refused: 0,
      busy: 0,
    });
  });

  // On the embedded database, where both share one connection, this does not come to its end in time; elsewhere it is the point.
  it.skipIf(kind === 'pglite')(
    'counts nothing twice while a worker delivers, and what is being redriven',
    {
      timeout: LONG,
    },
    async () => {
      const bundle = await setupOn(kind);
      const people = ['ada', 'bob', 'cem'].map((name) => `${name}@example.com`);
      await bundle.start();
      let done = false;
      const rebuilding = (async () => {
        let runs = 0;
        // The embedded database has one connection, which the worker needs as well.
        for (; !done; runs += 1) {
          await rebuild(bundle, { allowLower: true, patienceMs: 500 });
          await systemClock.sleep(50);
        }
        return runs;
      })();
      try {
        let n = 0;
        for (let round = 0; round < 8; round += 1)
          for (const email of people) {
            n += 1;
            await bundle.track(
              'redeemed',
              redemption(n, { email, ...(n % 5 === 0 ? { merchantValues: { industry: 'NONE' } } : {}) }),
            );
          }
        await bundle.idle(60_000);
        await bundle.db.query(
          `update {schema}.outbox_events set payload = payload - 'merchantValues' where state = 'dead'`,
        );
        await redriveDead(bundle);
        await bundle.idle(60_000);
      } finally {
        done = true;
      }
      expect(await rebuilding).toBeGreaterThan(1);
      expect((await bundle.events()).every(({ state }) => state === 'delivered')).toBe(true);
      for (const email of people)
        expect(await valuesOf(bundle, `contacts:email:${email}`)).toMatchObject({
          redemptions: '8',
          redeemed: '84',
        });
      await waitFor(
        async () => liveRecords(bundle, 'contacts').every(({ properties }) => properties.redemptions === '8'),
        { timeout: 20_000, interval: 50, what: 'HubSpot to show all of them' },
      );
    },
  );

  it('leaves alone what it cannot work out, and says why', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    await delivered(bundle, 2);
    const values = await valuesOf(bundle);
    const { redeemed: _, ...events } = effectsConfig.events;
    expect(await rebuild(bundle, { allowLower: true }, { ...effectsConfig, events })).toMatchObject({
      refused: 1,
      examples: [{ kind: 'unreadable', reason: expect.stringContaining('EVENT_TYPE_UNKNOWN') }],
    });
    await bundle.db.query(
      'delete from {schema}.outbox_events where id = (select min(id) from {schema}.outbox_events)',
    );
    expect(await rebuild(bundle, { allowLower: true })).toMatchObject({
      refused: 1,
      examples: [{ kind: 'gap', reason: expect.stringContaining('has been deleted') }],
    });
    expect(await valuesOf(bundle)).toEqual(values);
  });

  it('waits for a lane that a worker holds, and says when it is never free', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupOn(kind);
    await delivered(bundle, 1);
    await corrupt(bundle, '0');
    await bundle.db.query(
      `update {schema}.lanes set leased_by = 'somebody', ready_at = clock_timestamp() + interval '1 hour' where record_key = $1`,
      [KEY],
    );
    expect(await rebuild(bundle, { patienceMs: 300 })).toMatchObject({ changed: 0, busy: 1 });
    await expect(rebuild(bundle, { recordKey: 'contacts:email:nobody@example.com' })).rejects.toMatchObject({
      code: 'RECORD_NOT_FOUND',
    });
  });
});
