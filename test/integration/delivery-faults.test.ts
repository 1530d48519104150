import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_TOKEN } from '../../simulator/index.ts';
import { createLogger } from '../../src/log.ts';
import {
  ALONE_AFTER_CRASHES,
  DEAD_AFTER_PLAN_CRASHES,
  SUSPECT_AFTER_CRASHES,
} from '../../src/outbox/claim.ts';
import { routeEvents } from '../../src/outbox/route.ts';
import { type DatabaseKind, databaseKinds, describePostgres, testDatabaseOf } from '../support/database.ts';
import { claim, insertEvents } from '../support/lanes.ts';
import { type Bundle, type SetupOptions, setup } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

const DEADLINE = { timeout: 60_000, interval: 20 };
/** Of a 429, and how much of it calls that were sent before may take to arrive. */
const PAUSE_MS = 3_000;
const ON_THE_WAY_MS = 1_500;
/** Between the database's clock and the portal's, which are the same machine's. */
const CLOCKS_MS = 50;
const LONG = 90_000;

const setupOn = async (kind: DatabaseKind, options: SetupOptions = {}) =>
  setup({ ...options, database: await testDatabaseOf(kind) });

const set = (bundle: Bundle, email: string, values: Record<string, string>, options = {}) =>
  bundle.track('contact_set', { email, values }, options);

const notes = (bundle: Bundle) =>
  bundle.simulator
    .records('notes')
    .map((record) => /note \d+/.exec(record.properties.hs_note_body ?? '')?.[0])
    .sort();

const states = async (bundle: Bundle) => [...new Set((await bundle.events()).map((event) => event.state))];

const writes = (bundle: Bundle, path: string) =>
  bundle.simulator.journal().filter((entry) => entry.path.includes(path));

describe.each(databaseKinds)('delivery on %s', (kind) => {
  it('delivers everything once a storm of 5xx is over, and buries nothing', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    bundle.simulator.addFaults([{ id: 'storm', match: { path: '/batch/' }, do: 'status', status: 503 }]);
    for (let n = 0; n < 20; n += 1)
      await bundle.track('contact_noted', { email: `user${n}@example.com`, text: `note ${n}` });
    await bundle.start();
    await waitFor(() => (bundle.simulator.faults()[0]?.hits ?? 0) >= 3, DEADLINE);
    bundle.simulator.removeFaults('storm');
    await bundle.idle(60_000);
    expect(await states(bundle)).toEqual(['delivered']);
    expect(notes(bundle)).toHaveLength(20);
  });

  it('keeps to the pause of a 429, for every call, and buries nothing', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    bundle.simulator.addFaults([
      {
        match: { path: '/batch/' },
        do: 'status',
        status: 429,
        headers: { 'retry-after': String(PAUSE_MS / 1_000) },
        body: { status: 'error', message: 'limit', policyName: 'TEN_SECONDLY_ROLLING' },
        times: 1,
      },
    ]);
    // Calls for longer than the pause, one after the other: without it some would come in its time.
    for (let n = 0; n < 60; n += 1) await set(bundle, `user${n}@example.com`, { firstname: 'Ada' });
    await bundle.start({ env: { SPOKE_CLAIM_LANES: '1', HUBSPOT_RATE_LIMIT: '12' } });
    await bundle.idle(90_000);
    expect(await states(bundle)).toEqual(['delivered']);
    const calls = writes(bundle, 'contacts/batch/upsert');
    const refused = calls.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    // The pause begins when the refusal is read, and what is on its way then still arrives.
    const at = (refused[0]?.at ?? Number.NaN) + PAUSE_MS;
    const early = calls.filter((call) => call.at > at - PAUSE_MS + ON_THE_WAY_MS && call.at < at - CLOCKS_MS);
    expect(early).toEqual([]);
    expect(calls.filter((call) => call.at > at).length).toBeGreaterThan(10);
  });

  it('creates a note that never arrived, after two looks found nothing', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    bundle.simulator.addFaults([
      { match: { path: '/notes/batch/create' }, at: 'before', do: 'reset', times: 1 },
    ]);
    await bundle.track('contact_noted', { email: 'ada@example.com', text: 'note 1' });
    await bundle.start();
    await bundle.idle(60_000);
    expect(notes(bundle)).toEqual(['note 1']);
    expect(writes(bundle, '/associations/').length).toBeGreaterThanOrEqual(2);
  });

  it('adopts a note that was applied by a worker that went away before it could settle', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupOn(kind);
    // The first worker hears nothing for as long as it lives, and is given no time to finish.
    bundle.simulator.holdAfterApply({ match: { path: '/notes/batch/create' }, holdMs: 30_000, times: 1 });
    await bundle.track('contact_noted', { email: 'ada@example.com', text: 'note 1' });
    const first = await bundle.start({
      env: { SPOKE_LEASE: '9', HUBSPOT_TIMEOUT: '3', SPOKE_DRAIN_TIMEOUT: '0' },
    });
    await waitFor(() => bundle.simulator.records('notes').length === 1, DEADLINE);
    await first.stop();
    // As a kill would leave it: leased, unsettled.
    await bundle.db.query(
      `update {schema}.lanes set leased_by = 'gone', ready_at = clock_timestamp() where pending > 0`,
    );
    await bundle.start();
    await bundle.idle(60_000);
    expect(notes(bundle)).toEqual(['note 1']);
    expect(await bundle.db.query('select hubspot_id from {schema}.effects')).toMatchObject([
      { hubspot_id: bundle.simulator.records('notes')[0]?.id },
    ]);
  });

  it('delivers a redriven event without undoing newer ones, and over older ones', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupOn(kind);
    const ids = [
      await set(bundle, 'ada@example.com', { jobtitle: 'one', city: 'one' }),
      await set(bundle, 'ada@example.com', { jobtitle: 'two' }),
      await set(bundle, 'ada@example.com', { jobtitle: 'three' }),
      await set(bundle, 'ada@example.com', { city: 'four' }),
    ];
    await bundle.db.query(
      `update {schema}.outbox_events set state = 'cancelled', processed_at = clock_timestamp() where id = any ($1::bigint[])`,
      [[ids[0], ids[2]]],
    );
    await bundle.start();
    await bundle.idle(60_000);
    expect(bundle.contact('ada@example.com')).toMatchObject({ jobtitle: 'two', city: 'four' });
    await bundle.db.query(
      `update {schema}.outbox_events set state = 'pending', processed_at = null where state = 'cancelled'`,
    );
    await bundle.idle(60_000);
    expect(await states(bundle)).toEqual(['delivered']);
    expect(bundle.contact('ada@example.com')).toMatchObject({ jobtitle: 'three', city: 'four' });
  });

  it('delivers the bulk while nothing else wants the budget', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    await insertEvents(bundle.db, [
      {
        record: '',
        type: 'contact_set',
        priority: 9,
        payload: { email: 'ada@example.com', values: { firstname: 'Ada' } },
      },
    ]);
    await bundle.start({ env: { HUBSPOT_RATE_LIMIT: '19' } });
    await bundle.idle(60_000);
    expect(await states(bundle)).toEqual(['delivered']);
  });

  it('goes on with the token that was put into the file', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    const folder = await mkdtemp(join(tmpdir(), 'spoke-token-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'token');
    await writeFile(file, `${DEFAULT_TOKEN}\n`);
    await bundle.start({ env: { HUBSPOT_PRIVATE_APP_TOKEN: '', HUBSPOT_PRIVATE_APP_TOKEN_FILE: file } });
    await set(bundle, 'ada@example.com', { firstname: 'Ada' });
    await bundle.idle(60_000);
    const next = 'pat-na1-00000000-0000-4000-8000-000000000002';
    bundle.simulator.addToken({ token: next });
    bundle.simulator.revokeToken(DEFAULT_TOKEN);
    await writeFile(file, `${next}\n`);
    await set(bundle, 'bob@example.com', { firstname: 'Bob' });
    await bundle.idle(60_000);
    expect(await states(bundle)).toEqual(['delivered']);
  });

  it('buries an event that goes on killing workers, and goes on behind it', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    await set(bundle, 'ada@example.com', { firstname: 'Bad' });
    await set(bundle, 'ada@example.com', { firstname: 'Ada' });
    const app = await bundle.start({ env: { HUBSPOT_ENABLED: 'false' } });
    await routeEvents(bundle.db, app.mapper.route);
    // Workers that claim and die: with company at first, then with little, then with none.
    let [crashes, planCrashes] = [0, 0];
    while (planCrashes < DEAD_AFTER_PLAN_CRASHES - 1) {
      const kindOfClaim =
        crashes < SUSPECT_AFTER_CRASHES ? 'plain' : crashes < ALONE_AFTER_CRASHES ? 'suspect' : 'alone';
      const [lane] = await claim(bundle.db, { kind: kindOfClaim, leaseMs: 0 });
      expect(lane).toBeDefined();
      [crashes, planCrashes] = [lane?.crashes ?? Number.NaN, lane?.planCrashes ?? Number.NaN];
    }
    await bundle.start();
    await bundle.idle(60_000);
    expect(await bundle.events()).toMatchObject([
      { state: 'dead', last_error_code: 'DELIVERY_CRASHED_WORKER' },
      { state: 'delivered' },
    ]);
    expect(bundle.contact('ada@example.com')).toMatchObject({ firstname: 'Ada' });
  });

  it('writes to the merged contact by an address that is only its second', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    await set(bundle, 'ada@example.com', { firstname: 'Ada' });
    await set(bundle, 'lovelace@example.com', { lastname: 'L.' });
    await bundle.start();
    await bundle.idle(60_000);
    const [primary, merged] = bundle.simulator.records('contacts');
    const answer = await fetch(`${bundle.simulator.url}/crm/v3/objects/contacts/merge`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bundle.simulator.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ primaryObjectId: primary?.id, objectIdToMerge: merged?.id }),
    });
    expect(answer.status).toBe(200);
    await bundle.track('contact_noted', {
      email: 'lovelace@example.com',
      text: 'note 1',
      values: { jobtitle: 'Countess' },
    });
    await bundle.idle(60_000);
    const alive = bundle.simulator.records('contacts').filter((record) => !record.archived);
    expect(
      alive
        .filter((record) => record.properties.email !== undefined)
        .map((record) => record.properties.jobtitle),
    ).toContain('Countess');
    expect(await states(bundle)).toEqual(['delivered']);
    expect(notes(bundle)).toEqual(['note 1']);
  });

  it('finishes what is under way when it is stopped, and gives everything back', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupOn(kind);
    bundle.simulator.holdAfterApply({ match: { path: '/contacts/batch/upsert' }, holdMs: 700 });
    for (let n = 0; n < 12; n += 1) await set(bundle, `user${n}@example.com`, { firstname: 'Ada' });
    const first = await bundle.start({
      env: { SPOKE_CLAIM_LANES: '3', SPOKE_CONCURRENCY: '1', SPOKE_LEASE: '9', HUBSPOT_TIMEOUT: '3' },
    });
    await waitFor(
      () => writes(bundle, 'contacts/batch/upsert').length + bundle.simulator.records('contacts').length > 0,
      DEADLINE,
    );
    await first.stop();
    expect(await bundle.db.query('select id from {schema}.lanes where leased_by is not null')).toEqual([]);
    const delivered = (await bundle.events()).filter((event) => event.state === 'delivered').length;
    expect(delivered).toBe(bundle.simulator.records('contacts').length);
    bundle.simulator.holdAfterApply(null);
    await bundle.start();
    await bundle.idle(60_000);
    const calls = await bundle.db.query<{ event_ids: number[] }>('select event_ids from {schema}.attempts');
    expect(calls.flatMap((row) => row.event_ids).sort((a, b) => a - b)).toEqual(
      (await bundle.events()).map((event) => event.id),
    );
  });

  it('lets no token, address or phone number into its log, whatever goes wrong', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupOn(kind);
    const lines: string[] = [];
    const log = createLogger({
      level: 'debug',
      destination: { write: (line: string) => void lines.push(line) },
    });
    const canaries = {
      email: 'canary.person@example.com',
      phone: '+49 151 23456789',
      token: bundle.simulator.token,
    };
    bundle.simulator.addFaults([
      {
        match: { path: '/contacts/batch/upsert' },
        do: 'status',
        status: 500,
        times: 1,
        body: { message: `no ${canaries.email} ${canaries.phone}` },
      },
      { match: { path: '/notes/batch/create' }, at: 'after-apply', do: 'reset', times: 1 },
    ]);
    await bundle.start({ log });
    await bundle.track('contact_noted', {
      email: canaries.email,
      text: `note 1 ${canaries.phone}`,
      values: { phone: canaries.phone },
    });
    await set(bundle, canaries.email, { lifecyclestage: canaries.phone });
    await bundle.track('contact_set', {
      email: `${canaries.email} and more`,
      values: { phone: canaries.phone },
    });
    await bundle.track('contact_set', { email: canaries.email, values: { phone: 7 } });
    await bundle.idle(60_000);
    expect(await states(bundle)).toEqual(expect.arrayContaining(['delivered', 'dead']));
    expect(lines.length).toBeGreaterThan(5);
    const output = lines.join('');
    for (const [name, canary] of Object.entries(canaries)) {
      for (const form of [canary, encodeURIComponent(canary), Buffer.from(canary).toString('base64')])
        expect(output.includes(form), `${name} as ${form.slice(0, 3)}…`).toBe(false);
    }
    const errors = await bundle.db.query(
      'select last_error from {schema}.outbox_events union all select error from {schema}.attempts',
    );
    for (const canary of Object.values(canaries)) expect(JSON.stringify(errors)).not.toContain(canary);
  });

  it('shows operators what waits, by the SQL of the guide', { timeout: LONG }, async () => {
    const bundle = await setupOn(kind);
    bundle.simulator.addFaults([{ match: { path: '/batch/' }, do: 'status', status: 502 }]);
    const id = await set(bundle, 'ada@example.com', { firstname: 'Ada' });
    await bundle.start();
    const waiting = () =>
      bundle.db.query<{ id: number; attempt_count: number; last_error: string | null }>(
        'select id, type, attempt_count, last_error from {schema}.outbox_events where processed_at is null order by id desc limit 50',
      );
    const [row] = await waitFor(async () => {
      const rows = await waiting();
      return (rows[0]?.attempt_count ?? 0) > 0 && rows;
    }, DEADLINE);
    expect(row).toMatchObject({ id, last_error: expect.stringContaining('502') });
    bundle.simulator.removeFaults();
    await bundle.idle(60_000);
    expect(await waiting()).toEqual([]);
  });
});

describePostgres('two workers on one database', () => {
  it('deliver each event once', { timeout: LONG }, async () => {
    const bundle = await setup();
    for (let n = 0; n < 60; n += 1)
      await bundle.track('contact_noted', { email: `user${n % 20}@example.com`, text: `note ${n}` });
    await Promise.all([
      bundle.start({ env: { SPOKE_CLAIM_LANES: '3' } }),
      bundle.start({ env: { SPOKE_CLAIM_LANES: '3' } }),
    ]);
    await bundle.idle(60_000);
    expect(
      (await bundle.events()).every((event) => event.state === 'delivered' && event.attempt_count === 1),
    ).toBe(true);
    expect(notes(bundle)).toHaveLength(60);
    expect(new Set(notes(bundle)).size).toBe(60);
  });
});
