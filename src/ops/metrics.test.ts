import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineConfig, defineEvent } from '../config/define-config.ts';
import { silentLogger } from '../log.ts';
import { contactByEmail } from '../mapping/index.ts';
import { createMetrics } from './metrics.ts';

/** Metrics whose every look at the database takes so long, and fails: what is counted is how often it is tried. */
function setup(readMs: number) {
  let now = 0;
  let reads = 0;
  const db = {
    transaction: async (): Promise<never> => {
      reads += 1;
      now += readMs;
      throw new Error('away');
    },
  };
  const event = defineEvent({
    payload: z.object({ email: z.string() }),
    record: ({ email }) => contactByEmail(email),
    effects: () => [],
    aliases: ['lead_made'],
  });
  const config = defineConfig({ events: { lead_created: event } });
  const metrics = createMetrics({ db, config, clock: { monotonic: () => now }, log: silentLogger });
  return { metrics, at: (ms: number) => (now = ms), reads: () => reads };
}

it.each([
  [0, 4_999, 5_000],
  [200, 4_999, 5_000],
  [1_000, 19_999, 20_000],
])('a look that takes %d ms serves until %d ms after its beginning', async (readMs, last, due) => {
  const { metrics, at, reads } = setup(readMs);
  await metrics.render();
  at(last);
  await metrics.render();
  expect(reads()).toBe(1);
  at(due);
  await metrics.render();
  expect(reads()).toBe(2);
});

it('all who ask at once share one look', async () => {
  const { metrics, reads } = setup(100_000);
  await Promise.all([metrics.render(), metrics.render()]);
  expect(reads()).toBe(1);
});

it('events are counted under the name in the config, also those that came under a former one', async () => {
  const { metrics } = setup(0);
  const refused = ['lead_created', 'lead_made', 'ada@example.com'].map((type) => ({
    id: 1,
    type,
    code: 'EMAIL_UNUSABLE',
  }));
  metrics.observers.onRouted?.({ taken: 3, routed: 0, refused });
  const lines = (await metrics.render())
    .split('\n')
    .filter((line) => line.startsWith('spoke_events_dead_total{'));
  expect(lines).toEqual([
    'spoke_events_dead_total{type="lead_created",code="EMAIL_UNUSABLE"} 2',
    'spoke_events_dead_total{type="other",code="EMAIL_UNUSABLE"} 1',
  ]);
});
