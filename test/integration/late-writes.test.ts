import { expect, it } from 'vitest';
import { createHubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { type EffectsBundle, setupEffects } from '../support/effects.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;
/** SPOKE_SETTLE of the test bundle, s. */
const SETTLE_MS = 600;

async function createList({ simulator }: EffectsBundle): Promise<string> {
  const client = createHubspotClient({ token: tokenFromText(simulator.token), baseUrl: simulator.url });
  await client.lists.create({ name: 'Drivers', objectTypeId: '0-1', processingType: 'MANUAL' });
  await client.close();
  return simulator.lists()[0]?.listId ?? '';
}

it('does not take a contact off a list while its putting on may still land', { timeout: LONG }, async () => {
  const bundle = await setupEffects();
  const list = await createList(bundle);
  const change = (on: boolean) => bundle.track('listed', { email: 'ada@example.com', list, on });
  const calls = (kind: string) =>
    bundle.simulator.journal().filter(({ path }) => path.endsWith(`/memberships/${kind}`));
  bundle.simulator.addFaults([
    { match: { path: '/memberships/add' }, at: 'after-apply', do: 'reset', times: 1 },
  ]);
  await change(true);
  await bundle.start();
  await waitFor(() => calls('add').length > 0, { timeout: 20_000, interval: 5, what: 'the first call' });
  await change(false);
  await bundle.idle();
  const [added] = calls('add');
  const [removed] = calls('remove');
  expect((removed?.at ?? 0) - (added?.at ?? 0)).toBeGreaterThanOrEqual(SETTLE_MS);
  expect(bundle.simulator.list(list)?.members).toEqual([]);
});
