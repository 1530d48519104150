import { describe, expect, it } from 'vitest';
import { createHubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { liveRecords, setupEffects } from '../support/effects.ts';
import { setup } from '../support/setup.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;
const EMAIL = 'ada@example.com';

type Portal = { readonly token: string; readonly url: string };

async function archive({ token, url }: Portal, objectType: string, id: string): Promise<void> {
  const client = createHubspotClient({ token: tokenFromText(token), baseUrl: url });
  await client.records.batchArchive(objectType, [id]);
  await client.close();
}

describe('a contact that a person has deleted', () => {
  it('is made anew by the next event, which has its note there', { timeout: LONG }, async () => {
    const bundle = await setup();
    const contacts = () => bundle.simulator.records('contacts').filter((each) => !each.archived);
    await bundle.track('contact_noted', { email: EMAIL, text: 'before' });
    await bundle.start();
    await bundle.idle();
    const [old] = contacts();
    await archive(bundle.simulator, 'contacts', old?.id ?? '');
    await bundle.track('contact_noted', { email: EMAIL, text: 'after' });
    await bundle.idle();
    const [anew, ...others] = contacts();
    expect(others).toEqual([]);
    expect(anew?.id).not.toBe(old?.id);
    const note = bundle.simulator
      .records('notes')
      .find(({ properties }) => properties.hs_note_body?.includes('after'));
    expect(note?.associations.contacts).toMatchObject([{ id: anew?.id }]);
  });

  it('is put on its list under its new id', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    const client = createHubspotClient({
      token: tokenFromText(bundle.simulator.token),
      baseUrl: bundle.simulator.url,
    });
    await client.lists.create({ name: 'Drivers', objectTypeId: '0-1', processingType: 'MANUAL' });
    await client.close();
    const list = bundle.simulator.lists()[0]?.listId ?? '';
    await bundle.track('contact_set', { email: EMAIL, values: {} });
    await bundle.start();
    await bundle.idle();
    await archive(bundle.simulator, 'contacts', liveRecords(bundle, 'contacts')[0]?.id ?? '');
    await bundle.track('listed', { email: EMAIL, list, on: true });
    await bundle.idle();
    const [anew] = liveRecords(bundle, 'contacts');
    expect(bundle.simulator.list(list)?.members).toMatchObject([{ recordId: anew?.id }]);
  });
});

describe('a company of a link that a person has deleted', () => {
  it('is made anew by the event that writes it, and linked under its new id', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    const redeemed = (n: number) =>
      bundle.track('redeemed', { email: EMAIL, redemption: `r-${n}`, merchant: 'm-1', amount: 1 });
    await redeemed(1);
    await bundle.start();
    await bundle.idle();
    await archive(bundle.simulator, 'companies', liveRecords(bundle, 'companies')[0]?.id ?? '');
    await redeemed(2);
    await bundle.idle(30_000);
    expect((await bundle.events()).map((event) => event.state)).toEqual(['delivered', 'delivered']);
    const [company, ...others] = liveRecords(bundle, 'companies');
    expect(others).toEqual([]);
    const deal = liveRecords(bundle, 'deals').find(({ properties }) => properties.redemption_id === 'r-2');
    expect(deal?.associations.companies).toMatchObject([{ id: company?.id }]);
  });
});

describe('a deal that a person has deleted', () => {
  it('is waited for by a link to it, and linked once an event makes it anew', { timeout: LONG }, async () => {
    const bundle = await setupEffects();
    await bundle.track('deal_set', { deal: 'r-9' });
    await bundle.start();
    await bundle.idle();
    await archive(bundle.simulator, 'deals', liveRecords(bundle, 'deals')[0]?.id ?? '');
    await bundle.track('linked', { email: EMAIL, deal: 'r-9' });
    await waitFor(async () => (await bundle.events())[1]?.last_error_code === 'DELIVERY_RECORD_MISSING', {
      timeout: 20_000,
      what: 'the link to wait',
    });
    await bundle.track('deal_set', { deal: 'r-9' });
    await bundle.idle(30_000);
    const [deal] = liveRecords(bundle, 'deals');
    expect(liveRecords(bundle, 'contacts')[0]?.associations.deals).toMatchObject([{ id: deal?.id }]);
  });
});
