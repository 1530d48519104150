import { expect, it } from 'vitest';
import { previewEvents, readRunningStates } from '../../src/delivery/preview.ts';
import { createHubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { createMapper } from '../../src/mapping/index.ts';
import { effectsConfig, setupEffects } from '../support/effects.ts';

it('shows property by property what an event would change, and sends nothing', {
  timeout: 60_000,
}, async () => {
  const bundle = await setupEffects();
  const payload = {
    email: 'ada@example.com',
    redemption: 'r-2',
    merchant: 'm-1',
    amount: 5,
    merchantValues: { city: 'Oslo', phone: null },
  };
  await bundle.track('redeemed', { ...payload, redemption: 'r-1', merchantValues: { city: 'Rome' } });
  await bundle.start();
  await bundle.idle();
  const client = createHubspotClient({
    token: tokenFromText(bundle.simulator.token),
    baseUrl: bundle.simulator.url,
  });
  const mapper = createMapper(effectsConfig);
  const before = bundle.simulator.records('companies');
  const [preview] = await previewEvents(
    [{ id: 'new', type: 'redeemed', payload, occurredAt: new Date() }],
    await readRunningStates(bundle.db, ['contacts:email:ada@example.com']),
    {
      mapper,
      records: client.records,
      definitions: async (objectType) => client.properties.expectList(objectType),
    },
  );
  await client.close();
  expect(preview).toMatchObject({ recordKey: 'contacts:email:ada@example.com', problems: [] });
  expect(preview?.changes).toEqual([
    {
      record: expect.objectContaining({ objectType: 'contacts' }),
      hubspotId: expect.stringMatching(/^\d+$/),
      properties: [
        { name: 'redemptions', from: '1', to: '2' },
        { name: 'redeemed', from: '5', to: '10' },
      ],
    },
    {
      record: expect.objectContaining({ objectType: 'companies' }),
      hubspotId: before[0]?.id,
      properties: [{ name: 'city', from: 'Rome', to: 'Oslo' }],
    },
    {
      record: expect.objectContaining({ objectType: 'deals', id: 'r-2' }),
      hubspotId: null,
      properties: expect.arrayContaining([{ name: 'amount', from: null, to: '5' }]),
    },
  ]);
  expect(bundle.simulator.records('companies')).toEqual(before);
});
