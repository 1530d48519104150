import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { startPullLoop } from '../../src/pull/pull-loop.ts';
import { createRandom } from '../chaos/random.ts';
import { describePostgres } from '../support/database.ts';
import { type PullBundle, people, setupPull } from '../support/pull.ts';
import { waitFor } from '../support/wait-for.ts';

const CHANGES = 400;

describePostgres('two readers, while people work and HubSpot fails now and then,', () => {
  it.each([1, 2, 3])('have what the portal has in the end (%i)', { timeout: 240_000 }, async (seed) => {
    const bundle = await setupPull({ simulator: { behaviour: { searchLag: { minMs: 0, maxMs: 400 } } } });
    const { portal, tools, live, atPortal, db } = bundle;
    const { next: random } = createRandom(seed);
    portal.insert('contacts', people(300));
    const incremental = { settleMs: 500, settleStepMs: 0, overlapMs: 100 };
    const times = { intervalMs: 100, sweepMs: 700, refreshMs: 1_500, lookMs: 100 };
    const readers = [1, 2].map(() => startPullLoop({ tools: tools({ incremental }), ...times }));
    try {
      const match = { path: 'search|batch/read|contacts\\?' };
      portal.addFaults([
        { id: 'cut', match, do: 'reset', probability: 0.02 },
        { id: 'half', match, do: 'truncate', probability: 0.02 },
        { id: 'down', match, do: 'status', status: 503, probability: 0.03 },
      ]);
      for (let change = 0; change < CHANGES; change += 1) await changeSomething(bundle, random, change);
      portal.removeFaults();
      // Nothing but the readers themselves brings what is missing.
      await waitFor(async () => isDeepStrictEqual(await live(), atPortal()), {
        timeout: 100_000,
        what: 'the mirror to be like the portal',
      });
    } finally {
      await Promise.all(readers.map((reader) => reader.stop()));
    }
    const kept = await db.query(
      `select 1 from {schema}.mirror_records where state = 'gone' and properties <> '{}'`,
    );
    expect(kept).toEqual([]);
  });
});

/** One change as people make them. Refusals are part of it: two of them may want the same record. */
async function changeSomething(
  { portal, client }: PullBundle,
  random: () => number,
  change: number,
): Promise<void> {
  const all = portal.records('contacts');
  const pick = (archived: boolean) => {
    const some = all.filter((record) => record.archived === archived);
    return some[Math.floor(random() * some.length)]?.id;
  };
  const [one, other, binned] = [pick(false), pick(false), pick(true)];
  const dice = random();
  if (dice < 0.15) portal.insert('contacts', people(1, 10_000 + change));
  else if (dice < 0.55 && one) await client.records.update('contacts', one, { firstname: `F${change}` });
  else if (dice < 0.75 && one) await client.records.archive('contacts', one);
  else if (dice < 0.85 && binned) portal.restore('contacts', binned);
  else if (dice < 0.93 && one && other && one !== other)
    await client.records.merge('contacts', { primaryId: one, mergedId: other });
  else if (one) await client.records.gdprDelete('contacts', { id: random() < 0.5 && binned ? binned : one });
}
