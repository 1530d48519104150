import { describe, expect, it } from 'vitest';
import { liveRecords, onlyRecord, setupEffects } from '../support/effects.ts';

const LONG = 60_000;

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
    const ada = liveRecords(bundle, 'contacts').find(
      ({ properties }) => properties.email === 'ada@example.com',
    );
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
    expect(liveRecords(bundle, 'notes')).toHaveLength(1);
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
    expect(onlyRecord(bundle, 'contacts').properties).toMatchObject({ firstname: 'Ada' });
    expect(onlyRecord(bundle, 'contacts').properties.city ?? '').toBe('');
  });
});
