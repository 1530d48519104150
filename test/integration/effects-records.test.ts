import { describe, expect, it } from 'vitest';
import {
  archiveContact,
  type EffectsBundle,
  liveRecords,
  mergeContacts,
  onlyRecord,
  redemption,
  redriveDead,
  setupEffects,
} from '../support/effects.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;

const calls = (bundle: EffectsBundle, part: string) =>
  bundle.simulator.journal().filter((entry) => entry.path.includes(part)).length;

describe('effects on several records', () => {
  it('brings contact, company, deal, links and note of one event to the portal', {
    timeout: LONG,
  }, async () => {
    const bundle = await setupEffects();
    await bundle.track('redeemed', redemption(1));
    await bundle.start();
    await bundle.idle();
    const contact = onlyRecord(bundle, 'contacts');
    const company = onlyRecord(bundle, 'companies');
    const deal = onlyRecord(bundle, 'deals');
    expect(contact.properties).toMatchObject({ redemptions: '1', redeemed: '10.5', first_redemption: 'r-1' });
    expect(company.properties).toMatchObject({ name: 'm-1', merchant_id: 'm-1' });
    expect(deal.properties).toMatchObject({ amount: '10.5', dealstage: 'closedwon', redemption_id: 'r-1' });
    expect(deal.associations.contacts).toEqual([{ id: contact.id, typeIds: [3] }]);
    expect(deal.associations.companies?.[0]?.typeIds).toContain(5);
    expect(onlyRecord(bundle, 'notes').associations.contacts).toHaveLength(1);
    expect(await bundle.events()).toMatchObject([{ state: 'delivered' }]);
  });

  it('writes in full batches over all lanes of a claim', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    for (let n = 0; n < 90; n += 1)
      await bundle.track('redeemed', redemption(n, { email: `user${n % 30}@example.com` }));
    await bundle.start();
    await bundle.idle();
    expect(liveRecords(bundle, 'deals')).toHaveLength(90);
    expect(liveRecords(bundle, 'notes')).toHaveLength(90);
    expect(calls(bundle, '/batch/') + calls(bundle, '/associations/')).toBeLessThanOrEqual(20);
    expect(liveRecords(bundle, 'contacts').map(({ properties }) => properties.redemptions)).toEqual(
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
    expect(onlyRecord(bundle, 'companies').properties.city).toBe('city 39');
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
    expect(onlyRecord(bundle, 'companies').properties.city).toBe('Oslo');
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
    expect(onlyRecord(bundle, 'companies').properties.city).toBe('Oslo');
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
    const deal = onlyRecord(bundle, 'deals');
    expect(deal.associations.contacts).toHaveLength(1);
  });

  it('takes a record for there that only HubSpot knows', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    bundle.simulator.insert('deals', [{ dealname: 'By hand', dealstage: 'closedwon', redemption_id: 'r-9' }]);
    await bundle.track('linked', { email: 'ada@example.com', deal: 'r-9' });
    await bundle.start();
    await bundle.idle();
    expect(onlyRecord(bundle, 'deals').associations.contacts).toHaveLength(1);
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
    expect(onlyRecord(bundle, 'deals').properties).toMatchObject({
      redemption_id: 'r-1',
      dealstage: 'closedwon',
    });
    expect(await bundle.events()).toMatchObject([
      { state: 'delivered' },
      { state: 'pending', last_error_code: 'DELIVERY_NAME_UNKNOWN' },
    ]);
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
    expect(liveRecords(bundle, 'contacts')).toHaveLength(2);
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
    expect(onlyRecord(bundle, 'companies').properties).toMatchObject({
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
    expect(liveRecords(bundle, 'companies')).toEqual([]);
    await bundle.track('contact_set', { email: 'ada@acme.example.com' });
    await bundle.idle(40_000);
    expect(onlyRecord(bundle, 'companies').properties).toMatchObject({
      domain: 'acme.example.com',
      city: 'Rome',
    });
  });
});

describe('records that are merged in HubSpot', () => {
  it('goes on with the merged one, and leaves no second one behind', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    for (const driver of ['d-1', 'd-2'])
      await bundle.track('driver_set', { driver, values: { lastname: driver, city: 'Rome' } });
    await bundle.start();
    await bundle.idle();
    const [first, second] = liveRecords(bundle, 'contacts');
    await mergeContacts(bundle, second?.id ?? '', first?.id ?? '');
    expect(onlyRecord(bundle, 'contacts').properties.driver_id).toBe('d-2');
    for (const city of ['Oslo', 'Bonn']) {
      await bundle.track('driver_set', { driver: 'd-1', values: { city } });
      await bundle.idle();
      expect(onlyRecord(bundle, 'contacts').properties).toMatchObject({ driver_id: 'd-2', city });
    }
    await bundle.track('driver_set', { driver: 'd-2', values: { city: 'Lima' } });
    await bundle.idle();
    expect(onlyRecord(bundle, 'contacts').properties.city).toBe('Lima');
  });

  it('creates a record anew that was deleted in HubSpot', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    await bundle.track('driver_set', { driver: 'd-1', values: { lastname: 'One' } });
    await bundle.start();
    await bundle.idle();
    await archiveContact(bundle, onlyRecord(bundle, 'contacts').id);
    await bundle.track('driver_set', { driver: 'd-1', values: { lastname: 'Two' } });
    await bundle.idle();
    expect(onlyRecord(bundle, 'contacts').properties.lastname).toBe('Two');
  });

  it('finds the contact of a secondary address', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    for (const email of ['ada@example.com', 'ada@example.org'])
      await bundle.track('contact_set', { email, values: { city: 'Rome' } });
    await bundle.start();
    await bundle.idle();
    const [first, second] = liveRecords(bundle, 'contacts');
    await mergeContacts(bundle, first?.id ?? '', second?.id ?? '');
    await bundle.track('contact_set', { email: 'ada@example.org', values: { city: 'Oslo' } });
    await bundle.idle();
    expect(onlyRecord(bundle, 'contacts').properties).toMatchObject({
      email: 'ada@example.com',
      city: 'Oslo',
    });
  });
});
