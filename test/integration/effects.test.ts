import { describe, expect, it } from 'vitest';
import { cancelEvents } from '../../src/outbox/events.ts';
import { moveRedriveChunk } from '../../src/outbox/move-redrive.ts';
import { startRedrive } from '../../src/outbox/redrives.ts';
import { driftedProperties } from '../../src/outbox/schema-drift.ts';
import { createTextProperty, type EffectsBundle, setupEffects } from '../support/effects.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;

const all = (bundle: EffectsBundle, type: string) =>
  bundle.simulator.records(type).filter((record) => !record.archived);
const only = (bundle: EffectsBundle, type: string) => {
  const records = all(bundle, type);
  expect(records).toHaveLength(1);
  return records[0] as (typeof records)[number];
};
const calls = (bundle: EffectsBundle, part: string) =>
  bundle.simulator.journal().filter((entry) => entry.path.includes(part)).length;
const redriveDead = async (bundle: EffectsBundle) => {
  const id = await startRedrive(bundle.db, { filter: {} });
  while (await moveRedriveChunk(bundle.db, { id }));
};
const redemption = (n: number, over: object = {}) => ({
  email: 'ada@example.com',
  redemption: `r-${n}`,
  merchant: 'm-1',
  amount: 10.5,
  ...over,
});

describe('effects on several records', () => {
  it('brings contact, company, deal, links and note of one event to the portal', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    await bundle.track('redeemed', redemption(1));
    await bundle.start();
    await bundle.idle();
    const contact = only(bundle, 'contacts');
    const company = only(bundle, 'companies');
    const deal = only(bundle, 'deals');
    expect(contact.properties).toMatchObject({ redemptions: '1', redeemed: '10.5', first_redemption: 'r-1' });
    expect(company.properties).toMatchObject({ name: 'm-1', merchant_id: 'm-1' });
    expect(deal.properties).toMatchObject({ amount: '10.5', dealstage: 'closedwon', redemption_id: 'r-1' });
    expect(deal.associations.contacts).toEqual([{ id: contact.id, typeIds: [3] }]);
    expect(deal.associations.companies?.[0]?.typeIds).toContain(5);
    expect(only(bundle, 'notes').associations.contacts).toHaveLength(1);
    expect(await bundle.events()).toMatchObject([{ state: 'delivered' }]);
  });

  it('writes in full batches over all lanes of a claim', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    for (let n = 0; n < 90; n += 1)
      await bundle.track('redeemed', redemption(n, { email: `user${n % 30}@example.com` }));
    await bundle.start();
    await bundle.idle();
    expect(all(bundle, 'deals')).toHaveLength(90);
    expect(all(bundle, 'notes')).toHaveLength(90);
    expect(calls(bundle, '/batch/') + calls(bundle, '/associations/')).toBeLessThanOrEqual(20);
    expect(all(bundle, 'contacts').map(({ properties }) => properties.redemptions)).toEqual(
      Array(30).fill('3'),
    );
  });

  it('writes a record that many lanes share in the order of the events', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    for (let n = 0; n < 40; n += 1)
      await bundle.track(
        'redeemed',
        redemption(n, { email: `user${n % 8}@example.com`, merchantValues: { city: `city ${n}` } }),
      );
    await bundle.start({ env: { SPOKE_CLAIM_LANES: '2', SPOKE_CLAIM_EVENTS: '1', SPOKE_CONCURRENCY: '4' } });
    await bundle.idle(40_000);
    expect(only(bundle, 'companies').properties.city).toBe('city 39');
  });

  it('refuses only the events whose values of a shared record are refused', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    const bad = { industry: 'NO_SUCH_INDUSTRY' };
    await bundle.track(
      'redeemed',
      redemption(1, { email: 'a@example.com', merchantValues: { city: 'Rome' } }),
    );
    await bundle.track('redeemed', redemption(2, { email: 'b@example.com', merchantValues: bad }));
    await bundle.track(
      'redeemed',
      redemption(3, { email: 'c@example.com', merchantValues: { city: 'Oslo' } }),
    );
    await bundle.start();
    await bundle.idle();
    expect((await bundle.events()).map((event) => event.state)).toEqual(['delivered', 'dead', 'delivered']);
    expect(only(bundle, 'companies').properties.city).toBe('Oslo');
  });

  it('leaves alone what a newer event of another lane has set on a shared record', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    await bundle.track(
      'redeemed',
      redemption(1, { email: 'not an address', merchantValues: { city: 'Rome' } }),
      {
        recordKey: 'lane-1',
      },
    );
    await bundle.track(
      'redeemed',
      redemption(2, { email: 'b@example.com', merchantValues: { city: 'Oslo' } }),
    );
    await bundle.start();
    await bundle.idle();
    const [dead] = await bundle.events();
    expect(dead).toMatchObject({ state: 'dead', last_error_code: 'EMAIL_UNUSABLE' });
    await bundle.db.query(
      `update {schema}.outbox_events set payload = jsonb_set(payload, '{email}', '"a@example.com"') where id = $1`,
      [dead?.id],
    );
    await redriveDead(bundle);
    await bundle.idle();
    expect((await bundle.events()).map((event) => event.state)).toEqual(['delivered', 'delivered']);
    expect(only(bundle, 'companies').properties.city).toBe('Oslo');
  });
});

describe('links', () => {
  it('waits for both ends, and goes on as soon as the other one is there', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    await bundle.track('linked', { email: 'ada@example.com', deal: 'r-9' });
    await bundle.start({ env: { HUBSPOT_RETRY_DELAY: '30000' } });
    await waitFor(async () => (await bundle.events())[0]?.last_error_code === 'DELIVERY_RECORD_MISSING', {
      timeout: 15_000,
      interval: 20,
      what: 'the link to wait',
    });
    await bundle.track('deal_set', { deal: 'r-9' });
    await bundle.idle();
    const deal = only(bundle, 'deals');
    expect(deal.associations.contacts).toHaveLength(1);
  });

  it('takes a record for there that only HubSpot knows', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    bundle.simulator.insert('deals', [{ dealname: 'By hand', dealstage: 'closedwon', redemption_id: 'r-9' }]);
    await bundle.track('linked', { email: 'ada@example.com', deal: 'r-9' });
    await bundle.start();
    await bundle.idle();
    expect(only(bundle, 'deals').associations.contacts).toHaveLength(1);
  });
});

describe('pipelines', () => {
  it('takes pipeline and stage by their labels', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    await bundle.track('deal_set', { deal: 'r-1', stage: 'Closed Won' });
    await bundle.track('deal_set', { deal: 'r-2', stage: 'No such stage' });
    await bundle.start();
    await waitFor(async () => (await bundle.events()).every((event) => event.attempt_count > 0), {
      timeout: 15_000,
      interval: 20,
      what: 'both to be tried',
    });
    expect(only(bundle, 'deals').properties).toMatchObject({ redemption_id: 'r-1', dealstage: 'closedwon' });
    expect(await bundle.events()).toMatchObject([
      { state: 'delivered' },
      { state: 'pending', last_error_code: 'DELIVERY_NAME_UNKNOWN' },
    ]);
  });
});

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
    expect(only(bundle, 'contacts').properties).toMatchObject({ redemptions: '4', redeemed: '42' });
    await bundle.db.query(
      `update {schema}.outbox_events set payload = payload - 'merchantValues' where state = 'dead'`,
    );
    await redriveDead(bundle);
    await bundle.idle();
    expect(only(bundle, 'contacts').properties).toMatchObject({
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
    expect(only(bundle, 'contacts').properties.redemptions).toBe('1');
    await bundle.db.query(
      `update {schema}.outbox_events set payload = jsonb_set(payload, '{amount}', '5') where state = 'dead'`,
    );
    await redriveDead(bundle);
    await bundle.idle();
    expect(only(bundle, 'contacts').properties).toMatchObject({ redemptions: '2', redeemed: '15.5' });
  });
});

describe('records that were there before', () => {
  it('gives a contact with the address the id of the application', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    const [id] = bundle.simulator.insert('contacts', [{ email: 'ada@example.com', city: 'Rome' }]);
    await bundle.track('driver_set', {
      driver: 'd-1',
      values: { email: 'Ada@example.com', firstname: 'Ada' },
    });
    await bundle.track('driver_set', { driver: 'd-2', values: { email: 'bob@example.com' } });
    await bundle.start();
    await bundle.idle();
    expect(all(bundle, 'contacts')).toHaveLength(2);
    expect(bundle.simulator.record('contacts', id ?? '')?.properties).toMatchObject({
      driver_id: 'd-1',
      firstname: 'Ada',
      city: 'Rome',
    });
  });

  it('refuses an address that belongs to another id, and names the record', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    const [id] = bundle.simulator.insert('contacts', [{ email: 'ada@example.com', driver_id: 'd-7' }]);
    await bundle.track('driver_set', { driver: 'd-1', values: { email: 'ada@example.com' } });
    await bundle.start();
    await bundle.idle();
    const [event] = await bundle.events();
    expect(event).toMatchObject({ state: 'dead', last_error_code: 'HUBSPOT_CONFLICT' });
    expect(event?.last_error).toContain(id);
  });

  it('gives a company with the domain its key, instead of making a second one', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    bundle.simulator.insert('companies', [{ name: 'Acme', domain: 'acme.example.com' }]);
    await bundle.track('company_set', {
      domain: 'https://www.acme.example.com/about',
      values: { city: 'Rome' },
    });
    await bundle.start();
    await bundle.idle();
    expect(only(bundle, 'companies').properties).toMatchObject({
      name: 'Acme',
      city: 'Rome',
      spoke_domain: 'acme.example.com',
    });
  });

  it('waits for the company that HubSpot makes, and never makes one', { timeout: LONG }, async () => {
    const bundle = await setupEffects({ simulator: { behaviour: { companyFromEmailDomain: true } } });
    await bundle.track('company_set', {
      domain: 'acme.example.com',
      ofHubspot: true,
      values: { city: 'Rome' },
    });
    await bundle.start();
    await waitFor(async () => (await bundle.events())[0]?.last_error_code === 'DELIVERY_RECORD_MISSING', {
      timeout: 15_000,
      interval: 20,
      what: 'the company to be waited for',
    });
    expect(all(bundle, 'companies')).toEqual([]);
    await bundle.track('contact_set', { email: 'ada@acme.example.com' });
    await bundle.idle(40_000);
    expect(only(bundle, 'companies').properties).toMatchObject({ domain: 'acme.example.com', city: 'Rome' });
  });
});

describe('other effects', () => {
  it('puts a contact on a list by its name and takes it off, the last event counting', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    await bundle.track('listed', { email: 'ada@example.com', list: 'Drivers', on: true });
    await bundle.track('listed', { email: 'bob@example.com', list: 'Drivers', on: true });
    await bundle.track('listed', { email: 'bob@example.com', list: 'Drivers', on: false });
    const { createHubspotClient, tokenFromText } = await import('../../src/hubspot/index.ts');
    const client = createHubspotClient({
      token: tokenFromText(bundle.simulator.token),
      baseUrl: bundle.simulator.url,
    });
    await client.lists.create({ name: 'Drivers', objectTypeId: '0-1', processingType: 'MANUAL' });
    await client.close();
    await bundle.start();
    await bundle.idle();
    const [list] = bundle.simulator.lists();
    const ada = all(bundle, 'contacts').find(({ properties }) => properties.email === 'ada@example.com');
    expect(list?.size).toBe(1);
    expect(JSON.stringify(bundle.simulator.list(list?.listId ?? ''))).toContain(ada?.id);
  });

  it('writes consent with its legal basis, by the name of the subscription type', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects({ simulator: { behaviour: { privacySettings: true } } });
    await bundle.track('contact_set', { email: 'ada@example.com' });
    const [type] = bundle.simulator.consent('ada@example.com').statuses ?? [];
    await bundle.track('consented', { email: 'ada@example.com', subscription: '42', granted: true });
    await bundle.start();
    await bundle.idle();
    expect(await bundle.events()).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
    expect(JSON.stringify(bundle.simulator.consent('ada@example.com'))).toContain('SUBSCRIBED');
    expect(type).toBeDefined();
  });

  it('sends an activity as a custom event where the credential may, and once over a lost answer', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    const eventName = bundle.simulator.defineEvent({
      name: 'plan_changed',
      label: 'Plan changed',
      propertyDefinitions: [{ name: 'plan' }],
    }).fullyQualifiedName;
    bundle.simulator.addFaults([
      { match: { path: '/events/custom' }, at: 'after-apply', do: 'reset', times: 1 },
    ]);
    await bundle.track('happened', {
      email: 'ada@example.com',
      text: 'Plan',
      customEvent: eventName,
      plan: 'pro',
    });
    await bundle.track('happened', { email: 'ada@example.com', text: 'No event of it', plan: 'pro' });
    await bundle.start();
    await bundle.idle();
    expect(all(bundle, 'notes')).toHaveLength(1);
    expect(bundle.simulator.customEvents()).toMatchObject([{ properties: { plan: 'pro' } }]);
  });

  it('sets a lifecycle stage back only when it is asked to', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    await bundle.track('stage_set', { email: 'ada@example.com', stage: 'customer' });
    await bundle.start();
    await bundle.idle();
    await bundle.track('stage_set', { email: 'ada@example.com', stage: 'lead' });
    await bundle.idle();
    expect(bundle.contact('ada@example.com')?.lifecyclestage).toBe('customer');
    await bundle.track('stage_set', { email: 'ada@example.com', stage: 'lead', back: true });
    await bundle.idle();
    expect(bundle.contact('ada@example.com')?.lifecyclestage).toBe('lead');
  });

  it('archives after what came before and makes the record anew for what comes after', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    await bundle.track('contact_set', { email: 'ada@example.com', values: { city: 'Rome' } });
    await bundle.track('gone', { email: 'ada@example.com' });
    await bundle.track('gone', { email: 'nobody@example.com' });
    await bundle.track('contact_set', { email: 'ada@example.com', values: { firstname: 'Ada' } });
    await bundle.start();
    await bundle.idle();
    expect((await bundle.events()).map((event) => event.state)).toEqual(Array(4).fill('delivered'));
    const records = bundle.simulator.records('contacts');
    expect(records.filter((record) => record.archived)).toHaveLength(1);
    expect(only(bundle, 'contacts').properties).toMatchObject({ firstname: 'Ada' });
    expect(only(bundle, 'contacts').properties.city ?? '').toBe('');
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
    const [contact] = all(bundle, 'contacts');
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
